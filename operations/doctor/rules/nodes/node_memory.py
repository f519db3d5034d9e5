"""How the memory of a node is shared between its pods, its own services and the kernel."""

from typing import NamedTuple

from observation.model import Observation
from operations.doctor.pods import containers, is_over, workload
from operations.doctor.rules.containers.memory import usage_of
from plan.model.fields import Fields, entries, mapping, number, text
from plan.wording import gib

MIB = 1 << 20
_MOSTLY = 0.6
"""Share of a node's used memory below which its pods are not what uses it up."""


class Shares(NamedTuple):
    """Bytes in use on a node."""

    whole: int
    pods: int
    kubelet: int
    runtime: int

    @property
    def rest(self) -> int:
        """Kernel and system services."""
        return max(0, self.whole - self.pods - self.kubelet - self.runtime)

    @property
    def is_outside_pods(self) -> bool:
        """Whether the pods use less than most of it."""
        return self.pods < _MOSTLY * self.whole

    def __str__(self) -> str:
        own = [f"the kubelet {gib(self.kubelet)}" if self.kubelet else ""]
        own.append(f"the container runtime {gib(self.runtime)}" if self.runtime else "")
        parts = ", ".join(each for each in own if each)
        parts = f"{parts}, and kernel and system services" if parts else "kernel and system services"
        return f"its pods use only {gib(self.pods)} of the {gib(self.whole)} in use: {parts} {gib(self.rest)}"


def shares_of(observed: Observation, node: str) -> Shares | None:
    """Memory by the kubelet's `/stats/summary`; None where it was not asked."""
    kubelet = observed.kubelets.get(node)
    statistics: Fields = {"of": kubelet.statistics} if kubelet else {}
    whole = number(statistics, "of", "node", "memory", "workingSetBytes")
    if not whole:
        return None
    system = {
        text(each, "name"): number(each, "memory", "workingSetBytes")
        for each in entries(statistics, "of", "node", "systemContainers")
    }
    pods = system.get("pods") or sum(
        number(each, "memory", "workingSetBytes") for each in entries(statistics, "of", "pods")
    )
    return Shares(whole, pods, system.get("kubelet", 0), system.get("runtime", 0))


def used_by_pods(observed: Observation, node: str) -> int | None:
    """Bytes that the containers of a node used on their last day, where that is known of all of them."""
    found = 0
    for pod in observed.pods_on(node):
        for each in () if is_over(pod) else containers(pod):
            usage = usage_of(observed, workload(observed, pod), each.name)
            if each.is_init:
                continue
            if usage is None or not usage.memory_daily:
                if "kubernetes.io/config.mirror" not in mapping(pod, "metadata", "annotations"):
                    return None
                continue
            found += int(usage.memory_daily[-1]) * MIB
    return found or None


def pressure_of(observed: Observation, node: str) -> str:
    """Share of time in which all work on a node stood still for memory (PSI), if the kubelet tells."""
    kubelet = observed.kubelets.get(node)
    statistics: Fields = {"of": kubelet.statistics} if kubelet else {}
    full = mapping(statistics, "of", "node", "memory", "psi", "full")
    share = full.get("avg60")
    return f"; for {share} % of the last minute all of it waited for memory" if share else ""
