"""The sum of what the pods of several workloads request and may use."""

from collections.abc import Iterable

from plan.model import NodeUse, Plan, Tier, Workload
from plan.model.resources import pod_limits, pod_requests, scaled, sum_of

SYSTEM = "system"
"""Pods of the cluster itself, which are of no tier."""


def tier_workloads(plan: Plan, tier: Tier) -> list[Workload]:
    """The workloads of a tier's services."""
    return [workload for service in plan.services if service.tier == tier.name for workload in service.workloads]


def total_requests(workloads: Iterable[Workload]) -> dict[str, int]:
    """Sum of the requests of the steadily running pods."""
    return sum_of(*(scaled(pod_requests(each.pod), each.replicas) for each in workloads if each.is_steady))


def total_limits(workloads: Iterable[Workload]) -> dict[str, int]:
    """Sum of the limits of the steadily running pods."""
    return sum_of(*(scaled(pod_limits(each.pod), each.replicas) for each in workloads if each.is_steady))


def requested_by_tier(plan: Plan, use: NodeUse, resource: str) -> dict[str, int]:
    """Requests of a resource by the pods on a node, by the tier of their service; other pods are of tier `system`."""
    amounts: dict[str, int] = {}
    for workload, count in use.workloads:
        service = plan.lab.services.get(workload.service)
        tier = service.tier if service else SYSTEM
        if amount := count * pod_requests(workload.pod).get(resource, 0):
            amounts[tier] = amounts.get(tier, 0) + amount
    order = [tier.name for tier in plan.tiers]
    return dict(sorted(amounts.items(), key=lambda each: order.index(each[0]) if each[0] in order else len(order)))
