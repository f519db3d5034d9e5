"""Routes that exist, as exposures of a service."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from config.ingress import Gateway
from config.kubernetes import is_subdomain
from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.yaml_text import Flow, FlowList
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, text, values

_UNKNOWN = {"auth": "app", "reach": "internet"}
"""Who checks visitors of a route that exists, and who reaches it, is in its annotations: the program keeps nobody out
there, and says so."""


_EVERYTHING = {"path": {"type": "PathPrefix", "value": "/"}}
"""The match of a rule that states none."""


class Answering(NamedTuple):
    """A port that answers, as an exposure says it."""

    workload: str | None
    port: str | None
    """None is the first one."""


Answers = Mapping[tuple[str, int], Answering]
"""Ports that answer, by Service and port."""


class SaidRoute(NamedTuple):
    """A route as an exposure."""

    key: Key
    exposure: Flow
    marks: Mapping[str, Mapping[str, str]]
    """Its labels and annotations."""


def route_keys(
    stated: Mapping[Key, Manifest], answers: Answers, domain: str, gateways: Mapping[str, Gateway]
) -> list[SaidRoute]:
    """The routes among objects that the format can say."""
    found: list[SaidRoute] = []
    for key, manifest in stated.items():
        exposure: Flow | None = None
        if key.kind == "Ingress":
            exposure = _ingress(manifest, answers, domain)
        elif key.kind == "HTTPRoute":
            exposure = _http_route(manifest, answers, domain, gateways)
        if exposure:
            metadata = mapping(manifest, "metadata")
            marks = {field: mapping(metadata, field) for field in ("labels", "annotations") if metadata.get(field)}
            found.append(SaidRoute(key, exposure, marks))
    return found


def _ingress(ingress: Fields, answers: Answers, domain: str) -> Flow | None:
    spec = mapping(ingress, "spec")
    rules, tls = entries(spec, "rules"), entries(spec, "tls")
    if spec.keys() - {"ingressClassName", "rules", "tls"} or not spec.get("ingressClassName") or len(rules) != 1:
        return None
    host, paths = text(rules[0], "host"), entries(rules[0], "http", "paths")
    if not _is_host(host) or len(paths) != 1 or text(paths[0], "pathType") != "Prefix":
        return None
    backend = mapping(paths[0], "backend", "service")
    answering = answers.get((text(backend, "name"), mapping(backend, "port").get("number") or 0))
    if answering is None or len(tls) > 1 or (tls and list(values(tls[0], "hosts")) != [host]):
        return None
    certificate = text(tls[0], "secretName") if tls else ""
    return Flow(
        host=_short(host, domain),
        route=text(ingress, "metadata", "name"),
        ingress_class=text(spec, "ingressClassName"),
        **_UNKNOWN,
        **_path(text(paths[0], "path")),
        **_answered(answering),
        **({"certificate": certificate} if certificate else {}),
        **({} if tls else {"tls": False}),
    )


def _http_route(route: Fields, answers: Answers, domain: str, gateways: Mapping[str, Gateway]) -> Flow | None:
    spec = mapping(route, "spec")
    hosts, rules = values(spec, "hostnames"), entries(spec, "rules")
    parents = list(entries(spec, "parentRefs"))
    known = {name: _parent(each) for name, each in gateways.items()}
    through = [next((name for name, each in known.items() if each == dict(parent)), "") for parent in parents]
    if (
        not through
        or not all(through)
        or len(hosts) != 1
        or len(rules) != 1
        or spec.keys() - {"parentRefs", "hostnames", "rules"}
    ):
        return None
    match {"matches": [_EVERYTHING], **rules[0]}:
        case {
            "matches": [{"path": {"type": "PathPrefix", "value": str(path)}, **other}],
            "backendRefs": [{"name": str(name), "port": int(port), **more}],
            **rest,
        } if not other and not more and not rest.keys() - {"filters"}:
            answering = answers.get((name, port))
        case _:
            return None
    host = str(hosts[0])
    if answering is None or not _is_host(host):
        return None
    filters = list(entries(rules[0], "filters"))
    return Flow(
        host=_short(host, domain),
        route=text(route, "metadata", "name"),
        gateway=through[0],
        **({"further_gateways": FlowList(through[1:])} if through[1:] else {}),
        auth="app",
        **({"reach": "internet"} if any(gateways[each].reach == "internet" for each in through) else {}),
        **_path(path),
        **_answered(answering),
        **({"filters": filters} if filters else {}),
    )


def _parent(gateway: Gateway) -> dict[str, str]:
    """How a route names a Gateway, as the program writes it."""
    listener = {"sectionName": gateway.listener} if gateway.listener else {}
    return {"name": gateway.name, "namespace": gateway.namespace, **listener}


def _is_host(host: str) -> bool:
    return "." in host and is_subdomain(host)


def _short(host: str, domain: str) -> str:
    """A host name below the site's domain without it."""
    name, _, rest = host.partition(".")
    return name if rest == domain else host


def _path(path: str) -> dict[str, Any]:
    return {} if path in ("", "/") else {"path": path}


def _answered(answering: Answering) -> dict[str, Any]:
    stated = {"workload": answering.workload, "port": answering.port}
    return {key: each for key, each in stated.items() if each}
