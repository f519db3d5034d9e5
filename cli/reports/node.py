"""A node as JSON."""

from typing import Literal

from cli.reports.amounts import Amounts, amounts
from cli.reports.document import Document, Report
from cli.reports.forecast import named
from config.kubelet import Reservation
from config.reservations import by_rule, reserved
from plan.kubernetes.eviction import SCARCE, order_on
from plan.model import NodeUse, Plan
from plan.model.resources import CPU, MEMORY


class NodeReport(Report):
    """A node, and the sums of what an estimate puts on it."""

    name: str
    role: Literal["control-plane", "worker"]
    group: Literal["control-plane", "gpu", "general"]
    allocatable: Amounts
    requests: Amounts
    limits: Amounts
    pods: int
    volume_slots: int
    volumes: int


class PlacedReport(Report):
    """A workload on a node, and how many of its pods."""

    workload: str
    pods: int


class NodeDocument(NodeReport, Document):
    """A node with its pods by estimate, and in which order they are evicted for each thing that it may run out of."""

    lab: str
    reserved: Amounts
    reserved_by_rule: Amounts
    workloads: tuple[PlacedReport, ...]
    eviction_order: dict[str, tuple[str, ...]]


def node_report(use: NodeUse) -> NodeReport:
    """A node for programs."""
    return NodeReport(
        name=use.node.name,
        role=use.node.role,
        group=use.node.group,
        allocatable=amounts(use.node.allocatable),
        requests=amounts(use.requests),
        limits=amounts(use.limits),
        pods=use.pods,
        volume_slots=use.node.volume_slots,
        volumes=use.volumes,
    )


def node_document(plan: Plan, name: str) -> NodeDocument:
    """One node with its pods, for programs."""
    use = next(each for each in plan.capacity.nodes if each.node.name == name)
    kubelet = plan.lab.cluster.kubelet
    return NodeDocument(
        lab=plan.lab.name,
        **dict(node_report(use)),
        reserved=_reservation(reserved(kubelet)),
        reserved_by_rule=_reservation(by_rule(kubelet)),
        workloads=tuple(PlacedReport(workload=named(workload), pods=count) for workload, count in use.workloads),
        eviction_order={resource: tuple(named(each) for each in order_on(use, resource)) for resource in SCARCE},
    )


def _reservation(kept: Reservation) -> Amounts:
    return amounts({CPU: kept.cpu, MEMORY: kept.memory})
