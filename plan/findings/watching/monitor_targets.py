"""ServiceMonitors that select no Service, or a port that it does not have."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from config.lab import Lab
from config.namespaces import namespace_of_object
from config.objects import StatedObject
from plan.cluster.membership import founder
from plan.model import Manifest, Service
from plan.model.fields import Fields, entries, mapping, text, values
from plan.model.findings import Finding, Rule
from plan.wording import listed

MONITOR_FINDS_NOTHING = Rule(
    "MONITOR-FINDS-NOTHING",
    "warning",
    title="A ServiceMonitor selects nothing",
    meaning=(
        "A ServiceMonitor selects Services by their own labels, which are not those of their pods, in its own "
        "namespace unless it says otherwise, and asks one of their ports by its name. Where none fits, nothing is "
        "scraped and nothing fails: graphs stay empty, and alerts never fire. It is said of namespaces whose Services "
        "are all known."
    ),
    remedy="Write labels and the name of a port that the Service has.",
)


class _Aim(NamedTuple):
    """A ServiceMonitor, where it looks and for what."""

    stated: StatedObject
    namespaces: tuple[str, ...]
    labels: Fields
    ports: tuple[str, ...]


def monitor_target_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each ServiceMonitor from a file that finds nothing, in a lab that makes its cluster."""
    if founder(lab) is None or not lab.objects_by_kind.get("ServiceMonitor"):
        return
    planned = list(services)
    with_charts = {each.namespace for each in planned if each.release}
    for aim in _aims(lab, planned):
        if aim.namespaces and not with_charts.intersection(aim.namespaces):
            meant = [each for each in _services_in(planned, aim.namespaces) if _has(each, aim.labels)]
            ports = sorted({text(port, "name") for each in meant for port in entries(each, "spec", "ports")})
            missing = [each for each in aim.ports if each not in ports]
            if not meant or missing:
                yield _finding(aim, missing if meant else [], ports)


def _aims(lab: Lab, services: list[Service]) -> Iterator[_Aim]:
    """Monitors that select by labels alone; expressions are not read."""
    for each in lab.objects_by_kind.get("ServiceMonitor", ()):
        own = namespace_of_object(lab, each)
        elsewhere = mapping(each.content, "spec", "namespaceSelector")
        names = tuple(str(one) for one in values(elsewhere, "matchNames")) if elsewhere else (own,)
        selector = mapping(each.content, "spec", "selector")
        ports = tuple(text(one, "port") for one in entries(each.content, "spec", "endpoints") if text(one, "port"))
        if not selector.get("matchExpressions"):
            yield _Aim(each, names, mapping(selector, "matchLabels"), ports)


def _services_in(services: list[Service], namespaces: tuple[str, ...]) -> Iterator[Manifest]:
    for service in services:
        for each in service.objects:
            if each["kind"] == "Service" and service.namespace_of(each) in namespaces:
                yield each


def _has(service: Manifest, labels: Fields) -> bool:
    return labels.items() <= mapping(service, "metadata", "labels").items()


def _finding(aim: _Aim, missing: list[str], ports: list[str]) -> Finding:
    labels = ", ".join(f"{key}: {label}" for key, label in aim.labels.items())
    if missing:
        said = f"asks for the port {listed(missing)}, and the Service that it selects has {listed(ports)}"
        fix = f"write port: {ports[0]}" if ports else "name a port of the Service"
    else:
        said = f"selects Services with {labels or 'any label'} in {listed(aim.namespaces)}, and none there has them"
        fix = "write labels that the Service has under metadata"
    return MONITOR_FINDS_NOTHING.finding(
        aim.stated.path,
        f"ServiceMonitor {aim.stated.name} {said}: nothing is scraped",
        fix,
        facts={"labels": labels, "ports": tuple(ports)},
    )
