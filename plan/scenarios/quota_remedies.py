"""Remedies for a quota that has no room for more pods: each makes all workloads fit that the quota holds back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from config.lab import Lab
from config.service.app import OwnWorkloads
from plan.capacity.quotas import Excess, exceeded, field_of
from plan.cluster.nodes import PODS
from plan.model import Edit, NamespaceUse, Remedy, Workload
from plan.model.resources import CPU, MEMORY, at_least, pod_requests
from plan.scenarios.edits import stated_workload
from plan.scenarios.remedies import request_remedy
from plan.scenarios.trials import STEPS, requesting

TIER_KEYS: Mapping[str, str] = {
    "requests.cpu": "cpu",
    "requests.memory": "memory",
    "pods": "pods",
    "limits.memory": "memory_limits",
    "requests.ephemeral-storage": "ephemeral_storage",
}
"""Keys under `quota` of a tier, by the quota's own name of a resource."""


class HeldBack(NamedTuple):
    """A workload of which the quota takes no further pods."""

    workload: Workload
    pods: int
    """So many there would be."""
    excess: Excess


def held_back(
    namespaces: Mapping[str, NamespaceUse], wanted: Iterable[tuple[Workload, int]]
) -> dict[tuple[str, str], list[HeldBack]]:
    """Workloads of which there cannot be as many pods as wanted, by namespace and resource: each is one cause."""
    found: dict[tuple[str, str], list[HeldBack]] = {}
    for workload, pods in wanted:
        if workload.namespace in namespaces:
            for excess in exceeded(namespaces[workload.namespace], workload, pods):
                found.setdefault((workload.namespace, excess.resource), []).append(HeldBack(workload, pods, excess))
    return found


def most_needed(held: Sequence[HeldBack]) -> HeldBack:
    """The one that would exceed the quota most."""
    return max(held, key=lambda each: each.excess.needed)


def quota_remedies(lab: Lab, use: NamespaceUse, held: Sequence[HeldBack]) -> Iterator[Remedy]:
    """A smaller request of one workload, or a larger quota of the tier."""
    resource = held[0].excess.resource
    if resource in (CPU, MEMORY):
        yield from _one_smaller(lab, held, resource)
    yield larger_quota(use, resource, most_needed(held).excess.needed)


def larger_quota(use: NamespaceUse, resource: str, needed: int) -> Remedy:
    """As much of a resource in the tier's quota as is needed."""
    key, amount = TIER_KEYS.get(field_of(resource)), at_least(resource, needed)
    change = Edit(("tiers", use.tier, "quota", key), needed if resource == PODS else amount) if key else None
    return Remedy(
        f"raise the quota of tier {use.tier} to {key or field_of(resource)}: {amount}", (change,) if change else ()
    )


def _one_smaller(lab: Lab, held: Sequence[HeldBack], resource: str) -> Iterator[Remedy]:
    """The first of the largest that could request so little that all have room."""
    step = STEPS[resource]
    for each in sorted(held, key=lambda one: -pod_requests(one.workload.pod).get(resource, 0)):
        workload = each.workload
        less = max(-(-(other.excess.needed - other.excess.hard) // _counted(workload, other)) for other in held)
        amount = (pod_requests(workload.pod).get(resource, 0) - less) // step * step
        smaller = requesting(workload, resource, amount) if amount > 0 else None
        remedy = request_remedy(lab, smaller, resource, amount, f" of {workload.name}") if smaller else None
        if remedy and remedy.edits:
            yield remedy
            return


def _counted(workload: Workload, other: HeldBack) -> int:
    """How many pods of a workload count where another is held back."""
    return other.pods if other.workload.key == workload.key else max(1, workload.replicas)


def singleton_remedy(lab: Lab, workload: Workload) -> Iterator[Remedy]:
    """End an old pod before the new one starts, where the workload allows it."""
    service = lab.services.get(workload.service)
    is_main = workload.path == ("services", workload.service)
    if not isinstance(service, OwnWorkloads) or "objects" in workload.path:
        return
    if is_main and workload.replicas == 1 and workload.max_replicas is None:
        words = "write singleton: true where a short interruption does no harm (the old pod goes first)"
        yield Remedy(words, (Edit((*workload.path, "singleton"), True),))
    elif stated_workload(lab, workload):
        words = f"write adopt: {{surge: 0, unavailable: 1}} for {workload.name} (an old pod goes first)"
        keys = (("surge", 0), ("unavailable", 1))
        yield Remedy(words, tuple(Edit((*workload.path, "adopt", key), amount) for key, amount in keys))
