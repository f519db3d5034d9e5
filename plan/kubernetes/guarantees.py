"""Why a pod has its QoS class, and what it would take to make it Guaranteed or to give it cores of its own."""

from collections.abc import Iterator
from typing import NamedTuple

from config.kubelet import CpuManager
from plan.kubernetes.cgroups import pins
from plan.model import Container, Pod, QosClass
from plan.model.resources import CPU, MEMORY, notation, pod_requests, qos_class

RULES: dict[QosClass, str] = {
    "Guaranteed": "every container has a CPU and a memory limit, equal to its request",
    "Burstable": "not every container has a CPU and a memory limit equal to its request, but some amount is stated",
    "BestEffort": "no container states CPU or memory",
}

OOM_RULES: dict[QosClass, str] = {
    "Guaranteed": "-997 in this class",
    "Burstable": "1000 less the per mille of the smallest node's memory that it requests",
    "BestEffort": "1000 in this class",
}


class Step(NamedTuple):
    """An amount of a container that would have to be another."""

    container: str
    field: str
    """For example `limits.cpu`."""
    now: str | None
    """None where it is not stated."""
    needed: str

    @property
    def sentence(self) -> str:
        """For example `limits.cpu 500m (now none)`."""
        return f"{self.field} {self.needed} (now {self.now or 'none'})"


def steps_to_guaranteed(pod: Pod) -> tuple[Step, ...]:
    """Changes that make a pod Guaranteed with the least effect on what it may use; none if it is Guaranteed already."""
    return tuple(step for container in _containers(pod) for step in _steps(container))


def _steps(container: Container) -> Iterator[Step]:
    """A memory request rises to the limit; a CPU limit comes down to the request."""
    cpu, memory = _guaranteed_amounts(container)
    for resource, amount in ((CPU, cpu), (MEMORY, memory)):
        for field, stated in (("requests", container.requests), ("limits", container.limits)):
            if stated.get(resource) != amount:
                now = notation(resource, stated[resource]) if resource in stated else None
                yield Step(container.name, f"{field}.{resource}", now, notation(resource, amount) if amount else "?")


def _guaranteed_amounts(container: Container) -> tuple[int, int]:
    """CPU and memory; 0 where neither request nor limit says how much."""
    cpu = container.requests.get(CPU) or container.limits.get(CPU, 0)
    memory = container.limits.get(MEMORY) or container.requests.get(MEMORY, 0)
    return cpu, memory


def more_when_guaranteed(pod: Pod) -> dict[str, int]:
    """By how much what the scheduler counts for one pod would rise."""
    before, after = pod_requests(pod), pod_requests(_guaranteed(pod))
    return {name: after[name] - before.get(name, 0) for name in (CPU, MEMORY) if after[name] > before.get(name, 0)}


def _guaranteed(pod: Pod) -> Pod:
    def changed(container: Container) -> Container:
        cpu, memory = _guaranteed_amounts(container)
        amounts = {CPU: cpu, MEMORY: memory}
        return container._replace(requests={**container.requests, **amounts}, limits={**container.limits, **amounts})

    return pod._replace(
        containers=tuple(map(changed, pod.containers)), init_containers=tuple(map(changed, pod.init_containers))
    )


def steps_to_own_cores(pod: Pod, cpu_manager: CpuManager) -> tuple[str, ...]:
    """Steps, apart from being Guaranteed, that give the largest container cores of its own."""
    largest = max(pod.containers, key=lambda each: each.requests.get(CPU, 0))
    if any(pins(pod, each, "static") for each in pod.containers) and cpu_manager == "static":
        return ()
    cpu = largest.requests.get(CPU, 0)
    whole = max(1, -(-cpu // 1000))
    steps = (
        "" if qos_class(pod) == "Guaranteed" else "be Guaranteed",
        "" if cpu == whole * 1000 else f"{largest.name}: cpu {whole} instead of {notation(CPU, cpu)}, a whole number",
        "" if cpu_manager == "static" else "kubelet.cpu_manager: static in cluster.yaml, for which nodes are drained",
    )
    return tuple(step for step in steps if step)


def _containers(pod: Pod) -> tuple[Container, ...]:
    return (*pod.init_containers, *pod.containers)
