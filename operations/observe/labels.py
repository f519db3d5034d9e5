"""Names of the labels that say to which container a series belongs: they differ with how Prometheus scrapes."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from operations.clients.prometheus import Series
from operations.clients.refusals import NotAnswered

_NAMESPACES = ("exported_namespace", "namespace", "kubernetes_namespace")
_PODS = ("exported_pod", "pod", "pod_name", "kubernetes_pod_name")
_CONTAINERS = ("exported_container", "container", "container_name")
_NODES = ("exported_node", "node", "kubernetes_node")
"""The first that a series has counts: where there is an `exported_*`, the plain one is of the exporter itself."""


class Labels(NamedTuple):
    """Names of the labels of a metric."""

    namespace: str = "namespace"
    pod: str = "pod"
    container: str = "container"

    def __str__(self) -> str:
        return ", ".join(self)

    def of(self, series: Series) -> tuple[str, str, str]:
        """Namespace, pod and container of a series; empty where it has none."""
        namespace, pod, container = (series.labels.get(name, "") for name in self)
        return namespace, pod, container


class NoLabels(NamedTuple):
    """A metric that does not say to which containers its series belong."""

    metric: str
    has: tuple[str, ...]
    """The labels that it has; empty where there is no such metric."""

    def __str__(self) -> str:
        if not self.has:
            return f"it has no {self.metric}"
        return f"{self.metric} has no label for a container, only {', '.join(self.has)}"


Ask = Callable[[str], Iterable[Series]]


def labels_of(metric: str, ask: Ask) -> Labels | NoLabels:
    """The labels of a metric, by one of its series. Raises NotAnswered, as `ask` does."""
    named = " or ".join(f'{metric}{{{name}!=""}}' for name in _CONTAINERS)
    for series in ask(f"topk(1, {named})"):
        found = [_first(names, series.labels) for names in (_NAMESPACES, _PODS, _CONTAINERS)]
        if all(found):
            return Labels(*found)
        return NoLabels(metric, tuple(sorted(series.labels)))
    return NoLabels(metric, tuple(sorted({name for series in ask(f"topk(1, {metric})") for name in series.labels})))


class Names(NamedTuple):
    """Names of the labels of kube-state-metrics, as its series are kept."""

    namespace: str = "namespace"
    pod: str = "pod"
    container: str = "container"
    node: str = "node"


def names_of(metric: str, ask: Ask) -> Names:
    """The names by one series of a metric; the exporter's own where there is none, or nobody answers."""
    try:
        found = [series.labels for series in ask(f"topk(1, {metric})")]
    except NotAnswered:
        found = []
    labels = found[0] if found else Names()._asdict()
    families = (_NAMESPACES, _PODS, _CONTAINERS, _NODES)
    return Names(*(_first(family, labels) or usual for family, usual in zip(families, Names(), strict=True)))


def _first(names: Iterable[str], labels: Mapping[str, str]) -> str:
    return next((name for name in names if labels.get(name)), "")
