"""Routes by what they answer for: the same door of two routes is one of them too many."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from observation import Observation
from operations.guard.reading.values import block, items, values_at
from plan.model import Manifest

_HOSTS = re.compile(r"Host(?:SNI)?\(([^)]*)\)")
_PATHS = re.compile(r"Path(?:Prefix)?\(([^)]*)\)")
"""Matchers of Traefik's rules."""
_OF_REQUESTS = ("Ingress", "IngressRoute", "HTTPRoute", "GRPCRoute")
_OF_CONNECTIONS = ("TLSRoute", "IngressRouteTCP")
ROUTES = (*_OF_REQUESTS, *_OF_CONNECTIONS)


def same_host(kind: str, inputs: Mapping[str, Any], observation: Observation) -> Iterator[tuple[str, Manifest]]:
    """A route that answers for the same host at the same path: those of one host often lead to several services."""
    asked = set(_doors(kind, inputs))
    for other in _OF_REQUESTS if kind in _OF_REQUESTS else _OF_CONNECTIONS:
        for each in observation.of(other):
            if common := asked & set(_doors(other, each)):
                yield f"it answers for {', '.join(sorted({host for host, _ in common}))}", each


def _doors(kind: str, route: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The hosts of a route, each with a path; of calls of gRPC with the service and method."""
    spec = block(route, "spec")
    if kind in ("HTTPRoute", "GRPCRoute", "TLSRoute"):
        matches = [match for rule in items(spec, "rules") for match in items(rule, "matches") or [{}]] or [{}]
        paths = [_matched(match) for match in matches]
        yield from ((str(host), _path(path)) for host in values_at(spec, "hostnames") for path in paths)
        return
    for rule in items(spec, "rules" if kind == "Ingress" else "routes"):
        match = str(rule.get("match", ""))
        hosts = [str(rule.get("host", ""))] if kind == "Ingress" else _quoted(_HOSTS, match)
        stated = items(block(rule, "http"), "paths") if kind == "Ingress" else []
        paths = [str(each.get("path", "/")) for each in stated] or _quoted(_PATHS, match) or ["/"]
        yield from ((host, _path(path)) for host in hosts if host not in ("", "*") for path in paths)


def _matched(match: Mapping[str, Any]) -> str:
    method = match.get("method")
    if isinstance(method, dict):
        called = block(match, "method")
        return "/".join(("", *(str(called[each]) for each in ("service", "method") if each in called)))
    return str(block(match, "path").get("value", "/"))


def _quoted(call: re.Pattern[str], match: str) -> list[str]:
    return [text for found in call.findall(match) for text in re.findall(r"`([^`]+)`", found)]


def _path(path: str) -> str:
    return path.rstrip("/") or "/"
