"""The dashboards of a lab: how full the cluster is, volume slots and disks, GPUs, and what is too large."""

from collections.abc import Iterable, Iterator
from typing import Literal

from config.lab import Lab
from plan.model import Namespace, Node
from plan.model.resources import CPU, GPU, MEMORY
from plan.watching.capacity import ATTACHED
from plan.watching.panels import Dashboard, Panel, Query
from plan.watching.rule import allocatable, any_of, node_groups, requested
from plan.watching.trouble import series_of

_EVERY = ".+"
"""Every node that a pod is on."""
_USED_MEMORY = 'sum by (namespace, pod, container) (container_memory_working_set_bytes{container!="",image!=""})'
_USED_CPU = 'sum by (namespace, pod, container) (rate(container_cpu_usage_seconds_total{container!="",image!=""}[5m]))'


def dashboards(lab: Lab, nodes: Iterable[Node], namespaces: Iterable[Namespace]) -> Iterator[Dashboard]:
    """All of them; that of GPUs where the lab shares one."""
    nodes = tuple(nodes)
    commitment, tiers = _commitment(lab, nodes), _tiers(lab, namespaces)
    yield Dashboard("cluster", "How full is my cluster", (*commitment, *tiers))
    yield Dashboard("slots", "Volume slots and disks", _slots())
    if lab.cluster.platform.gpu:
        yield Dashboard("gpu", "GPU and video memory", _gpu(lab.cluster.platform.gpu.video_memory_resource))
    yield Dashboard("rightsizing", "Right-sizing", _right_sizing())


def _commitment(lab: Lab, nodes: tuple[Node, ...]) -> Iterator[Panel]:
    for resource, name in ((MEMORY, "memory"), (CPU, "CPU")):
        have = allocatable(resource, _EVERY)
        yield Panel(
            f"Committed {name} by node",
            "bargauge",
            "percentunit",
            (Query(f"sum by (node) ({requested(resource, _EVERY)}) / on (node) {have}", "{{node}}"),),
            "Requests of pods that run or wait, of what the node has for pods. The scheduler stops at 100 %.",
        )
    limits = requested(MEMORY, _EVERY, kind="limits")
    have = allocatable(MEMORY, _EVERY)
    policy = lab.cluster.overcommit.memory_limits_percent
    yield Panel(
        "Overcommitted memory by node",
        "bargauge",
        "percentunit",
        (Query(f"sum by (node) ({limits}) / on (node) {have}", "{{node}}"),),
        f"Memory limits of what the node has for pods; the lab's policy for a group of nodes is {policy} %.",
    )
    yield Panel(
        "Headroom in memory by node",
        "bargauge",
        "bytes",
        (Query(f"{have} - on (node) sum by (node) ({requested(MEMORY, _EVERY)})", "{{node}}"),),
        "Memory that pods to come may still request.",
    )
    for name, members in node_groups(nodes).items():
        pattern = any_of(node.name for node in members)
        own = allocatable(MEMORY, pattern)
        lines = [
            Query(f"sum({own})", "allocatable"),
            Query(f"sum({requested(MEMORY, pattern)})", "requested"),
            Query(f"sum({requested(MEMORY, pattern, kind='limits')})", "limits"),
        ]
        if len(members) > 1:
            lines.append(Query(f"sum({own}) - max({own})", "left when the largest node dies"))
        yield Panel(
            f"Memory of the {name} nodes",
            "timeseries",
            "bytes",
            tuple(lines),
            "Requests above the line of a lost node: no loss is survived. Limits above allocatable: overcommitted.",
        )


def _tiers(lab: Lab, namespaces: Iterable[Namespace]) -> Iterator[Panel]:
    by_tier: dict[str, list[str]] = {}
    for namespace in namespaces:
        by_tier.setdefault(namespace.tier, []).append(namespace.name)
    rows = [(tier, any_of(by_tier[tier])) for tier in lab.tiers if tier in by_tier]
    kinds: tuple[Literal["requests", "limits"], ...] = ("requests", "limits")
    for kind in kinds:
        yield Panel(
            f"Memory {kind} by tier",
            "timeseries",
            "bytes",
            tuple(
                Query(f"sum({requested(MEMORY, _EVERY, kind=kind, namespaces=names)})", tier) for tier, names in rows
            ),
            "In the order of the tiers' priorities: the last is evicted first.",
        )
    yield Panel(
        "Quotas, the fullest",
        "table",
        "percentunit",
        (
            Query(
                'topk(20, max without (instance, job, type) (kube_resourcequota{type="used"}) '
                "/ on (namespace, resource, resourcequota) "
                '(max without (instance, job, type) (kube_resourcequota{type="hard"}) > 0))',
                "{{namespace}} {{resource}}",
            ),
        ),
        "A pod beyond a quota is refused.",
        24,
    )


def _slots() -> tuple[Panel, ...]:
    return (
        Panel(
            "Block volumes attached by node",
            "timeseries",
            "short",
            (Query(ATTACHED, "{{node}}"),),
            "Each takes a slot of the machine; the plan and the alerts state how many a node has.",
        ),
        Panel(
            "Pressure by disks",
            "timeseries",
            "percentunit",
            (Query("sum by (instance) (rate(node_pressure_io_waiting_seconds_total[5m]))", "{{instance}}"),),
            "Share of the time in which something waited for a disk.",
        ),
        Panel(
            "Written by node",
            "timeseries",
            "Bps",
            (Query("sum by (instance) (rate(node_disk_written_bytes_total[5m]))", "{{instance}}"),),
            "Machines that share a physical disk hold each other up.",
        ),
        Panel(
            "Read by node",
            "timeseries",
            "Bps",
            (Query("sum by (instance) (rate(node_disk_read_bytes_total[5m]))", "{{instance}}"),),
            "Reads of all disks of a node.",
        ),
        Panel(
            "Storages of the hosts",
            "bargauge",
            "percentunit",
            (Query('pve_disk_usage_bytes{id=~"storage/.+"} / pve_disk_size_bytes', "{{id}}"),),
            "A thin pool that is full fails every write of every machine on it.",
        ),
        Panel(
            "Volumes, the fullest",
            "bargauge",
            "percentunit",
            (
                Query(
                    "topk(20, kubelet_volume_stats_used_bytes / kubelet_volume_stats_capacity_bytes)",
                    "{{namespace}}/{{persistentvolumeclaim}}",
                ),
            ),
            "Used of what the file system of a volume has.",
        ),
    )


def _gpu(video_memory: str) -> tuple[Panel, ...]:
    slices, budget = series_of(GPU), series_of(video_memory)
    return (
        Panel(
            "Load of each GPU",
            "timeseries",
            "percent",
            (Query("DCGM_FI_DEV_GPU_UTIL", "{{Hostname}} GPU {{gpu}}"),),
            "Pods share it in time.",
        ),
        Panel(
            "Video memory in use",
            "timeseries",
            "decmbytes",
            (
                Query("DCGM_FI_DEV_FB_USED", "{{Hostname}} GPU {{gpu}} used"),
                Query("DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE", "{{Hostname}} GPU {{gpu}} in all"),
            ),
            "Nothing keeps a pod from taking more than it budgeted.",
        ),
        Panel(
            "GPU slices",
            "stat",
            "short",
            (
                Query(f"sum({requested(slices, _EVERY)})", "requested"),
                Query(f"sum({allocatable(slices, _EVERY)})", "offered"),
            ),
            "Share of the device plugin's offer that pods hold.",
        ),
        Panel(
            "Budgeted video memory by pod",
            "bargauge",
            "short",
            (Query(f"sum by (namespace, pod) ({requested(budget, _EVERY)})", "{{namespace}}/{{pod}}"),),
            "In MiB, as each pod requests it.",
        ),
        Panel(
            "Temperature",
            "timeseries",
            "celsius",
            (Query("DCGM_FI_DEV_GPU_TEMP", "{{Hostname}} GPU {{gpu}}"),),
            "Of each GPU.",
        ),
    )


def _right_sizing() -> tuple[Panel, ...]:
    memory, limits, cpu = (
        f"sum by (namespace, pod, container) ({each})"
        for each in (requested(MEMORY, _EVERY), requested(MEMORY, _EVERY, kind="limits"), requested(CPU, _EVERY))
    )
    key = "on (namespace, pod, container)"
    peak = f"max_over_time({_USED_MEMORY}[1d:5m])"
    return (
        Panel(
            "Memory requested and not used, the most",
            "table",
            "bytes",
            (Query(f"topk(20, {memory} - {key} {peak})", "{{namespace}}/{{pod}}/{{container}}"),),
            "Against the peak of a day. homelab rightsize looks at 30 days and never cuts what was not seen loaded.",
        ),
        Panel(
            "Nearest to the memory limit",
            "table",
            "percentunit",
            (Query(f"topk(20, {peak} / {key} {limits})", "{{namespace}}/{{pod}}/{{container}}"),),
            "Peak of a day of the limit: these are killed first.",
        ),
        Panel(
            "CPU requested and not used, the most",
            "table",
            "short",
            (Query(f"topk(20, {cpu} - {key} {_USED_CPU})", "{{namespace}}/{{pod}}/{{container}}"),),
            "Cores. CPU is compressible: requests only decide who gets how much when it is scarce.",
        ),
        Panel(
            "Restarts in a day",
            "table",
            "short",
            (
                Query(
                    "topk(20, increase(kube_pod_container_status_restarts_total[1d]) > 0)",
                    "{{namespace}}/{{pod}}/{{container}}",
                ),
            ),
            "A restart may be a kill for memory.",
        ),
    )
