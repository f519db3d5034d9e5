"""The sum of what the pods of several workloads request and may use."""

from collections.abc import Iterable

from plan.model import Plan, Tier, Workload
from plan.model.resources import added, pod_limits, pod_requests, scaled


def tier_workloads(plan: Plan, tier: Tier) -> list[Workload]:
    """The workloads of a tier's services."""
    return [workload for service in plan.services if service.tier == tier.name for workload in service.workloads]


def total_requests(workloads: Iterable[Workload]) -> dict[str, int]:
    """What the steadily running pods request in all."""
    return added(*(scaled(pod_requests(each.pod), each.replicas) for each in workloads if each.is_steady))


def total_limits(workloads: Iterable[Workload]) -> dict[str, int]:
    """What the steadily running pods may use in all."""
    return added(*(scaled(pod_limits(each.pod), each.replicas) for each in workloads if each.is_steady))
