"""A policy's message for a pod that it refuses: what to write instead, in the object and in the service's file.

No apostrophes: CEL quotes with them.
"""

from plan.model.resources import GPU
from plan.tiers.conventions import GPU_NODE_LABEL, GPU_TAINT

UNKNOWN_SERVICE = "NAME"
"""Stands for the service of a pod that says nothing of one: people make it by hand, or a chart does."""


def service_file(service: str) -> str:
    """Where a service is declared, below the folder of its lab."""
    return f"services/{service}.yaml"


def no_cpu_limits(file: str) -> str:
    """For a container that has a CPU limit."""
    return (
        "this lab uses no CPU limits. Remove resources.limits.cpu and keep resources.requests.cpu. Where a limit is "
        f"needed, write cpu_limit and exceptions: {{limited-cpu: REASON}} in {file}."
    )


def requests_required(file: str) -> str:
    """For a container that does not state what the scheduler counts."""
    return (
        "the scheduler counts what is stated. Write resources.requests.cpu and resources.requests.memory; in "
        f"{file} that is cpu and memory."
    )


def memory_limit_required(file: str) -> str:
    """For a container that may use all memory of its node."""
    return (
        f"only its node would bound its memory. Write resources.limits.memory; in {file} that is memory, or memory: "
        f"unlimited with exceptions: {{unlimited-memory: REASON}}."
    )


def memory_guaranteed(file: str) -> str:
    """For a container whose memory request is not its limit, where it should be."""
    return (
        "in this tier the memory request is the limit. Write resources.requests.memory equal to "
        f"resources.limits.memory; in {file} leave memory_request out, or write exceptions: "
        "{burstable-memory: REASON}."
    )


def cpu_request_cap(tier: str, cap: str, file: str) -> str:
    """For a container that requests more CPU than its tier admits."""
    return (
        f"in tier {tier} a container may request {cap} CPU. Write resources.requests.cpu: {cap} or less; in {file} "
        f"that is cpu: {cap} or less, or exceptions: {{cpu-above-cap: REASON}}."
    )


def gpu_together(file: str) -> str:
    """For a pod that asks for a GPU and would not get to its node, or that would get there without asking."""
    return (
        f"A pod uses a GPU with all three of these, or with none: the limit {GPU}, a toleration of the taint "
        f'{GPU_TAINT} with operator: Exists, the nodeSelector {GPU_NODE_LABEL}: "true". In {file} write kind: gpu '
        "and gpu: {video_memory_mib: MIB}, and all three follow."
    )
