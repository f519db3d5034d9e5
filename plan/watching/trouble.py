"""Alerts on what already hurts: evictions, processes killed for memory, pressure, GPUs that no pod gets."""

from collections.abc import Iterator

from config.lab import Lab
from plan.model.resources import GPU
from plan.watching.rule import Alert
from plan.watching.thresholds import EVICTIONS_PER_DAY, RECENTLY, VIDEO_MEMORY_FULL

EVICTED = 'max by (namespace, pod) (kube_pod_status_reason{reason="Evicted"})'
EVICTED_BEFORE = f'max by (namespace, pod) (kube_pod_status_reason{{reason="Evicted"}} offset {RECENTLY})'
_TERMINATED = (
    'max by (namespace, pod, container) (kube_pod_container_status_last_terminated_reason{reason="OOMKilled"})'
)
_RIGHT_SIZE = "homelab rightsize says what it needs; a leak is no size."


def series_of(resource: str) -> str:
    """The name of an extended resource as kube-state-metrics writes it: `nvidia_com_gpu`."""
    return "".join(sign if sign.isalnum() else "_" for sign in resource)


def trouble_alerts(lab: Lab) -> Iterator[Alert]:
    """All of them; those about GPUs where the lab shares one."""
    yield from _evictions()
    yield from _killed()
    yield Alert(
        "NodeMemoryPressure",
        'max by (node) (kube_node_status_condition{condition="MemoryPressure",status="true"}) == 1',
        "5m",
        "critical",
        "{{ $labels.node }} is short of memory: it takes no more pods and evicts some",
        "Find who uses more than it requests: homelab doctor.",
    )
    if lab.cluster.platform.gpu:
        yield from _gpus(lab.cluster.platform.gpu.time_slices)


def _evictions() -> Iterator[Alert]:
    remedy = "homelab doctor names the node and what it was short of; homelab plan shows who goes next."
    yield Alert(
        "PodsEvicted",
        f"count by (namespace) ({EVICTED} == 1 unless on (namespace, pod) {EVICTED_BEFORE} == 1) > 0",
        "0m",
        "warning",
        "{{ $value }} pods of {{ $labels.namespace }} were evicted within " + RECENTLY,
        remedy,
    )
    yield Alert(
        "EvictionsEveryDay",
        f"sum(increase(kubelet_evictions[1d])) > {EVICTIONS_PER_DAY}",
        "3d",
        "warning",
        "{{ $value | humanize }} pods a day are evicted",
        "The cluster is too full: lower requests and limits, or add a worker.",
    )


def _killed() -> Iterator[Alert]:
    yield Alert(
        "ContainerKilledForMemory",
        f'sum by (namespace, pod, container) (increase(container_oom_events_total{{container!=""}}[{RECENTLY}])) > 0',
        "0m",
        "warning",
        "{{ $labels.namespace }}/{{ $labels.pod }}: a process of {{ $labels.container }} was killed at its limit",
        _RIGHT_SIZE,
        (("source", "cadvisor"),),
    )
    yield Alert(
        "ContainerRestartedForMemory",
        f"max by (namespace, pod, container) (increase(kube_pod_container_status_restarts_total[{RECENTLY}])) > 0 "
        f"and on (namespace, pod, container) {_TERMINATED} == 1",
        "0m",
        "warning",
        "{{ $labels.namespace }}/{{ $labels.pod }}: {{ $labels.container }} was killed at its memory limit and is back",
        _RIGHT_SIZE,
        (("source", "kube-state-metrics"),),
    )
    yield Alert(
        "NodeKilledForMemory",
        f"sum by (instance) (increase(node_vmstat_oom_kill[{RECENTLY}])) > 0",
        "0m",
        "warning",
        "the kernel of {{ $labels.instance }} killed a process for memory",
        "Where no container is named beside it, it was a process of the node: raise its reservation.",
        (("source", "node-exporter"),),
    )


def _gpus(slices: int) -> Iterator[Alert]:
    gpu = series_of(GPU)
    wants = f'max by (namespace, pod) (kube_pod_container_resource_requests{{resource="{gpu}"}})'
    yield Alert(
        "GpuPodUnschedulable",
        f"max by (namespace, pod) (kube_pod_status_unschedulable) == 1 and on (namespace, pod) {wants}",
        "10m",
        "warning",
        "{{ $labels.namespace }}/{{ $labels.pod }} waits for a GPU",
        "homelab doctor says what keeps it: no slice left, the label or the taint of the node, or the operator.",
    )
    yield Alert(
        "GpuSlicesMissing",
        f'max by (node) (kube_node_status_allocatable{{resource="{gpu}"}}) < {slices}',
        "10m",
        "critical",
        "{{ $labels.node }} offers {{ $value }} of " + f"{slices} GPU slices",
        "Look at the device plugin and the driver: kubectl get pods of the GPU operator.",
    )
    used = "DCGM_FI_DEV_FB_USED / (DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE)"
    yield Alert(
        "VideoMemoryNearlyFull",
        f"max by (Hostname, gpu) ({used}) > {VIDEO_MEMORY_FULL}",
        "10m",
        "warning",
        "GPU {{ $labels.gpu }} of {{ $labels.Hostname }} uses {{ $value | humanizePercentage }} of its video memory",
        "Nothing keeps a pod from taking all of it: find the one that takes more than it budgeted.",
    )
