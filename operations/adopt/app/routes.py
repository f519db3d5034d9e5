"""Routes that exist, as exposures of a service."""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from config.ingress import Gateway
from operations.adopt.app.exposing import (
    UNKNOWN,
    Answers,
    is_host,
    said_answering,
    said_backends,
    said_hosts,
    said_paths,
)
from operations.adopt.app.ingress_routes import ingress_route
from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.yaml_text import Flow, FlowList
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, number, text, values

_EVERYTHING = {"path": {"type": "PathPrefix", "value": "/"}}
"""The match of a rule that states none."""


Numbers = Mapping[tuple[str, str], int]
"""Ports of Services, by the names of both."""
_TIMEOUTS = {"request": "timeout_seconds", "backendRequest": "backend_timeout_seconds"}
_BACKEND = ("name", "port", "weight", "namespace")
_SECONDS = re.compile(r"(0|[1-9]\d{0,4})s")


class SaidRoute(NamedTuple):
    """A route as exposures: one for each of its rules."""

    key: Key
    exposures: Sequence[Flow]
    marks: Mapping[str, Mapping[str, str]]
    """Its labels and annotations."""


def route_keys(
    stated: Mapping[Key, Manifest], answers: Answers, domain: str, gateways: Mapping[str, Gateway]
) -> list[SaidRoute]:
    """The routes among objects that the format can say."""
    found: list[SaidRoute] = []
    for key, manifest in stated.items():
        exposures: Sequence[Flow] | None = None
        match key.kind:
            case "Ingress":
                exposures = _ingress(manifest, answers, _numbers(stated), domain)
            case "HTTPRoute" | "GRPCRoute":
                exposures = _gateway_route(manifest, key.namespace, answers, domain, gateways)
            case "IngressRoute":
                exposures = ingress_route(manifest, answers, domain)
            case _:
                pass
        if exposures:
            metadata = mapping(manifest, "metadata")
            marks = {field: mapping(metadata, field) for field in ("labels", "annotations") if metadata.get(field)}
            found.append(SaidRoute(key, exposures, marks))
    return found


def _ingress(ingress: Fields, answers: Answers, numbers: Numbers, domain: str) -> list[Flow] | None:
    spec = mapping(ingress, "spec")
    rules, tls = entries(spec, "rules"), entries(spec, "tls")
    if spec.keys() - {"ingressClassName", "rules", "tls"} or not spec.get("ingressClassName") or not rules:
        return None
    hosts = [text(each, "host") for each in rules]
    paths = entries(rules[0], "http", "paths")
    alike = all(entries(each, "http", "paths") == paths for each in rules)
    if not all(map(is_host, hosts)) or not alike:
        return None
    if len(tls) > 1 or (tls and list(values(tls[0], "hosts")) != hosts):
        return None
    certificate = text(tls[0], "secretName") if tls else ""
    found: list[Flow] = []
    for (kind, service, port), group in groupby(paths, _answered_by):
        found_at = numbers.get((service, port), 0) if isinstance(port, str) else port
        if not service or not port:
            return None
        answering = answers.get((service, found_at))
        by_name = {"port_by_name": True} if isinstance(port, str) else {}
        elsewhere = {"backends": [Flow(service=service, port=port)]}
        found.append(
            Flow(
                **said_hosts(hosts, domain),
                route=text(ingress, "metadata", "name"),
                ingress_class=text(spec, "ingressClassName"),
                **UNKNOWN,
                **said_paths([text(each, "path") for each in group], exact=kind == "Exact"),
                **({"controller_paths": True} if kind not in ("Prefix", "Exact") else {}),
                **(said_answering(answering) | by_name if answering else elsewhere),
                **({"certificate": certificate} if certificate else {}),
                **({} if tls else {"tls": False}),
            )
        )
    return found


def _answered_by(path: Fields) -> tuple[str, str, int | str]:
    """How a path is matched, and the Service and the number or the name of the port behind it."""
    service = mapping(path, "backend", "service")
    port = text(service, "port", "name") or number(service, "port", "number")
    return text(path, "pathType"), text(service, "name"), port


def _numbers(stated: Mapping[Key, Manifest]) -> Numbers:
    return {
        (key.name, text(port, "name")): number(port, "port")
        for key, each in stated.items()
        if key.kind == "Service"
        for port in entries(each, "spec", "ports")
    }


def _gateway_route(
    route: Fields, namespace: str, answers: Answers, domain: str, gateways: Mapping[str, Gateway]
) -> list[Flow] | None:
    spec = mapping(route, "spec")
    hosts, rules = [str(each) for each in values(spec, "hostnames")], entries(spec, "rules")
    parents = list(entries(spec, "parentRefs"))
    known = {name: _parent(each) for name, each in gateways.items()}
    through = [next((name for name, each in known.items() if each == dict(parent)), "") for parent in parents]
    if (
        not through
        or not all(through)
        or not hosts
        or not all(map(is_host, hosts))
        or spec.keys() - {"parentRefs", "hostnames", "rules"}
    ):
        return None
    whole = {
        **said_hosts(hosts, domain),
        "route": text(route, "metadata", "name"),
        "gateway": through[0],
        **({"further_gateways": FlowList(through[1:])} if through[1:] else {}),
        "auth": "app",
        **({"reach": "internet"} if any(gateways[each].reach == "internet" for each in through) else {}),
    }
    grpc = text(route, "kind") == "GRPCRoute"
    said = [_rule(each, namespace, answers, grpc=grpc) for each in rules]
    return [Flow(**whole, **each) for each in said if each is not None] if None not in said else None


def _rule(rule: Fields, namespace: str, answers: Answers, *, grpc: bool) -> dict[str, Any] | None:
    """A rule of a route, the same for all of its hosts; None where the format has no word for it."""
    if rule.keys() - {"matches", "backendRefs", "filters", "timeouts"}:
        return None
    matches = entries(rule, "matches") or (() if grpc else (_EVERYTHING,))
    matched = _matched_grpc(matches) if grpc else _matched(matches)
    if matched is None:
        matched = {**({"grpc": True} if grpc else {}), "matches": [Flow(each) for each in matches]}
    timeout, answering = _timeout(mapping(rule, "timeouts")), _answered(rule, namespace, answers)
    if answering is None or timeout is None:
        return None
    filters = list(entries(rule, "filters"))
    return {**matched, **answering, **({"filters": filters} if filters else {}), **timeout}


def _answered(rule: Fields, namespace: str, answers: Answers) -> dict[str, Any] | None:
    """The Services behind a rule, in keys; a redirect has none. None where the format has no word for one."""
    redirects = any(text(each, "type") == "RequestRedirect" for each in entries(rule, "filters"))
    stated = entries(rule, "backendRefs")
    if redirects or not stated:
        return {} if redirects and not stated else None
    if any(each.keys() - _BACKEND or not text(each, "name") or not number(each, "port") for each in stated):
        return None
    only = stated[0]
    own = {"own_namespace": True} if only.get("namespace") == namespace else {}
    named = [{"service": each["name"], **{key: each[key] for key in _BACKEND[1:] if key in each}} for each in stated]
    if own and "weight" not in only and len(stated) == 1 and (only["name"], only["port"]) in answers:
        return said_answering(answers[only["name"], only["port"]]) | own
    return said_backends(named, answers)


def _matched_grpc(matches: Sequence[Fields]) -> dict[str, Any] | None:
    if len(matches) > 1 or any(each.keys() - {"headers"} for each in matches):
        return None
    headers = _headers(matches[0]) if matches else {}
    return None if headers is None else {"grpc": True, **headers}


def _headers(match: Fields) -> dict[str, Any] | None:
    """The headers that a request must have, by their whole values."""
    stated = entries(match, "headers")
    if any(each.keys() - {"name", "value", "type"} or each.get("type", "Exact") != "Exact" for each in stated):
        return None
    return {"headers": Flow({text(each, "name"): text(each, "value") for each in stated})} if stated else {}


def _matched(matches: Sequence[Fields]) -> dict[str, Any] | None:
    """The paths of a rule, and the methods and headers that all of them ask for, if it asks for nothing else."""
    found = [(text(each, "path", "value"), text(each, "method")) for each in matches]
    paths, methods = list(dict.fromkeys(path for path, _ in found)), list(dict.fromkeys(each for _, each in found))
    kinds = {text(each, "path", "type") for each in matches}
    asked = [_headers(each) for each in matches]
    if any(each.keys() - {"path", "headers", "method"} for each in matches) or kinds not in ({"PathPrefix"}, {"Exact"}):
        return None
    if asked[0] is None or asked != asked[:1] * len(asked):
        return None
    if found != [(path, method) for path in paths for method in methods] or (len(methods) > 1 and "" in methods):
        return None
    only = {"methods": FlowList(methods)} if methods != [""] else {}
    return {**said_paths(paths, exact=kinds == {"Exact"}), **asked[0], **only}


def _timeout(stated: Fields) -> dict[str, int] | None:
    """How long a request may take, as the program writes it; None of another limit."""
    if not stated:
        return {}
    found = {key: _SECONDS.fullmatch(text(stated, field)) for field, key in _TIMEOUTS.items() if field in stated}
    if stated.keys() - _TIMEOUTS.keys() or not all(found.values()):
        return None
    return {key: int(seconds[1]) for key, seconds in found.items() if seconds}


def _parent(gateway: Gateway) -> dict[str, str]:
    """How a route names a Gateway, as the program writes it."""
    listener = {"sectionName": gateway.listener} if gateway.listener else {}
    return {"name": gateway.name, "namespace": gateway.namespace, **listener}
