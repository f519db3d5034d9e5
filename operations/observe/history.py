"""How full a cluster was, by the metrics of kube-state-metrics and of the kubelets in Prometheus."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from observation.history import History, Measure, Point
from observation.model import Gap, Observation
from operations.clients.prometheus import Prometheus
from operations.clients.refusals import NotAnswered
from operations.observe.labels import Names, names_of
from operations.snapshot import limited_drivers, snapshot
from plan.capacity.groups import ordinary

SPAN = timedelta(days=90)
STEP = timedelta(hours=1)
Tell = Callable[[int, int], None]
_REQUESTS = "kube_pod_container_resource_requests"
_LIVE = '(kube_pod_status_phase{phase=~"Pending|Running"} == 1)'
"""Pods that have ended still export their requests, and take no room."""


def history_of_cluster(
    prometheus: Prometheus, observed: Observation, tell: Tell = lambda done, of: None
) -> tuple[History, tuple[Gap, ...]]:
    """The measures of the last 90 days, and which of them nobody recorded."""
    nodes = [use.node.name for use in ordinary(snapshot(observed).uses)]
    names = names_of(_REQUESTS, lambda query: prometheus.now(query, observed.now))
    queries = _queries(nodes, sorted(limited_drivers(observed)), names)
    found: dict[Measure, tuple[Point, ...]] = {}
    gaps: list[Gap] = []
    for done, (measure, query) in enumerate(queries.items(), 1):
        try:
            series = prometheus.range(query, observed.now, SPAN, STEP)
        except NotAnswered as refused:
            gaps.append(Gap(f"history: {measure}", refused.why, refused.detail))
            continue
        points = tuple(Point(*sample) for each in series for sample in each.samples)
        if points:
            found[measure] = points
        else:
            gaps.append(Gap(f"history: {measure}", "absent", f"{prometheus.url} has no series for {query}"))
        tell(done, len(queries))
    return History(prometheus.url, found), tuple(gaps)


def _queries(nodes: Sequence[str], drivers: Sequence[str], names: Names) -> dict[Measure, str]:
    """Series that two exporters or two scrapes tell of are counted once."""
    node, pod = names.node, f"{names.namespace}, {names.pod}"
    these = f'{node}=~"{"|".join(nodes)}"'
    attachers = f'attacher=~"{"|".join(drivers)}"' if drivers else ""
    memory = f'resource="memory",{these}'
    allocatable = f"max by ({node}) (kube_node_status_allocatable{{{memory}}})"
    live = f"* on ({pod}) group_left () max by ({pod}) {_LIVE}"
    once = f"max by ({pod}, {names.container}, {node})"
    requests, limits = (
        f"{once} ({_REQUESTS.replace('requests', each)}{{{memory}}})" for each in ("requests", "limits")
    )
    return {
        "attachments": (
            f"max(count by ({node}) (group by ({node}, volumeattachment) (kube_volumeattachment_info{{{attachers}}})))"
        ),
        "memory-requests": f"sum({requests} {live}) / sum({allocatable})",
        "memory-limits": f"max(sum by ({node}) ({limits} {live}) / {allocatable})",
        "evictions": "sum(max by (instance, node, eviction_signal) (increase(kubelet_evictions[1d])))",
    }
