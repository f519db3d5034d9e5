"""The resource rules of the lab. This module is their only home.

Workloads are built with them, the Kyverno policies are generated from them, and the finding that a service
departs from one comes from here.
"""

from collections.abc import Collection, Iterator, Mapping

from config.quantity import Cpu, Memory
from config.service.resources import Gpu, Resources
from config.source import Path
from config.tier import Tier
from plan.model import Container, Finding
from plan.model.findings import Rule
from plan.model.resources import CPU, EPHEMERAL_STORAGE, GPU, MEMORY

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
    """Memory request of a container in bytes: all of the limit in a guaranteed tier, a share in a burstable one, and
    without a limit as stated."""
    if needs.memory == "unlimited":
        assert needs.memory_request is not None, "checked when the lab is loaded"
        return needs.memory_request
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
    as_it_is: bool = False,
) -> Container:
    """A container with requests and limits by the rules of its tier; the memory request of one that stays as it is, as
    stated.

    `extended` holds extended resources, which Kubernetes wants as request = limit; `scratch` is the disk-backed
    emptyDir space in bytes that counts against the pod's ephemeral storage.
    """
    stated, asked = needs.memory_request, needs.ephemeral_storage_request or 0
    limit = (needs.ephemeral_storage or max(EPHEMERAL_STORAGE_LIMIT, asked)) + scratch
    requests = {
        CPU: needs.cpu,
        MEMORY: stated if as_it_is and stated is not None else memory_request(needs, tier, exceptions),
        EPHEMERAL_STORAGE: min(asked or EPHEMERAL_STORAGE_REQUEST, limit),
    }
    limits = {} if needs.memory == "unlimited" else {MEMORY: int(needs.memory)}
    limits[EPHEMERAL_STORAGE] = limit
    if needs.cpu_limit is not None:
        limits[CPU] = needs.cpu_limit
    elif "guaranteed-cpu" in exceptions:
        limits[CPU] = needs.cpu
    return Container(name, {**requests, **(extended or {})}, {**limits, **(extended or {})})


def gpu_resources(gpu: Gpu | None, video_memory_resource: str) -> dict[str, int]:
    """The extended resources of a GPU user: time slices and budgeted video memory in MiB."""
    return {GPU: gpu.count, video_memory_resource: gpu.video_memory_mib} if gpu else {}


def departures(
    needs: Resources, tier_name: str, tier: Tier, exceptions: Collection[str], path: Path
) -> Iterator[Finding]:
    """A memory request that its tier's rule does not allow, or does not heed. What the API server refuses is found by
    asking it about the pods (`plan/findings/capacity/admission.py`)."""
    stated = needs.memory_request
    if needs.memory == "unlimited":
        return
    if memory_is_guaranteed(tier, exceptions):
        if stated is not None and stated != needs.memory:
            yield MEMORY_NOT_GUARANTEED.finding(
                (*path, "memory_request"),
                f"memory request {stated} differs from the limit {needs.memory}; here request = limit",
                "leave memory_request out, or state exceptions.burstable-memory with the reason",
                facts={"request_bytes": int(stated), "limit_bytes": int(needs.memory)},
            )
    elif memory_request(needs, tier, exceptions) >= needs.memory:
        yield MEMORY_NOT_BURSTABLE.finding(
            (*path, "memory_request"),
            f"memory request {stated or needs.memory} is all of the limit {needs.memory}; tier {tier_name} keeps "
            "requests below limits, so that more fits on a node",
            f"leave memory_request out ({tier.memory_request_percent}% of the limit), or state "
            "exceptions.guaranteed-memory with the reason",
            facts={"request_bytes": int(stated or needs.memory), "limit_bytes": int(needs.memory)},
        )
