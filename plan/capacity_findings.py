"""What there is to say about capacity: what does not fit, what is tight, what could not be checked."""

from collections.abc import Iterable, Iterator

from config.lab import Lab
from config.quantity import Memory
from plan.model import Capacity, Finding, GroupUse, HostUse, NamespaceUse, NodeUse, Workload
from plan.quotas import FIELDS
from plan.remedies import remedies
from plan.resources import CPU, GPU, MEMORY, notation
from plan.standing import Standing, as_it_stands
from plan.tiers import generated_name

TIGHT_PERCENT = 90
"""Above this share of something that runs out, the planner warns; the runbook adds a worker there (docs/facts.md)."""

TIGHT_VOLUME_SLOTS = 24
"""Volumes on one node from which the lab's alert fires (docs/facts.md, The lab)."""


def capacity_findings(lab: Lab, capacity: Capacity, workloads: Iterable[Workload]) -> Iterator[Finding]:
    """All findings about capacity."""
    yield from _pending(lab, as_it_stands(capacity, workloads))
    for namespace in capacity.namespaces:
        yield from _quota(lab, namespace)
    for group in capacity.groups:
        yield from _full(group)
        yield from _overcommitted(lab, group)
    for use in capacity.nodes:
        yield from _volume_slots(use)
    yield from _gpu(lab, capacity)
    for host in capacity.hosts:
        yield from _host_memory(lab, host)
        yield from _host_cpu(lab, host)
        yield from _host_storage(lab, host)


def _pending(lab: Lab, standing: Standing) -> Iterator[Finding]:
    for pending, remedy in zip(standing.pending, remedies(lab, standing), strict=True):
        workload = pending.workload
        yield Finding(
            "DOES-NOT-FIT",
            "error",
            workload.path,
            f"{pending.pods} of {workload.replicas} pods of {workload.name} would stay Pending: {pending.reason}",
            remedy,
        )


def _quota(lab: Lab, use: NamespaceUse) -> Iterator[Finding]:
    if use.quota is None:
        return
    path = _quota_path(lab, use)
    for resource, hard in use.quota.items():
        steady, peak = use.requests.get(resource, 0), use.requests_with_jobs.get(resource, 0)
        field = FIELDS[resource]
        shown = f"{field}: {notation(resource, steady)} of {notation(resource, hard)}"
        raise_quota = (
            f"request less in {use.name}, raise quota of tier {use.tier}, or move a service to a namespace of its own"
        )
        if steady > hard:
            yield Finding(
                "QUOTA-EXCEEDED",
                "error",
                path,
                f"{use.name} asks for {shown}; the API server refuses the pods that exceed it: exceeded quota: "
                f"{generated_name(use.tier)}",
                raise_quota,
            )
        elif peak > hard:
            yield Finding(
                "QUOTA-EXCEEDED-BY-JOBS",
                "warning",
                path,
                f"{use.name} asks for {shown}, and {notation(resource, peak)} while all of its jobs run: a job that "
                "starts then is refused",
                raise_quota,
            )
        elif steady * 100 > hard * TIGHT_PERCENT:
            yield Finding("QUOTA-TIGHT", "warning", path, f"{use.name} uses {shown}", raise_quota)


def _quota_path(lab: Lab, use: NamespaceUse) -> tuple[str, ...]:
    own = use.name.removeprefix(f"{use.tier}-")
    return ("groups", own) if own in lab.groups else ("services", own)


def _full(group: GroupUse) -> Iterator[Finding]:
    for resource in (CPU, MEMORY):
        requested, allocatable = group.requests.get(resource, 0), group.allocatable[resource]
        if requested * 100 > allocatable * TIGHT_PERCENT:
            yield Finding(
                "NODES-FULL",
                "warning",
                ("cluster",),
                f"{group.name} nodes: {resource} requests {notation(resource, requested)} of "
                f"{notation(resource, allocatable)} allocatable ({_percent(requested, allocatable)})",
                "add a worker in machines.yaml, or right-size what requests most",
            )


def _overcommitted(lab: Lab, group: GroupUse) -> Iterator[Finding]:
    policy = lab.cluster.overcommit
    limits, allocatable = group.limits.get(MEMORY, 0), group.allocatable[MEMORY]
    if limits * 100 > allocatable * policy.memory_limits_percent:
        yield Finding(
            "MEMORY-OVERCOMMITTED",
            "warning",
            ("cluster", "overcommit", "memory_limits_percent"),
            f"{group.name} nodes: memory limits add up to {_gib(limits)}, {_percent(limits, allocatable)} of "
            f"{_gib(allocatable)} allocatable; the lab's policy is {policy.memory_limits_percent}%. If all pods used "
            "what they may, nodes would run out of memory",
            "lower the largest limits to what the pods really use, or add a worker",
        )


def _volume_slots(use: NodeUse) -> Iterator[Finding]:
    if use.volumes >= TIGHT_VOLUME_SLOTS:
        yield Finding(
            "VOLUME-SLOTS-TIGHT",
            "warning",
            ("machines", use.node.name),
            f"{use.volumes} of {use.node.volume_slots} volume slots of {use.node.name} are used; when the last is "
            "gone, databases stay stuck on 'no free lun found'",
            "move volumes that need no block storage to NFS, or add a worker",
        )


def _gpu(lab: Lab, capacity: Capacity) -> Iterator[Finding]:
    sharing = lab.cluster.platform.gpu
    if sharing is None:
        return
    names = {GPU: "GPU slices", sharing.video_memory_resource: "MiB of video memory"}
    for use in capacity.nodes:
        for resource, name in names.items():
            used, allocatable = use.requests.get(resource, 0), use.node.allocatable.get(resource, 0)
            if used * 100 > allocatable * TIGHT_PERCENT:
                yield Finding(
                    "GPU-TIGHT",
                    "warning",
                    ("cluster", "platform", "gpu"),
                    f"{use.node.name}: {used:,} of {allocatable:,} {name} are promised ({_percent(used, allocatable)})",
                    "a further GPU service has to wait until another is switched off (replicas: 0)",
                )


def _host_memory(lab: Lab, use: HostUse) -> Iterator[Finding]:
    host = lab.site.hosts[use.name]
    promised = use.promised_memory
    allowed = use.memory * host.overcommit.memory_percent // 100
    path = ("site", "hosts", use.name, "memory")
    if promised > use.memory:
        yield Finding(
            "HOST-MEMORY-OVERCOMMITTED",
            "error" if promised > allowed or use.pinned_memory + use.reserved_memory > use.memory else "warning",
            path,
            f"{use.name}: machines are promised {_gib(use.machine_memory)} of {_gib(use.memory)} installed, "
            f"{_gib(use.pinned_memory)} of it pinned by PCI passthrough; {_gib(promised - use.memory)} too much if "
            "all machines use what they have",
            "make a machine smaller, or stop one that is not needed",
        )
    if host.reserved_memory is None:
        yield Finding(
            "HOST-RESERVE-UNCHECKED",
            "info",
            path,
            f"{use.name}: what the hypervisor itself needs is not stated, so whether {_gib(use.memory)} are enough "
            "for it too could not be checked",
            f"write reserved_memory of {use.name} in site.yaml (ZFS ARC, daemons, overhead of each machine)",
        )


def _host_cpu(lab: Lab, use: HostUse) -> Iterator[Finding]:
    limit = lab.site.hosts[use.name].overcommit.vcpus_per_thread
    if use.vcpus > use.threads * limit:
        yield Finding(
            "HOST-CPU-OVERCOMMITTED",
            "warning",
            ("site", "hosts", use.name, "threads"),
            f"{use.name}: {use.vcpus} vCPUs on {use.threads} threads; the lab's policy is {limit} for each thread",
            "give machines fewer vCPUs",
        )


def _host_storage(lab: Lab, use: HostUse) -> Iterator[Finding]:
    for name, (promised, size) in use.storages.items():
        path = ("site", "hosts", use.name, "storages", name)
        if size is None and promised:
            yield Finding(
                "STORAGE-UNCHECKED",
                "info",
                path,
                f"{name} on {use.name}: {_gib(promised)} are promised; its size is not stated, so whether they fit "
                "could not be checked",
                "write its size in site.yaml",
            )
        elif size is not None and promised > size:
            yield Finding(
                "STORAGE-OVERCOMMITTED",
                "warning",
                path,
                f"{name} on {use.name}: {_gib(promised)} are promised of {_gib(size)}; a thin pool that fills up stops "
                "every machine on it",
                "make disks or volumes smaller, or move some to another storage",
            )


def _gib(size: int) -> str:
    return f"{Memory(size).gib:,.1f} GiB"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f}%" if whole else "of nothing"
