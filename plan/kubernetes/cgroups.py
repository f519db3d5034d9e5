"""Kernel settings of a pod: the values that the kubelet and runc write into its cgroups (version 2).

From kubelet v1.34 (pkg/kubelet/cm/helpers_linux.go, cgroup_manager_linux.go, kuberuntime_container_linux.go) and runc
(opencontainers/cgroups, ConvertCPUSharesToCgroupV2Value).
"""

from math import ceil, log2
from typing import NamedTuple

from config.kubelet import CpuManager
from plan.model import Container, Pod, QosClass, ResourceList, Workload
from plan.model.resources import CPU, MEMORY, pod_limits, pod_requests, qos_class

PERIOD_MICROSECONDS = 100_000
LEAST_QUOTA_MICROSECONDS = 1_000
LEAST_SHARES, MOST_SHARES = 2, 262_144
SLICES: dict[QosClass, str] = {
    "Guaranteed": "kubepods.slice",
    "Burstable": "kubepods.slice/kubepods-burstable.slice",
    "BestEffort": "kubepods.slice/kubepods-besteffort.slice",
}
"""Where the cgroup of a pod is."""


class Cgroup(NamedTuple):
    """The files of a cgroup."""

    name: str
    cpu_weight: int
    """Its share of the CPU against its siblings when all want more than there is. A pod's is the kubelet's; a
    container's that of runc before 1.3.2."""
    cpu_weight_of_newer_runc: int | None
    """From runc 1.3.2 on; None for a pod."""
    cpu_max: str
    """Microseconds in each period, `max` without a limit."""
    memory_max: int | None
    """Bytes above which the kernel kills in it; None without a limit."""
    oom_score_adj: int | None
    """The higher, the earlier the kernel kills it when the node itself runs out; None for a pod."""


def cgroups(workload: Workload, cpu_manager: CpuManager) -> tuple[Cgroup, ...]:
    """The cgroup of one pod, and of each of its containers."""
    pod = workload.pod
    containers = (*pod.init_containers, *pod.containers)
    pinned = {each.name for each in containers if pins(pod, each, cpu_manager)}
    return (
        _of_pod(pod, is_pinned=bool(pinned)),
        *(_of_container(workload, each, is_pinned=each.name in pinned) for each in containers),
    )


def pins(pod: Pod, container: Container, cpu_manager: CpuManager) -> bool:
    """Whether a container gets cores for itself: whole CPUs of a Guaranteed pod, under the static policy."""
    whole = container.requests.get(CPU, 0) >= 1000 and container.requests[CPU] % 1000 == 0
    return cpu_manager == "static" and whole and qos_class(pod) == "Guaranteed"


def _of_pod(pod: Pod, *, is_pinned: bool) -> Cgroup:
    """Limits hold for the whole pod where every container has one; cores of its own are not rationed."""
    everything = (*pod.init_containers, *pod.containers)
    limits = {
        name: amount for name, amount in pod_limits(pod).items() if all(each.limits.get(name) for each in everything)
    }
    shares = _shares(pod_requests(pod))
    return Cgroup("pod", _weight(shares), None, _cpu_max({} if is_pinned else limits), limits.get(MEMORY), None)


def _of_container(workload: Workload, container: Container, *, is_pinned: bool) -> Cgroup:
    shares = _shares(container.requests)
    return Cgroup(
        name=container.name,
        cpu_weight=_weight(shares),
        cpu_weight_of_newer_runc=_newer_weight(shares),
        cpu_max=_cpu_max({} if is_pinned else container.limits),
        memory_max=container.limits.get(MEMORY),
        oom_score_adj=workload.oom_score_adj[container.name],
    )


def _shares(requests: ResourceList) -> int:
    return max(LEAST_SHARES, min(MOST_SHARES, requests.get(CPU, 0) * 1024 // 1000))


def _weight(shares: int) -> int:
    return 1 + (shares - LEAST_SHARES) * 9999 // (MOST_SHARES - LEAST_SHARES)


def _newer_weight(shares: int) -> int:
    """Quadratic between the logarithms, so that the old default of 1024 becomes the new one of 100."""
    exponent = log2(shares)
    return ceil(10 ** ((exponent * exponent + 125 * exponent) / 612 - 7 / 34))


def _cpu_max(limits: ResourceList) -> str:
    limit = limits.get(CPU)
    quota = max(LEAST_QUOTA_MICROSECONDS, limit * PERIOD_MICROSECONDS // 1000) if limit else "max"
    return f"{quota} {PERIOD_MICROSECONDS}"
