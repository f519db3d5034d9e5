"""Services and routes that go while what they lead to runs on, and those that follow a change in the same `up`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from operations.guard.consequence import Consequence
from operations.guard.objects.consequences import kind_of, target_of
from operations.guard.reading.step import Step
from operations.guard.reading.values import values_at
from plan.changes.gateway_rules import GROUP, ROUTES
from plan.changes.object_rules import MAKES_PODS, Kind
from plan.model.fields import entries, mapping, text
from plan.wording import listed

SERVICE: Kind = ("", "Service")


class Leading(NamedTuple):
    """Fields of a route by which requests come, and by which they go on."""

    hosts: str
    service: str
    ports: tuple[str, ...]


_GATEWAY = Leading("spec.hostnames", "spec.rules.backendRefs.name", ("spec.rules.backendRefs.port",))
_TRAEFIK = Leading("spec.routes.match", "spec.routes.services.name", ("spec.routes.services.port",))
_BACKEND = "spec.rules.http.paths.backend.service"
LEADING: Mapping[Kind, Leading] = {
    ("networking.k8s.io", "Ingress"): Leading(
        "spec.rules.host", f"{_BACKEND}.name", (f"{_BACKEND}.port.name", f"{_BACKEND}.port.number")
    ),
    **{(GROUP, kind): _GATEWAY for kind in ROUTES},
    **{("traefik.io", kind): _TRAEFIK for kind in ("IngressRoute", "IngressRouteTCP", "IngressRouteUDP")},
}
"""Kinds of routes."""

RUNS_ON = "Its pods run on."
BACK = "put it back, or allow it by name where nobody is to reach it any more"
INSTEAD = "{routes} of the same `up` leads there instead."
FOLLOWED = "{routes} follows in the same `up`; anything else that uses the old port does not."


def reached_otherwise(found: Sequence[Consequence], steps: Sequence[Step]) -> list[Consequence]:
    """The same, where it depends on the rest of the `up` whether anybody misses a service, a route or a port."""
    reached = (step for step in steps if step.is_object and kind_of(step.type) in (*LEADING, SERVICE))
    by_target = {target_of(step): step for step in reached}
    return [_otherwise(each, by_target[each.target], steps) if each.target in by_target else each for each in found]


def _otherwise(each: Consequence, step: Step, steps: Sequence[Step]) -> Consequence:
    if each.effect == "DELETE" and each.severity == "warning":
        return _deleted(each, step, steps)
    if each.effect == "DISCONNECT" and step.action == "update" and each.causes == ("spec.ports.port",):
        users = [target_of(user) for user in _users(step, steps)]
        if users:
            return each._replace(severity="warning", message=f"{each.message} {FOLLOWED.format(routes=listed(users))}")
    return each


def _deleted(each: Consequence, step: Step, steps: Sequence[Step]) -> Consequence:
    if kind_of(step.type) == SERVICE:
        leaves = any(_selects(step, other) for other in steps if other.action == "delete")
        return each if leaves else each._replace(severity="error", message=f"{each.message} {RUNS_ON}", fix=BACK)
    instead = [target_of(other) for other in steps if _serves(other, step)]
    if instead:
        return each._replace(message=f"{each.message} {INSTEAD.format(routes=listed(instead))}")
    services = {*values_at(step.before, LEADING[kind_of(step.type)].service)}
    leaving = {_name(other) for other in steps if other.action == "delete" and _is_beside(other, step, SERVICE)}
    if services and services <= leaving:
        return each
    return each._replace(severity="error", message=f"{each.message} {RUNS_ON}", fix=BACK)


def _serves(other: Step, route: Step) -> bool:
    """Whether another route is made or changed so that it serves all hosts of one that goes."""
    leading = LEADING.get(kind_of(other.type)) if other.is_object else None
    if leading is None or other.action not in ("create", "update"):
        return False
    hosts = {*values_at(route.before, LEADING[kind_of(route.type)].hosts)}
    return bool(hosts) and hosts <= {*values_at(other.after, leading.hosts)}


def _users(service: Step, steps: Sequence[Step]) -> Iterator[Step]:
    """Routes that are changed to a port which the Service gets."""
    ports = {
        each[field] for each in entries(service.after, "spec", "ports") for field in ("name", "port") if field in each
    }
    for step in steps:
        leading = LEADING.get(kind_of(step.type)) if step.is_object else None
        if leading is None or step.action not in ("create", "update") or _namespace(step) != _namespace(service):
            continue
        if _name(service) in {*values_at(step.after, leading.service)}:
            old, new = ({*_ports(inputs, leading)} for inputs in (step.before, step.after))
            if new - old and new <= ports:
                yield step


def _ports(inputs: Mapping[str, Any], leading: Leading) -> Iterator[object]:
    for field in leading.ports:
        yield from values_at(inputs, field)


def _selects(service: Step, other: Step) -> bool:
    """Whether a Service sends to the pods of a controller; one without a selector leaves with any of its namespace."""
    if not other.is_object or kind_of(other.type) not in MAKES_PODS or _namespace(other) != _namespace(service):
        return False
    labels = mapping(other.before, "spec", "template", "metadata", "labels")
    return all(labels.get(key) == each for key, each in mapping(service.before, "spec", "selector").items())


def _is_beside(other: Step, step: Step, kind: Kind) -> bool:
    return other.is_object and kind_of(other.type) == kind and _namespace(other) == _namespace(step)


def _name(step: Step) -> str:
    return text(step.resource.inputs, "metadata", "name")


def _namespace(step: Step) -> str:
    return text(step.resource.inputs, "metadata", "namespace")
