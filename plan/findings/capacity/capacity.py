"""Findings about capacity: pods without a place, tight nodes, checks that could not be made."""

from collections.abc import Iterable, Iterator

from config.cluster import Overcommit
from config.lab import Lab
from plan.capacity.quotas import field_of
from plan.cluster.nodes import PODS
from plan.findings.capacity.waiting import waiting_findings
from plan.findings.nodes.host import host_findings
from plan.model import Capacity, Finding, GroupUse, NamespaceUse, NodeUse, Workload
from plan.model.findings import Rule
from plan.model.resources import CPU, MEMORY, at_least, notation
from plan.scenarios.snapshot import as_it_stands
from plan.tiers.objects import generated_name
from plan.wording import gib, listed, percent

MEMORY_OVERCOMMITTED = Rule(
    "MEMORY-OVERCOMMITTED",
    "warning",
    title="Memory limits exceed what the nodes have",
    meaning=(
        "Limits may add up to more than a node can allocate, since pods rarely use all they may at once. How "
        "far is the owner's policy; beyond it evictions and OOM kills become likely."
    ),
    remedy="Lower the largest limits, or add a worker. The eviction order: `homelab plan --service NAME`.",
)

NODE_OVERCOMMITTED = Rule(
    "NODE-OVERCOMMITTED",
    "info",
    title="Memory limits exceed what single nodes have",
    meaning=(
        "The nodes of a group keep to the lab's policy together, but the scheduler spreads pods by what they request, "
        "not by their limits: on some nodes those add up to more. Where pods are is an estimate."
    ),
    remedy="Lower the largest limits of what runs there, or bring requests closer to limits.",
)

NODES_FULL = Rule(
    "NODES-FULL",
    "warning",
    title="Requests fill a group of nodes",
    meaning=(
        "More than 90% of what these nodes can allocate is requested: the next service, or the pods of a "
        "lost node, will find no place."
    ),
    remedy="Add a worker, or right-size what requests most.",
)

QUOTA_EXCEEDED = Rule(
    "QUOTA-EXCEEDED",
    "error",
    title="A namespace asks for more than its quota",
    meaning=(
        "The API server refuses the pods that exceed it, and they never appear: the controller reports FailedCreate."
    ),
    remedy="Request less, raise the tier's quota, or move a service to a namespace of its own.",
)

QUOTA_EXCEEDED_BY_JOBS = Rule(
    "QUOTA-EXCEEDED-BY-JOBS",
    "warning",
    title="A namespace exceeds its quota while its jobs run",
    meaning=(
        "The pods that run all the time fit, but not together with every job: a job that starts then is refused and "
        "misses its turn."
    ),
    remedy="Spread the schedules, request less, or raise the tier's quota.",
)

QUOTA_TIGHT = Rule(
    "QUOTA-TIGHT",
    "warning",
    title="Little is left of a namespace's quota",
    meaning="More than 90% is used. A rollout needs room for one more pod of the service for a moment.",
    remedy="Request less, raise the tier's quota, or move a service to a namespace of its own.",
)

VOLUME_SLOTS_TIGHT = Rule(
    "VOLUME-SLOTS-TIGHT",
    "warning",
    title="A node has few volume slots left",
    meaning=(
        "The CSI driver attaches only so many volumes to a machine (volume_slots in cluster.yaml). When many pods "
        "move at once, one node fills up and databases stay stuck on 'no free lun found'."
    ),
    remedy="Move volumes that need no block storage to NFS, or add a worker.",
)


TIGHT_PERCENT = 90
"""Above this share of something that runs out, the planner warns; the runbook adds a worker there (docs/facts.md)."""

TIGHT_SLOTS_PERCENT = 85
"""Share of a node's volume slots from which the planner warns: the runbook's alert, 24 of 28 (docs/facts.md)."""


def capacity_findings(lab: Lab, capacity: Capacity, workloads: Iterable[Workload]) -> Iterator[Finding]:
    """All findings about capacity."""
    yield from waiting_findings(lab, as_it_stands(capacity, workloads))
    for namespace in capacity.namespaces:
        yield from _quota(lab, namespace)
    for group in capacity.groups:
        yield from _full(group)
        yield from _overcommitted(lab, group, [use for use in capacity.nodes if use.node.group == group.name])
    for use in capacity.nodes:
        yield from _volume_slots(use)
    yield from host_findings(lab, capacity.hosts)


def _quota(lab: Lab, use: NamespaceUse) -> Iterator[Finding]:
    if use.quota is None:
        return
    path = _quota_path(lab, use)
    for resource, hard in use.quota.items():
        steady, peak = use.requests.get(resource, 0), use.requests_with_jobs.get(resource, 0)
        field = field_of(resource)
        shown = f"{field}: {notation(resource, steady)} of {notation(resource, hard)}"
        if steady > hard:
            yield QUOTA_EXCEEDED.finding(
                path,
                f"{use.name} asks for {shown}; the API server refuses the pods that exceed it: exceeded quota: "
                f"{generated_name(use.tier)}",
                _within_quota(use, resource, steady - hard),
                about=field,
                facts={"used": notation(resource, steady), "hard": notation(resource, hard)},
            )
        elif peak > hard:
            yield QUOTA_EXCEEDED_BY_JOBS.finding(
                path,
                f"{use.name} asks for {shown}, and {notation(resource, peak)} while all of its jobs run: a job that "
                "starts then is refused",
                f"spread the schedules, or {_within_quota(use, resource, peak - hard)}",
                about=field,
                facts={"used_with_jobs": notation(resource, peak), "hard": notation(resource, hard)},
            )
        elif steady * 100 > hard * TIGHT_PERCENT:
            yield QUOTA_TIGHT.finding(
                path,
                f"{use.name} uses {shown}, and {notation(resource, hard - steady)} is left",
                _within_quota(use, resource, steady - hard * TIGHT_PERCENT // 100),
                about=field,
                facts={"used": notation(resource, steady), "hard": notation(resource, hard)},
            )


def _within_quota(use: NamespaceUse, resource: str, excess: int) -> str:
    pods = "1 pod fewer" if excess == 1 else f"{excess} pods fewer"
    less = f"have {pods} in" if resource == PODS else f"request {at_least(resource, excess)} less in"
    return f"{less} {use.name}, raise the quota of tier {use.tier}, or move a service to a namespace of its own"


def _quota_path(lab: Lab, use: NamespaceUse) -> tuple[str, ...]:
    own = use.name.removeprefix(f"{use.tier}-")
    return ("groups", own) if own in lab.groups else ("services", own)


def _full(group: GroupUse) -> Iterator[Finding]:
    for resource in (CPU, MEMORY):
        requested, allocatable = group.requests.get(resource, 0), group.allocatable[resource]
        if requested * 100 > allocatable * TIGHT_PERCENT:
            yield NODES_FULL.finding(
                ("cluster",),
                f"{group.name} nodes: {resource} requests {notation(resource, requested)} of "
                f"{notation(resource, allocatable)} allocatable ({percent(requested, allocatable)})",
                "add a worker in machines.yaml, or request "
                f"{at_least(resource, requested - allocatable * TIGHT_PERCENT // 100)} less in all, first of what "
                "requests most",
                about=f"{group.name} {resource}",
                facts={"requested": notation(resource, requested), "allocatable": notation(resource, allocatable)},
            )


def _overcommitted(lab: Lab, group: GroupUse, uses: Iterable[NodeUse]) -> Iterator[Finding]:
    """The pool as a whole, and by estimate its nodes: limits are not what the scheduler spreads pods by."""
    policy = lab.cluster.overcommit
    limits, allocatable = group.limits.get(MEMORY, 0), group.allocatable[MEMORY]
    nodes = [f"{use.node.name} {_limits_percent(use)}" for use in uses if _exceeds(policy, use)]
    if _exceeds(policy, group):
        among = f" (by estimate {listed(nodes)})" if group.nodes > 1 else ""
        yield MEMORY_OVERCOMMITTED.finding(
            ("cluster", "overcommit", "memory_limits_percent"),
            f"{group.name} nodes: memory limits add up to {gib(limits)}, {percent(limits, allocatable)} of "
            f"{gib(allocatable)} allocatable{among}; the lab's policy is {policy.memory_limits_percent}%. If all pods "
            "used what they may, nodes would run out of memory",
            f"lower the largest limits by {gib(limits - allocatable * policy.memory_limits_percent // 100)} in all, "
            "to what the pods really use, or add a worker",
            about=group.name,
            facts={
                "limits_bytes": limits,
                "allocatable_bytes": allocatable,
                "policy_percent": policy.memory_limits_percent,
            },
        )
    elif nodes:
        yield NODE_OVERCOMMITTED.finding(
            ("cluster", "overcommit", "memory_limits_percent"),
            f"{group.name} nodes keep to the lab's policy of {policy.memory_limits_percent}% together, with memory "
            f"limits of {percent(limits, allocatable)}; by estimate these do not: {listed(nodes)}",
            "lower the largest limits of what runs there, or give it requests closer to its limits: those the "
            "scheduler spreads",
            about=group.name,
            facts={
                "limits_bytes": limits,
                "allocatable_bytes": allocatable,
                "policy_percent": policy.memory_limits_percent,
            },
        )


def _exceeds(policy: Overcommit, use: GroupUse | NodeUse) -> bool:
    allocatable = use.allocatable if isinstance(use, GroupUse) else use.node.allocatable
    return use.limits.get(MEMORY, 0) * 100 > allocatable[MEMORY] * policy.memory_limits_percent


def _limits_percent(use: NodeUse) -> str:
    return percent(use.limits.get(MEMORY, 0), use.node.allocatable[MEMORY])


def _volume_slots(use: NodeUse) -> Iterator[Finding]:
    tight = -(-use.node.volume_slots * TIGHT_SLOTS_PERCENT // 100)
    if use.volumes and use.volumes >= tight:
        yield VOLUME_SLOTS_TIGHT.finding(
            ("machines", use.node.name),
            f"{use.volumes} of {use.node.volume_slots} volume slots of {use.node.name} are used; when the last is "
            "gone, databases stay stuck on 'no free lun found'",
            f"move {use.volumes - tight + 1} or more volumes that need no block storage to NFS, or add a worker",
            facts={"volumes": use.volumes, "slots": use.node.volume_slots},
        )
