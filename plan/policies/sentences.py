"""What a policy says to somebody whose pod it refuses: what to write instead. No apostrophes: CEL quotes with them."""

from plan.conventions import GPU_NODE_LABEL, GPU_TAINT
from plan.resources import GPU

NO_CPU_LIMITS = (
    "this lab uses no CPU limits. Remove resources.limits.cpu and keep requests.cpu. For exclusive cores write "
    "exceptions.guaranteed-cpu with a reason in the file of the service."
)
REQUESTS_REQUIRED = (
    "write resources.requests.cpu, resources.requests.memory and resources.limits.memory; in the file of a service "
    "cpu and memory."
)
MEMORY_GUARANTEED = (
    "in this tier the memory request is the limit. Write resources.requests.memory equal to resources.limits.memory; "
    "in the file of a service only memory, or exceptions.burstable-memory with a reason."
)
GPU_TOGETHER = (
    f"A pod on the GPU node needs all three: resources.limits {GPU}, a toleration of {GPU_TAINT} (operator Exists) and "
    f'the nodeSelector {GPU_NODE_LABEL}: "true". In the file of a service (kind: gpu) write gpu, and all three follow.'
)


def cpu_request_cap(tier: str, cap: str) -> str:
    """For a container that requests more CPU than its tier admits."""
    return (
        f"in tier {tier} a container may request {cap} CPU. Write a lower resources.requests.cpu; in the file of a "
        "service a lower cpu, or exceptions.cpu-above-cap with a reason."
    )
