"""Routes that exist, as exposures of a service."""

import re
from collections.abc import Mapping, Sequence
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


_SECONDS = re.compile(r"([1-9]\d{0,4})s")


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
    if spec.keys() - {"ingressClassName", "rules", "tls"} or not spec.get("ingressClassName") or not rules:
        return None
    hosts = [text(each, "host") for each in rules]
    paths = entries(rules[0], "http", "paths")
    kinds = {text(each, "pathType") for each in paths}
    backends = [mapping(each, "backend", "service") for each in paths]
    alike = all(entries(each, "http", "paths") == paths for each in rules) and backends == backends[:1] * len(paths)
    if not all(map(_is_host, hosts)) or kinds not in ({"Prefix"}, {"Exact"}) or not alike:
        return None
    answering = answers.get((text(backends[0], "name"), mapping(backends[0], "port").get("number") or 0))
    if answering is None or len(tls) > 1 or (tls and list(values(tls[0], "hosts")) != hosts):
        return None
    certificate = text(tls[0], "secretName") if tls else ""
    return Flow(
        **_hosts(hosts, domain),
        route=text(ingress, "metadata", "name"),
        ingress_class=text(spec, "ingressClassName"),
        **_UNKNOWN,
        **_paths([text(each, "path") for each in paths], exact=kinds == {"Exact"}),
        **_answered(answering),
        **({"certificate": certificate} if certificate else {}),
        **({} if tls else {"tls": False}),
    )


def _http_route(route: Fields, answers: Answers, domain: str, gateways: Mapping[str, Gateway]) -> Flow | None:
    spec = mapping(route, "spec")
    hosts, rules = [str(each) for each in values(spec, "hostnames")], entries(spec, "rules")
    parents = list(entries(spec, "parentRefs"))
    known = {name: _parent(each) for name, each in gateways.items()}
    through = [next((name for name, each in known.items() if each == dict(parent)), "") for parent in parents]
    if (
        not through
        or not all(through)
        or not hosts
        or not all(map(_is_host, hosts))
        or len(rules) != 1
        or spec.keys() - {"parentRefs", "hostnames", "rules"}
    ):
        return None
    match {"matches": [_EVERYTHING], **rules[0]}:
        case {
            "matches": [*matches],
            "backendRefs": [{"name": str(name), "port": int(port), **more}],
            **rest,
        } if not more and not rest.keys() - {"filters", "timeouts"}:
            answering, matched = answers.get((name, port)), _matched(matches)
        case _:
            return None
    timeout = _timeout(mapping(rules[0], "timeouts"))
    if answering is None or matched is None or timeout is None:
        return None
    filters = list(entries(rules[0], "filters"))
    return Flow(
        **_hosts(hosts, domain),
        route=text(route, "metadata", "name"),
        gateway=through[0],
        **({"further_gateways": FlowList(through[1:])} if through[1:] else {}),
        auth="app",
        **({"reach": "internet"} if any(gateways[each].reach == "internet" for each in through) else {}),
        **matched,
        **_answered(answering),
        **({"filters": filters} if filters else {}),
        **timeout,
    )


def _matched(matches: Sequence[Fields]) -> dict[str, Any] | None:
    """The paths of a rule, if it asks for nothing else."""
    paths = [mapping(each, "path") for each in matches]
    kinds = {text(each, "type") for each in paths}
    if any(set(each) != {"path"} for each in matches) or kinds not in ({"PathPrefix"}, {"Exact"}):
        return None
    return _paths([text(each, "value") for each in paths], exact=kinds == {"Exact"})


def _timeout(stated: Fields) -> dict[str, int] | None:
    """How long a request may take, as the program writes it; None of another limit."""
    if not stated:
        return {}
    seconds = _SECONDS.fullmatch(text(stated, "request"))
    return {"timeout_seconds": int(seconds[1])} if seconds and len(stated) == 1 else None


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


def _hosts(hosts: Sequence[str], domain: str) -> dict[str, Any]:
    first, *others = (_short(each, domain) for each in hosts)
    return {"host": first, **({"further_hosts": FlowList(others)} if others else {})}


def _paths(paths: Sequence[str], *, exact: bool) -> dict[str, Any]:
    first, *others = paths
    return {
        **({} if first in ("", "/") else {"path": first}),
        **({"further_paths": FlowList(others)} if others else {}),
        **({"exact": True} if exact else {}),
    }


def _answered(answering: Answering) -> dict[str, Any]:
    stated = {"workload": answering.workload, "port": answering.port}
    return {key: each for key, each in stated.items() if each}
