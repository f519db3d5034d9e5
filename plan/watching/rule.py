"""A rule for alerts, and the queries that several of them are made of."""

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from plan.model import Node

Level = Literal["warning", "critical"]


class Alert(NamedTuple):
    """A rule of Prometheus that fires an alert."""

    name: str
    expression: str
    lasts: str
    """How long it has to be so, in Prometheus' notation."""
    level: Level
    summary: str
    """One sentence; it may have Prometheus' templates in it."""
    remedy: str
    labels: tuple[tuple[str, str], ...] = ()

    def as_rule(self) -> dict[str, Any]:
        """The rule as Prometheus reads it."""
        return {
            "alert": self.name,
            "expr": self.expression,
            "for": self.lasts,
            "labels": {"severity": self.level, **dict(self.labels)},
            "annotations": {"summary": self.summary, "description": self.remedy},
        }


class Group(NamedTuple):
    """Rules of one subject, evaluated together."""

    name: str
    alerts: tuple[Alert, ...]

    def as_group(self) -> dict[str, Any]:
        """The group as Prometheus reads it."""
        return {"name": self.name, "rules": [each.as_rule() for each in self.alerts]}


ACTIVE = (
    '* on (namespace, pod) group_left () max by (namespace, pod) (kube_pod_status_phase{phase=~"Pending|Running"} == 1)'
)
"""Finished pods still export what they requested, and take nothing."""


def any_of(names: Iterable[str]) -> str:
    """A pattern that matches these names and no others; names of Kubernetes have no other special sign than the dot."""
    return "|".join(name.replace(".", "\\\\.") for name in names)


def requested(
    resource: str, nodes: str, *, kind: Literal["requests", "limits"] = "requests", namespaces: str | None = None
) -> str:
    """Requests or limits of the active pods on some nodes, by container. `nodes` and `namespaces` are patterns."""
    beside = f',namespace=~"{namespaces}"' if namespaces else ""
    series = f'kube_pod_container_resource_{kind}{{resource="{resource}",node=~"{nodes}"{beside}}}'
    return f"(max by (namespace, pod, container, node) ({series}) {ACTIVE})"


def allocatable(resource: str, nodes: str) -> str:
    """Query for the allocatable amount of a resource on some nodes."""
    return f'max by (node) (kube_node_status_allocatable{{resource="{resource}",node=~"{nodes}"}})'


def node_groups(nodes: Iterable[Node]) -> dict[str, list[Node]]:
    """The nodes by group, in their order."""
    found: dict[str, list[Node]] = {}
    for node in nodes:
        found.setdefault(node.group, []).append(node)
    return found
