"""Nodes and workloads as plain values, and what the planner makes of them."""

from collections.abc import Mapping
from typing import Any

from plan.cluster.nodes import PODS
from plan.kubernetes.scheduling import place
from plan.model import Container, Controller, Node, NodeUse, Pending, Pod, Workload
from plan.model.constraints import AffinityTerm, Constraints, Requirement
from plan.model.resources import CPU, MEMORY

GIB = 1 << 30
ZONE = "zone"


def node(
    name: str,
    *,
    cpu: int = 4000,
    taints: Mapping[str, str] | None = None,
    slots: int = 28,
    labelled: Mapping[str, str] | None = None,
    **labels: str,
) -> Node:
    room = {CPU: cpu, MEMORY: 8 * GIB, PODS: 10}
    return Node(name, "worker", "general", {**labels, **(labelled or {})}, taints or {}, room, room, slots)


def workload(name: str, replicas: int = 1, controller: Controller = "Deployment", **pod: Any) -> Workload:
    container = Container("main", {CPU: 1000, MEMORY: GIB}, {MEMORY: 2 * GIB})
    made = Pod((container,))._replace(**pod)
    return Workload(name, name, "namespace", controller, replicas, made, ("services", name), "Burstable", {})


def like(name: str, topology_key: str = "kubernetes.io/hostname") -> AffinityTerm:
    return AffinityTerm((Requirement("app", "In", (name,)),), topology_key)


def labelled(name: str, **constraints: Any) -> Constraints:
    return Constraints(labels={"app": name}, **constraints)


def pods(uses: tuple[NodeUse, ...]) -> Mapping[str, int]:
    return {use.node.name: use.pods for use in uses}


def placed(nodes: list[Node], *workloads: Workload) -> tuple[Mapping[str, int], list[tuple[str, int]]]:
    uses, pending = place(nodes, workloads)
    return pods(uses), [(each.workload.name, each.pods) for each in pending]


def reason(nodes: list[Node], *workloads: Workload) -> str:
    only: Pending
    (only,) = place(nodes, workloads)[1]
    return str(only.reason)
