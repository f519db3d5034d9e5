"""The resource rules of the lab. This module is their only home.

Workloads are built with them, the Kyverno policies are generated from them, and the finding that a service
departs from one comes from here.
"""

from collections.abc import Collection, Iterator, Mapping

from config.quantity import Cpu, Memory
from config.service.container import Gpu, Resources
from config.source import Path
from config.tier import Tier
from plan.model import Container, Finding
from plan.model.findings import Rule
from plan.model.resources import CPU, EPHEMERAL_STORAGE, GPU, MEMORY

CPU_ABOVE_CAP = Rule(
    "CPU-ABOVE-CAP",
    "error",
    title="A container requests more CPU than its tier allows",
    meaning=(
        "Each tier caps the CPU request of one container, by a Kyverno policy. A LimitRange maximum is not "
        "used for it: the API server would turn it into a CPU limit of every container."
    ),
    remedy="Request less, or state exceptions.cpu-above-cap with the reason.",
)

LIMIT_ABOVE_MAXIMUM = Rule(
    "LIMIT-ABOVE-MAXIMUM",
    "error",
    title="A memory limit above the tier's maximum",
    meaning=(
        "The LimitRange of the namespace refuses the pod: the controller reports FailedCreate, and the service is down."
    ),
    remedy=(
        "Lower the limit, or state exceptions.no-limit-range with the reason: then the namespace gets no LimitRange."
    ),
)

LIMIT_ABOVE_RATIO = Rule(
    "LIMIT-ABOVE-RATIO",
    "error",
    title="A memory limit too far above its request",
    meaning=(
        "Where a tier says how many times its request a limit may be (max_memory_ratio), the LimitRange of the "
        "namespace refuses what is further apart: the controller reports FailedCreate, and the service is down."
    ),
    remedy="Request more memory, lower the limit, or state exceptions.no-limit-range with the reason.",
)

MEMORY_NOT_BURSTABLE = Rule(
    "MEMORY-NOT-BURSTABLE",
    "error",
    title="All of the limit is requested in a burstable tier",
    meaning=(
        "In these tiers the request stays below the limit, so that more pods fit on a node; they are evicted "
        "first when memory runs out."
    ),
    remedy="Leave memory_request out, or state exceptions.guaranteed-memory with the reason.",
)

MEMORY_NOT_GUARANTEED = Rule(
    "MEMORY-NOT-GUARANTEED",
    "error",
    title="Less than the limit is requested in a memory-guaranteed tier",
    meaning=(
        "In these tiers memory request = limit, so that a pod always has what it may use and is not evicted "
        "for using it. (Kubernetes still calls such a pod Burstable: Guaranteed takes CPU limits as well.)"
    ),
    remedy="Leave memory_request out, or state exceptions.burstable-memory with the reason.",
)


WAIT_FOR = Resources(cpu=Cpu.parse("10m"), memory=Memory.parse("32Mi"))
"""An init container that waits for another service."""

BACKUP = Resources(cpu=Cpu.parse("50m"), memory=Memory.parse("512Mi"))
"""A job that dumps a database (docs/facts.md, The lab)."""

EPHEMERAL_STORAGE_REQUEST = Memory.parse("64Mi")
"""Logs (three files of 10Mi before rotation ends) and a little writable layer, per container."""

EPHEMERAL_STORAGE_LIMIT = Memory.parse("1Gi")
"""Writable layer and logs of one container, where a service states nothing; disk-backed scratch comes on top."""

HEADROOM: Mapping[str, float] = {"stable": 1.2, "volatile": 1.3}
"""Factor over the recommender's upper bound when a service is right-sized (docs/facts.md, The lab)."""

GPU_NODE_LABEL = "nvidia.com/gpu.present"
"""Set by gpu-feature-discovery on whichever node has the card; no host name anywhere."""

GPU_TAINT = "nvidia.com/gpu"
"""NoSchedule. PreferNoSchedule keeps nothing off the node (docs/facts.md, The lab)."""

GPU_TAINT_VALUE = "true"


def memory_request(needs: Resources, tier: Tier, exceptions: Collection[str]) -> Memory:
    """Memory request of a container in bytes: all of the limit in a guaranteed tier, a share in a burstable one."""
    if memory_is_guaranteed(tier, exceptions):
        return needs.memory
    if needs.memory_request is not None:
        return needs.memory_request
    return Memory(max(1, needs.memory * tier.memory_request_percent // 100))


def memory_is_guaranteed(tier: Tier, exceptions: Collection[str]) -> bool:
    """Whether memory request = limit: the tier's rule, unless the service has an exception from it."""
    exception = "burstable-memory" if tier.memory == "guaranteed" else "guaranteed-memory"
    return (tier.memory == "guaranteed") != (exception in exceptions)


def resources_of(
    name: str,
    needs: Resources,
    tier: Tier,
    exceptions: Collection[str],
    *,
    extended: Mapping[str, int] | None = None,
    scratch: int = 0,
) -> Container:
    """A container with requests and limits by the rules of its tier.

    `extended` holds extended resources, which Kubernetes wants as request = limit; `scratch` is the disk-backed
    emptyDir space in bytes that counts against the pod's ephemeral storage.
    """
    limit = (needs.ephemeral_storage or EPHEMERAL_STORAGE_LIMIT) + scratch
    requests = {
        CPU: needs.cpu,
        MEMORY: memory_request(needs, tier, exceptions),
        EPHEMERAL_STORAGE: min(EPHEMERAL_STORAGE_REQUEST, limit),
    }
    limits = {MEMORY: needs.memory, EPHEMERAL_STORAGE: limit}
    if "guaranteed-cpu" in exceptions:
        limits[CPU] = needs.cpu
    return Container(name, {**requests, **(extended or {})}, {**limits, **(extended or {})})


def gpu_resources(gpu: Gpu | None, video_memory_resource: str) -> dict[str, int]:
    """The extended resources of a GPU user: time slices and budgeted video memory in MiB."""
    return {GPU: gpu.count, video_memory_resource: gpu.video_memory_mib} if gpu else {}


def departures(
    service: str, needs: Resources, tier_name: str, tier: Tier, exceptions: Collection[str], path: Path
) -> Iterator[Finding]:
    """What a container states that its tier's rules do not allow."""
    yield from _memory_departures(needs, tier_name, tier, exceptions, path)
    if needs.cpu > tier.container.max_cpu_request and "cpu-above-cap" not in exceptions:
        yield CPU_ABOVE_CAP.finding(
            (*path, "cpu"),
            f"requests {needs.cpu} CPU; one container of tier {tier_name} may request "
            f"{tier.container.max_cpu_request}, and the policy refuses its pods",
            f"write cpu: {tier.container.max_cpu_request} or less, or state exceptions.cpu-above-cap of {service} "
            "with the reason",
        )
    if needs.memory > tier.container.max_memory and "no-limit-range" not in exceptions:
        yield LIMIT_ABOVE_MAXIMUM.finding(
            (*path, "memory"),
            f"memory limit {needs.memory}; the LimitRange of tier {tier_name} admits {tier.container.max_memory}: "
            f"maximum memory usage per Container is {tier.container.max_memory}, but limit is {needs.memory}",
            f"write memory: {tier.container.max_memory} or less, or state exceptions.no-limit-range of {service} "
            "with the reason",
        )
    yield from _ratio_departures(service, needs, tier_name, tier, exceptions, path)


def is_above_ratio(needs: Resources, tier: Tier, exceptions: Collection[str]) -> bool:
    """Whether a memory limit is further above its request than the tier's LimitRange admits."""
    most = tier.container.max_memory_ratio
    return most is not None and needs.memory > memory_request(needs, tier, exceptions) * most


def _ratio_departures(
    service: str, needs: Resources, tier_name: str, tier: Tier, exceptions: Collection[str], path: Path
) -> Iterator[Finding]:
    most, request = tier.container.max_memory_ratio, memory_request(needs, tier, exceptions)
    if most is not None and is_above_ratio(needs, tier, exceptions) and "no-limit-range" not in exceptions:
        least = Memory(-(-needs.memory // most))
        yield LIMIT_ABOVE_RATIO.finding(
            (*path, "memory_request"),
            f"memory limit {needs.memory} is {needs.memory / request:.1f} times the request {request}; the LimitRange "
            f"of tier {tier_name} admits {most} times: memory max limit to request ratio per Container is {most}, but "
            f"provided ratio is {needs.memory / request:f}",
            f"write memory_request: {least} or more, a lower memory, or state exceptions.no-limit-range of {service} "
            "with the reason",
        )


def _memory_departures(
    needs: Resources, tier_name: str, tier: Tier, exceptions: Collection[str], path: Path
) -> Iterator[Finding]:
    stated = needs.memory_request
    if memory_is_guaranteed(tier, exceptions):
        if stated is not None and stated != needs.memory:
            yield MEMORY_NOT_GUARANTEED.finding(
                (*path, "memory_request"),
                f"memory request {stated} differs from the limit {needs.memory}; here request = limit",
                "leave memory_request out, or state exceptions.burstable-memory with the reason",
            )
    elif memory_request(needs, tier, exceptions) >= needs.memory:
        yield MEMORY_NOT_BURSTABLE.finding(
            (*path, "memory_request"),
            f"memory request {stated or needs.memory} is all of the limit {needs.memory}; tier {tier_name} keeps "
            "requests below limits, so that more fits on a node",
            f"leave memory_request out ({tier.memory_request_percent}% of the limit), or state "
            "exceptions.guaranteed-memory with the reason",
        )
