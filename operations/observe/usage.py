"""How much containers used, by the metrics of the kubelets (cAdvisor) and of kube-state-metrics in Prometheus.

Containers are asked for by a few namespaces at a time: that bounds what a query loads, and what was answered need not
be asked again.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from observation.model import Gap, Observation
from observation.objects import name_of, namespace_of, reference
from observation.usage import ContainerUsage, Percentiles, Usage, is_possible
from operations.clients.prometheus import Prometheus, Series
from operations.clients.refusals import NotAnswered
from operations.observe.labels import Labels, NoLabels, labels_of

MEMORY = "container_memory_working_set_bytes"
CPU = "container_cpu_usage_seconds_total"
OOM = "container_oom_events_total"
RESTARTS = "kube_pod_container_status_restarts_total"
LAST_REASON = "kube_pod_container_status_last_terminated_reason"
DAYS = 30
_AT_A_TIME = 10
"""Namespaces of one query."""
_MIB = 1 << 20
_QUANTILES = (0.5, 0.95, 0.99, 1)
_RANDOM = "[bcdfghjklmnpqrstvwxz2456789]"
"""The characters of names that Kubernetes makes up."""
_KINDS = {
    "Cluster": re.compile(r"\d+"),
    "CronJob": re.compile(rf"\d+-{_RANDOM}{{5}}"),
    "Deployment": re.compile(rf"{_RANDOM}{{1,10}}-{_RANDOM}{{5}}"),
    "StatefulSet": re.compile(r"\d+"),
    "DaemonSet": re.compile(rf"{_RANDOM}{{5}}"),
    "Job": re.compile(rf"{_RANDOM}{{5}}|\d+-{_RANDOM}{{5}}"),
}
"""How the name of a pod goes on after that of its workload, by the workload's kind."""
Tell = Callable[[int, int], None]
Answers = MutableMapping[str, tuple[Series, ...]]
"""Answers by query; a query in it is not asked again."""
_Key = tuple[str, str, str]
"""Namespace, workload as `Kind/name`, and container."""


class _Question(NamedTuple):
    name: str
    query: str
    labels: Labels
    daily: bool = False
    """Asked for each day, not for the whole window."""


def usage_of_cluster(
    prometheus: Prometheus,
    observed: Observation,
    end: datetime | None = None,
    days: int = DAYS,
    tell: Tell = lambda done, of: None,
    answers: Answers | None = None,
) -> tuple[Usage | None, tuple[Gap, ...]]:
    """The usage of the last days by workload; None, and why, where the metric of memory is not there."""
    end, answers = end or observed.now, {} if answers is None else answers
    gaps: dict[str, Gap] = {}
    labels = _labels(prometheus, end, answers, gaps)
    questions = [
        each for batch in _batches(sorted(_namespaces(observed))) for each in _questions(batch, f"{days}d", labels)
    ]
    found: dict[str, dict[_Key, list[float]]] = defaultdict(lambda: defaultdict(list))
    daily: dict[_Key, dict[datetime, float]] = defaultdict(dict)
    for done, question in enumerate(questions, 1):
        try:
            series = _asked(prometheus, question, end, days, answers)
        except NotAnswered as refused:
            gaps[question.name] = Gap(f"usage: {question.name}", refused.why, refused.detail)
            if refused.why == "unreachable":
                break
            series = ()
        for each in series:
            key = _key(each, question.labels, observed)
            if key is None or not each.samples:
                continue
            if not all(is_possible(value) for _, value in each.samples):
                sentence = f"{prometheus.url} tells of {key[1]} in {key[0]} what nothing can have used"
                gaps[question.name] = Gap(f"usage: {question.name}", "unreadable", sentence)
                continue
            if question.daily:
                for at, value in each.samples:
                    daily[key][at] = max(value / _MIB, daily[key].get(at, 0))
            else:
                found[question.name][key].append(each.samples[-1].value)
        tell(done, len(questions))
    if not found["memory 1"]:
        gaps.setdefault(
            "usage", Gap("usage", "absent", f"{prometheus.url} has no {MEMORY} of a container that is here")
        )
        return None, tuple(gaps.values())
    containers = tuple(_container(key, found, daily[key], end) for key in sorted(found["memory 1"]))
    window = max(each.days for each in containers)
    return Usage(prometheus.url, window, end, containers), tuple(gaps.values())


def _namespaces(observed: Observation) -> set[str]:
    return {name_of(each) for each in observed.of("Namespace")} or {
        namespace for kind in (*_KINDS, "Pod") for each in observed.of(kind) if (namespace := namespace_of(each))
    }


def _batches(namespaces: Sequence[str]) -> Iterator[Sequence[str]]:
    for begin in range(0, len(namespaces), _AT_A_TIME):
        yield namespaces[begin : begin + _AT_A_TIME]


def _labels(prometheus: Prometheus, end: datetime, answers: Answers, gaps: dict[str, Gap]) -> Mapping[str, Labels]:
    """The labels of each metric that has them; the others, and why, are put among the gaps."""
    found: dict[str, Labels] = {}
    for metric in (MEMORY, CPU, OOM, RESTARTS, LAST_REASON):

        def ask(query: str) -> tuple[Series, ...]:
            if query not in answers:
                answers[query] = prometheus.now(query, end)
            return answers[query]

        subject = "usage" if metric == MEMORY else f"usage: {metric}"
        try:
            labels = labels_of(metric, ask)
        except NotAnswered as refused:
            gaps[subject] = Gap(subject, refused.why, refused.detail)
            if refused.why == "unreachable":
                break
            continue
        if isinstance(labels, NoLabels):
            if labels.has or metric == MEMORY:
                gaps[subject] = Gap(subject, "absent", f"{prometheus.url}: {labels}")
        else:
            found[metric] = labels
    return found


def _questions(namespaces: Sequence[str], window: str, labels: Mapping[str, Labels]) -> Iterator[_Question]:
    """Questions about the metrics that there are."""
    among = "|".join(namespaces)
    if MEMORY in labels:
        by, memory = labels[MEMORY], _containers(MEMORY, labels[MEMORY], among)
        for quantile in _QUANTILES:
            query = f"max by ({by}) (quantile_over_time({quantile}, {memory}[{window}]))"
            yield _Question(f"memory {quantile}", query, by)
        yield _Question("memory days", f"max by ({by}) (max_over_time({memory}[1d]))", by, daily=True)
        yield _Question("memory since", f"min by ({by}) (min_over_time(timestamp({memory})[{window}:1h]))", by)
    if CPU in labels:
        by, rate = labels[CPU], f"rate({_containers(CPU, labels[CPU], among)}[5m])"
        for quantile in _QUANTILES:
            yield _Question(
                f"cpu {quantile}", f"max by ({by}) (quantile_over_time({quantile}, {rate}[{window}:5m]))", by
            )
    for name, metric in (("kills", OOM), ("restarts", RESTARTS)):
        if metric in labels:
            by = labels[metric]
            query = f"sum by ({by}) (increase({_containers(metric, by, among)}[{window}]))"
            yield _Question(name, query, by)
    if LAST_REASON in labels:
        by = labels[LAST_REASON]
        killed = _containers(LAST_REASON, by, among, 'reason="OOMKilled"')
        yield _Question("killed pods", f"sum by ({by}) (max_over_time({killed}[{window}]))", by)


def _containers(metric: str, by: Labels, among: str, *further: str) -> str:
    """The series of the containers of some namespaces."""
    own = (f'{by.namespace}=~"{among}"', f'{by.container}!=""', f'{by.container}!="POD"')
    return f"{metric}{{{','.join((*own, *further))}}}"


def _asked(
    prometheus: Prometheus, question: _Question, end: datetime, days: int, answers: Answers
) -> tuple[Series, ...]:
    if question.query not in answers:
        answers[question.query] = (
            prometheus.range(question.query, end, timedelta(days=days - 1), timedelta(days=1))
            if question.daily
            else prometheus.now(question.query, end)
        )
    return answers[question.query]


def _key(series: Series, labels: Labels, observed: Observation) -> _Key | None:
    namespace, pod, container = labels.of(series)
    workload = workload_of(observed, namespace, pod)
    return (namespace, workload, container) if workload and container else None


def workload_of(observed: Observation, namespace: str, pod: str) -> str:
    """Workload of a pod: by its owner if it is still there, else by its name; empty where no name made it."""
    there = observed.get("Pod", pod, namespace)
    if there is not None:
        top = reference(observed.top(there))
        return f"{top.kind}/{top.name}"
    like = [
        each
        for kind, rest in _KINDS.items()
        for each in observed.in_namespace(kind, namespace)
        if pod.startswith(f"{name_of(each)}-")
        and rest.fullmatch(pod, len(name_of(each)) + 1)
        and namespace_of(each)
        and observed.controller(each) is None
    ]
    best = max(like, key=lambda each: len(name_of(each)), default=None)
    return f"{best['kind']}/{name_of(best)}" if best else ""


def _container(
    key: _Key, found: dict[str, dict[_Key, list[float]]], daily: dict[datetime, float], end: datetime
) -> ContainerUsage:
    namespace, workload, container = key
    memory = [max(found[f"memory {quantile}"].get(key, [0])) / _MIB for quantile in _QUANTILES]
    cpu = [max(found[f"cpu {quantile}"].get(key, [0])) * 1000 for quantile in _QUANTILES]
    since = min(found["memory since"].get(key, [end.timestamp() - len(daily) * 86_400]))
    kills = sum(found["kills"].get(key, [0]))
    return ContainerUsage(
        namespace,
        workload,
        container,
        len(found["memory 1"][key]),
        min(float(len(daily)), round((end.timestamp() - since) / 86_400, 1)) if daily else 0.0,
        Percentiles(*(round(each, 1) for each in cpu)),
        Percentiles(*(round(each, 1) for each in memory)),
        tuple(round(value, 1) for _, value in sorted(daily.items())),
        round(max(kills, sum(found["killed pods"].get(key, [0])))),
        round(sum(found["restarts"].get(key, [0]))),
        "",
    )
