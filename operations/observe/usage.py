"""How much containers used, by the metrics of the kubelets (cAdvisor) and of kube-state-metrics in Prometheus."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta

from observation.model import Gap, Observation
from observation.objects import name_of, namespace_of, reference
from observation.usage import ContainerUsage, Percentiles, Usage
from operations.clients.prometheus import Prometheus, Series
from operations.clients.refusals import NotAnswered

MEMORY = "container_memory_working_set_bytes"
CPU = "container_cpu_usage_seconds_total"
OOM = "container_oom_events_total"
RESTARTS = "kube_pod_container_status_restarts_total"
_CONTAINERS = 'container!="",container!="POD"'
_BY = "namespace, pod, container"
_MIB = 1 << 20
_QUANTILES = (0.5, 0.95, 0.99, 1)
_KINDS = ("Cluster", "CronJob", "Deployment", "StatefulSet", "DaemonSet", "Job")
Tell = Callable[[int, int], None]
_Key = tuple[str, str, str]
"""Namespace, workload as `Kind/name`, and container."""


def usage_of_cluster(
    prometheus: Prometheus, observed: Observation, days: int = 30, tell: Tell = lambda done, of: None
) -> tuple[Usage | None, tuple[Gap, ...]]:
    """The usage of the last days by workload; None, and why, where the metric of memory is not there."""
    end, window = observed.now, f"{days}d"
    memory, rate = f"{MEMORY}{{{_CONTAINERS}}}", f"rate({CPU}{{{_CONTAINERS}}}[5m])"
    asked = {
        **{
            f"memory {q}": f"max by ({_BY}) (quantile_over_time({q}, {memory}[{window}]))" for q in (0.5, 0.95, 0.99, 1)
        },
        **{f"cpu {q}": f"max by ({_BY}) (quantile_over_time({q}, {rate}[{window}:5m]))" for q in _QUANTILES},
        "kills": f"sum by ({_BY}) (increase({OOM}{{{_CONTAINERS}}}[{window}]))",
        "restarts": f"sum by ({_BY}) (increase({RESTARTS}[{window}]))",
    }
    gaps: list[Gap] = []
    found: dict[str, dict[_Key, list[float]]] = {}
    for done, (name, query) in enumerate(asked.items(), 1):
        try:
            found[name] = _by_workload(prometheus.now(query, end), observed)
        except NotAnswered as refused:
            gaps.append(Gap(f"usage: {name}", refused.why, refused.detail))
            found[name] = {}
        tell(done, len(asked) + 1)
    daily: dict[_Key, dict[datetime, float]] = {}
    try:
        daily = _daily(prometheus, observed, f"max by ({_BY}) (max_over_time({memory}[1d]))", end, days)
    except NotAnswered as refused:
        gaps.append(Gap("usage: days", refused.why, refused.detail))
    tell(len(asked) + 1, len(asked) + 1)
    if not found["memory 1"]:
        gaps.append(Gap("usage", "absent", f"{prometheus.url} has no {MEMORY} with the labels {_BY}"))
        return None, tuple(gaps)
    containers = tuple(_container(key, found, daily.get(key, {})) for key in sorted(found["memory 1"]))
    return Usage(prometheus.url, float(days), end, containers), tuple(gaps)


def _daily(
    prometheus: Prometheus, observed: Observation, query: str, end: datetime, days: int
) -> dict[_Key, dict[datetime, float]]:
    """The highest working set of each day, in MiB."""
    highest: dict[_Key, dict[datetime, float]] = defaultdict(dict)
    for series in prometheus.range(query, end, timedelta(days=days - 1), timedelta(days=1)):
        key = _key(series, observed)
        if key is not None:
            for at, value in series.samples:
                highest[key][at] = max(value / _MIB, highest[key].get(at, 0))
    return highest


def _by_workload(found: tuple[Series, ...], observed: Observation) -> dict[_Key, list[float]]:
    """The values of a workload's pods, those that are gone included."""
    values: dict[_Key, list[float]] = defaultdict(list)
    for series in found:
        key = _key(series, observed)
        if key is not None and series.samples:
            values[key].append(series.samples[-1].value)
    return values


def _key(series: Series, observed: Observation) -> _Key | None:
    labels = series.labels
    namespace, pod, container = (labels.get(name, "") for name in ("namespace", "pod", "container"))
    workload = _workload(observed, namespace, pod)
    return (namespace, workload, container) if workload and container else None


def _workload(observed: Observation, namespace: str, pod: str) -> str:
    """Whose pod it is: by its owner if it is still there, else by the longest name with which its own begins."""
    there = observed.get("Pod", pod, namespace)
    if there is not None:
        top = reference(observed.top(there))
        return f"{top.kind}/{top.name}"
    like = [
        each
        for kind in _KINDS
        for each in observed.in_namespace(kind, namespace)
        if pod.startswith(f"{name_of(each)}-") and namespace_of(each) and observed.controller(each) is None
    ]
    best = max(like, key=lambda each: len(name_of(each)), default=None)
    return f"{best['kind']}/{name_of(best)}" if best else ""


def _container(key: _Key, found: dict[str, dict[_Key, list[float]]], daily: dict[datetime, float]) -> ContainerUsage:
    namespace, workload, container = key
    memory = [max(found[f"memory {q}"].get(key, [0])) / _MIB for q in _QUANTILES]
    cpu = [max(found[f"cpu {q}"].get(key, [0])) * 1000 for q in _QUANTILES]
    days = [value for _, value in sorted(daily.items())]
    return ContainerUsage(
        namespace,
        workload,
        container,
        len(found["memory 1"][key]),
        float(len(days)),
        Percentiles(*(round(each, 1) for each in cpu)),
        Percentiles(*(round(each, 1) for each in memory)),
        tuple(round(each, 1) for each in days),
        round(sum(found["kills"].get(key, [0]))),
        round(sum(found["restarts"].get(key, [0]))),
        "",
    )
