"""Arithmetic on resources, as Kubernetes does it: what a pod requests, its QoS class, its OOM score."""

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from config.quantity import Cpu, Memory, decimal
from plan.model import Pod, QosClass, ResourceList

CPU = "cpu"
MEMORY = "memory"
EPHEMERAL_STORAGE = "ephemeral-storage"
STORAGE = "storage"
"""Of claims; a quota counts it as `requests.storage`."""
GPU = "nvidia.com/gpu"
MIB = 1 << 20

NODE_CRITICAL_PRIORITY = 2_000_001_000
"""Of static pods and kube-proxy (`system-node-critical`): pods that a node does not work without."""

_OOM_GUARANTEED = -997
_OOM_BEST_EFFORT = 1000


@lru_cache(maxsize=4096)
def notation(resource: str, amount: int) -> str:
    """An amount as it is written in a manifest and in the API server: `500m`, `512Mi`, `1`."""
    kind = of_quota(resource)
    if kind == CPU:
        return str(Cpu(amount))
    if is_in_bytes(kind):
        return str(Memory(amount))
    return decimal(amount)


def is_huge_pages(resource: str) -> bool:
    """Whether it is memory in huge pages: `hugepages-2Mi`."""
    return resource.startswith("hugepages-")


def is_in_bytes(resource: str) -> bool:
    """Whether its amounts are bytes."""
    return resource in (MEMORY, EPHEMERAL_STORAGE, STORAGE) or is_huge_pages(resource)


def of_quota(field: str) -> str:
    """The resource that a quota limits under a name such as `requests.memory` or `limits.memory`."""
    if field.endswith(".storageclass.storage.k8s.io/requests.storage"):
        return STORAGE
    return field.removeprefix("requests.").removeprefix("limits.")


def at_most(resource: str, amount: int) -> str:
    """An amount to stay below, memory in whole MiB."""
    return notation(resource, amount // MIB * MIB if is_in_bytes(of_quota(resource)) else amount)


def at_least(resource: str, amount: int) -> str:
    """An amount to save, memory in whole MiB."""
    return at_most(resource, amount + MIB - 1 if is_in_bytes(of_quota(resource)) else amount)


def written(amounts: ResourceList) -> dict[str, str]:
    """A resource list as it is written in a manifest."""
    return {resource: notation(resource, amount) for resource, amount in amounts.items()}


def read_amount(resource: str, text: str) -> int:
    """An amount out of a manifest: the opposite of `notation`. Raises ValueError."""
    if resource == CPU:
        return Cpu.parse(text)
    if is_in_bytes(resource):
        return Memory.parse(text)
    amount = Cpu.parse(text)
    if amount % 1000:
        raise ValueError(f"{text!r} of {resource}: only whole ones can be counted")
    return amount // 1000


def read_amounts(amounts: Mapping[str, object]) -> dict[str, int]:
    """A resource list out of a manifest. Raises ValueError."""
    return {resource: read_amount(resource, str(text)) for resource, text in amounts.items()}


def sum_of(*lists: ResourceList) -> dict[str, int]:
    """The sum of resource lists."""
    total: dict[str, int] = {}
    for amounts in lists:
        for resource, amount in amounts.items():
            total[resource] = total.get(resource, 0) + amount
    return total


def scaled(amounts: ResourceList, factor: int) -> dict[str, int]:
    """A resource list, `factor` times."""
    return {resource: amount * factor for resource, amount in amounts.items()}


def _largest(*lists: ResourceList) -> dict[str, int]:
    largest: dict[str, int] = {}
    for amounts in lists:
        for resource, amount in amounts.items():
            largest[resource] = max(largest.get(resource, 0), amount)
    return largest


def _pod_total(containers: Iterable[ResourceList], init: Collection[tuple[ResourceList, bool]]) -> dict[str, int]:
    """Containers and native sidecars run together; an ordinary init container runs alone, with the native
    sidecars before it. The pod needs the largest of these (`PodRequests` in k8s.io/component-helpers)."""
    running = sum_of(*containers)
    if not init:
        return running
    peak: dict[str, int] = {}
    sidecars: dict[str, int] = {}
    for amounts, always_restarts in init:
        if always_restarts:
            sidecars = sum_of(sidecars, amounts)
            peak = _largest(peak, sidecars)
        else:
            peak = _largest(peak, sum_of(sidecars, amounts))
    return _largest(sum_of(running, sidecars), peak)


def pod_requests(pod: Pod) -> dict[str, int]:
    """Requests that the scheduler counts for a pod."""
    requests = _pod_total(
        (container.requests for container in pod.containers),
        [(container.requests, container.always_restarts) for container in pod.init_containers],
    )
    return sum_of(requests, pod.overhead) if pod.overhead else requests


def pod_limits(pod: Pod) -> dict[str, int]:
    """The most that a pod may use, as far as its containers state limits."""
    limits = _pod_total(
        (container.limits for container in pod.containers),
        [(container.limits, container.always_restarts) for container in pod.init_containers],
    )
    return {resource: limit + pod.overhead.get(resource, 0) if limit else limit for resource, limit in limits.items()}


def unlimited_containers(pod: Pod) -> tuple[str, ...]:
    """Names of the containers that run as long as the pod, and whose memory only its node bounds."""
    running = (*pod.containers, *(each for each in pod.init_containers if each.always_restarts))
    return tuple(each.name for each in running if MEMORY not in each.limits)


def qos_class(pod: Pod) -> QosClass:
    """The class that Kubernetes gives the pod. Only CPU and memory count, and every container does.

    Guaranteed takes a limit equal to the request on both, init containers and sidecars included. Memory
    request = limit alone is Burstable.
    """
    containers = (*pod.containers, *pod.init_containers)
    stated = [
        amounts.get(resource, 0)
        for container in containers
        for resource in (CPU, MEMORY)
        for amounts in (container.requests, container.limits)
    ]
    if not any(stated):
        return "BestEffort"
    guaranteed = all(
        container.limits.get(resource, 0) > 0 and container.limits[resource] == container.requests.get(resource)
        for container in containers
        for resource in (CPU, MEMORY)
    )
    return "Guaranteed" if guaranteed else "Burstable"


def oom_score_adj(pod: Pod, node_memory: int) -> Mapping[str, int]:
    """The kubelet's `oom_score_adj` of each container (pkg/kubelet/qos/policy.go), by container name.

    Burstable containers get 1000 less the per mille of the node's memory that they request, between 3 and
    999; a native sidecar gets no more than the highest of the main containers. Pods that a node does not work without
    are as safe as Guaranteed ones.
    """
    quality = qos_class(pod)
    containers = (*pod.containers, *pod.init_containers)
    if pod.priority >= NODE_CRITICAL_PRIORITY:
        return {container.name: _OOM_GUARANTEED for container in containers}
    if quality != "Burstable":
        score = _OOM_GUARANTEED if quality == "Guaranteed" else _OOM_BEST_EFFORT
        return {container.name: score for container in containers}
    scores = {
        container.name: max(3, min(999, 1000 - 1000 * container.requests.get(MEMORY, 0) // node_memory))
        for container in containers
    }
    highest = max(scores[container.name] for container in pod.containers)
    for container in pod.init_containers:
        if container.always_restarts:
            scores[container.name] = min(scores[container.name], highest)
    return scores
