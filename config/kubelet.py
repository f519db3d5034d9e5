"""Settings of the kubelets, in `cluster.yaml`: reservations, evictions, logs."""

from typing import Annotated, Literal

from pydantic import Field

from config.model import Model, Percent, Seconds
from config.quantity import CpuQuantity, FileSize, MemoryQuantity
from config.sysctls import AllowedSysctl

CpuManager = Literal["none", "static"]


class Reservation(Model):
    """Resources that a node reserves, out of reach of pods."""

    cpu: CpuQuantity
    """CPU that no pod gets."""
    memory: MemoryQuantity
    """Memory that no pod gets."""


class SoftThreshold(Model):
    """Below `available_percent` for `grace_seconds`, the kubelet evicts pods with their grace period, two minutes at
    most."""

    available_percent: Percent
    """Pods are evicted where less than this share is available."""
    grace_seconds: Seconds
    """How long less is available before pods are evicted."""


class SoftMemoryThreshold(Model):
    """Below `available` for `grace_seconds`, the kubelet evicts pods with their grace period, two minutes at most."""

    available: MemoryQuantity
    """Pods are evicted where less than this is available."""
    grace_seconds: Seconds
    """How long less is available before pods are evicted."""


class HardEviction(Model):
    """Below one of these the kubelet kills pods at once. The memory part is not allocatable."""

    memory: MemoryQuantity
    """Pods are evicted at once where less than this is available."""
    nodefs_percent: Percent
    """The same for the file system of the kubelet, in percent of it."""
    imagefs_percent: Percent
    """The same for the file system of images."""


class SoftEviction(Model):
    """The thresholds at which the kubelet begins to evict gracefully."""

    memory: SoftMemoryThreshold
    """For memory."""
    nodefs: SoftThreshold
    """For the file system of the kubelet."""
    imagefs: SoftThreshold
    """For the file system of images."""


class ContainerLogs(Model):
    """Rotation of container logs on a node."""

    max_size: FileSize
    """Size at which the kubelet begins a new file."""
    max_files: Annotated[int, Field(ge=2, le=10_000)]
    """Files kept for each container."""


class Kubelet(Model):
    """Settings of every node's kubelet."""

    max_pods: Annotated[int, Field(gt=0, le=10_000)] = 110
    """The most pods that a node takes."""
    kube_reserved: Reservation | None = None
    """For the kubelet and containerd; left out, 5m CPU and 5M memory for each of `max_pods`."""
    system_reserved: Reservation | None = None
    """For everything else that is not a pod; left out, 5m CPU and 10M memory for each of `max_pods`."""
    eviction_hard: HardEviction
    """Thresholds at which pods are evicted at once."""
    eviction_soft: SoftEviction
    """Thresholds at which they are evicted after a while, and may end in order."""
    max_parallel_image_pulls: Annotated[int, Field(gt=0, le=10_000)]
    """Images that a node pulls at a time."""
    container_logs: ContainerLogs
    """How the logs of containers are rotated."""
    allowed_unsafe_sysctls: tuple[AllowedSysctl, ...] = ()
    """Settings of the kernel, beside the safe ones, that pods may state, as `net.ipv4.conf.all.src_valid_mark`, or
    `net.ipv4.*`. The kubelet refuses a pod with any other one."""
    cpu_manager: CpuManager = "none"
    """`static` gives a container of a Guaranteed pod that requests whole CPUs these CPUs for itself alone; what is
    reserved, rounded up to whole CPUs, never is. A node takes a change of it only when it is drained and its
    `/var/lib/kubelet/cpu_manager_state` is removed."""
