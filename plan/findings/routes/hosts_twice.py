"""Host names with a path that two routes claim, at least one of them from a file or of a chart."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from config.lab import Lab
from config.service import HelmService
from config.source import Path, dotted
from plan.findings.chart_hosts import chart_hosts
from plan.model import Manifest, Service
from plan.model.fields import entries, text, values
from plan.model.findings import Finding, Rule

HOST_TWICE = Rule(
    "HOST-TWICE",
    "warning",
    title="Two routes claim the same host and path",
    meaning=(
        "Of two routes for the same requests, the controller takes one, by its own order: the older one, the longer "
        "rule, or now this and now that. The other service is not reached, and nothing fails. The keys of services are "
        "checked when the lab is read; this is about routes in files, and about those that charts make of their values."
    ),
    remedy="Give one of the two another host or path, or take it out.",
)


class _Claim(NamedTuple):
    """A host and a path that a route claims."""

    service: str
    called: str
    controller: str
    host: str
    path: str
    at: Path | None
    """Where it stands, unless keys of a service make it."""


def host_twice_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each route from a file or a chart whose host and path another route has, of the same class."""
    charts = [*_of_charts(lab)]
    if not charts and not lab.objects_by_kind.get("Ingress", ()):
        return
    known: dict[tuple[str, str], list[_Claim]] = {}
    routes = [*_of_routes(lab, services)]
    for claim in (*sorted(routes, key=lambda found: (found.at is not None, found.service, found.called)), *charts):
        before = known.setdefault((claim.host, claim.path), [])
        first = next((each for each in before if _meets(each, claim)), None)
        if first is not None and claim.at is not None:
            yield HOST_TWICE.finding(
                claim.at,
                f"the {claim.called} of {claim.service} claims {claim.host}{claim.path}, as {first.service} "
                f"({first.called.removeprefix('Ingress ')}) does: one of the two is not reached",
                "write another host or path, or take one of the two out",
                about=f"{claim.host}{claim.path}",
                facts={"host": claim.host, "path": claim.path},
            )
        if first is None:
            before.append(claim)


def _meets(one: _Claim, other: _Claim) -> bool:
    """Whether one controller has both; a chart whose class is not stated has that of the cluster."""
    if (one.service, one.called) == (other.service, other.called):
        return False
    if one.controller == other.controller:
        return True
    return one.service != other.service and "" in (one.controller, other.controller)


def _of_routes(lab: Lab, services: Iterable[Service]) -> Iterator[_Claim]:
    paths = {(str(each.path[1]), each.name): each.path for each in lab.objects_by_kind.get("Ingress", ())}
    for service in services:
        for route in service.objects:
            if route["kind"] == "Ingress":
                name = route["metadata"]["name"]
                for controller, host, path in dict.fromkeys(_claims(route)):
                    at = paths.get((service.name, name))
                    yield _Claim(service.name, f"Ingress {name}", controller, host, path, at)


def _of_charts(lab: Lab) -> Iterator[_Claim]:
    for name, service in lab.services.items():
        if isinstance(service, HelmService):
            for each in dict.fromkeys(chart_hosts(name, service)):
                called = f"{dotted(each.at[3:])} in the values"
                yield _Claim(name, called, each.controller, each.host, each.path, each.at)


def _claims(route: Manifest) -> Iterator[tuple[str, str, str]]:
    """Class, host and path of each rule."""
    controller = text(route, "spec", "ingressClassName")
    for rule in entries(route, "spec", "rules"):
        for each in values(rule, "http", "paths"):
            yield controller, text(rule, "host"), text(each, "path") or "/"
