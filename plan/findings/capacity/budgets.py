"""Disruption budgets that keep a node from being drained for ever."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from config.lab import Lab
from config.objects import StatedObject
from config.service import HelmService
from config.source import Path, is_mapping
from plan.model import Manifest, Service
from plan.model.constraints import Selector, read_selector
from plan.model.fields import mapping, number, value
from plan.model.findings import Finding, Rule
from plan.model.templates import pod_template
from plan.wording import listed, plural

BUDGET_ALLOWS_NONE = Rule(
    "BUDGET-ALLOWS-NONE",
    "warning",
    title="A disruption budget never lets a pod be evicted",
    meaning=(
        "A budget that asks for as many pods as there are allows no eviction. A drain of their node waits for ever, "
        "and with it every upgrade of the node; the pods are no safer for it when the node dies."
    ),
    remedy="Write maxUnavailable: 1, run one replica more than the budget asks for, or remove the budget.",
)

BUDGETS_OVERLAP = Rule(
    "BUDGETS-OVERLAP",
    "warning",
    title="Two disruption budgets select one pod",
    meaning=(
        "The API server refuses to evict a pod that more than one PodDisruptionBudget selects: a drain of its node "
        "never ends. The program writes a budget of its own for each workload with more than one replica."
    ),
    remedy="Keep one of the two.",
)

_STEADY = ("Deployment", "StatefulSet", "ReplicaSet")
_OF_CHARTS = frozenset({"pdb", "poddisruptionbudget"})
"""Keys in the values of charts, in lower case."""


class _Controller(NamedTuple):
    """Pods that a budget may select."""

    namespace: str
    name: str
    labels: Mapping[str, str]
    replicas: int


class _Budget(NamedTuple):
    """A PodDisruptionBudget, and where it stands in the lab."""

    namespace: str
    name: str
    selector: Selector
    spec: Mapping[str, Any]
    path: Path


_Found = TypeVar("_Found", _Controller, _Budget)


def budget_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """Budgets by which no pod can be evicted: in files, in patches and in the values of charts."""
    planned = [*services]
    controllers = _by_namespace(
        found for service in planned for each in service.objects for found in _controller(service, each)
    )
    budgets = _by_namespace(
        found for service in planned for each in service.objects for found in _budget(lab, service, each)
    )
    for budget in chain.from_iterable(budgets.values()):
        meant = [each for each in controllers[budget.namespace] if _selects(budget, each)]
        replicas = sum(each.replicas for each in meant)
        if meant and replicas and not _allowed(budget.spec, replicas):
            yield _none(budget.path, f"the budget {budget.name} of {listed([each.name for each in meant])}", replicas)
    for each in chain.from_iterable(controllers.values()):
        names = [budget for budget in budgets[each.namespace] if _selects(budget, each)]
        if len(names) > 1:
            yield BUDGETS_OVERLAP.finding(
                names[-1].path,
                f"the budgets {listed([one.name for one in names])} select the pods of {each.name}: the API server "
                "evicts no pod that two of them select, and no drain of its node ends",
                f"remove {names[-1].name}",
                about=each.name,
                facts={"budgets": tuple(one.name for one in names)},
            )
    for each in lab.objects_by_kind.get("Cluster", ()):
        yield from _of_database(each)
    for name, service in lab.services.items():
        if isinstance(service, HelmService):
            yield from _of_chart(name, service)


def _by_namespace(found: Iterable[_Found]) -> Mapping[str, list[_Found]]:
    by_namespace: dict[str, list[_Found]] = defaultdict(list)
    for each in found:
        by_namespace[each.namespace].append(each)
    return by_namespace


def _controller(service: Service, manifest: Manifest) -> Iterator[_Controller]:
    if manifest["kind"] in _STEADY:
        labels = mapping(pod_template(manifest), "metadata", "labels")
        replicas = number(manifest, "spec", "replicas", default=1)
        yield _Controller(service.namespace_of(manifest), manifest["metadata"]["name"], labels, replicas)


def _budget(lab: Lab, service: Service, manifest: Manifest) -> Iterator[_Budget]:
    if manifest["kind"] == "PodDisruptionBudget":
        name = manifest["metadata"]["name"]
        path = lab.written_at(service.name, manifest["kind"], name)
        spec = mapping(manifest, "spec")
        yield _Budget(service.namespace_of(manifest), name, read_selector(mapping(spec, "selector")), spec, path)


def _selects(budget: _Budget, controller: _Controller) -> bool:
    """Whether a budget means the pods of a controller in its namespace."""
    return all(each.holds(controller.labels) for each in budget.selector)


def _allowed(spec: Mapping[str, Any], replicas: int) -> int:
    """Pods that may be evicted while all of them run. Shares are rounded up, as the controller does."""
    most, least = value(spec, "maxUnavailable"), value(spec, "minAvailable")
    if most is not None:
        return _count(most, replicas)
    return replicas - _count(least, replicas) if least is not None else replicas


def _count(written: object, replicas: int) -> int:
    if isinstance(written, str) and written.endswith("%") and written[:-1].isdigit():
        return -(-replicas * int(written[:-1]) // 100)
    return int(written) if isinstance(written, int) or (isinstance(written, str) and written.isdigit()) else 0


def _of_chart(name: str, service: HelmService) -> Iterator[Finding]:
    """Only where the values say how many pods the budget asks for, and no workload of the footprint has more."""
    replicas = [each.replicas for each in service.footprint.values() if each.runs_as in ("deployment", "statefulset")]
    most = max(replicas, default=0)
    for path, spec in _budgets_in(service.values, ("services", name, "values")):
        stated = {key: spec[key] for key in ("minAvailable", "maxUnavailable") if spec.get(key) not in (None, "")}
        if most and stated and not _allowed(stated, most):
            yield _none(path, f"{'.'.join(str(each) for each in path[3:])} in the values of {name}", most)


def _budgets_in(values: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for key, below in values.items():
        if is_mapping(below):
            if key.lower() in _OF_CHARTS and below.get("enabled", True) and below.get("create", True):
                yield (*path, key), below
            else:
                yield from _budgets_in(below, (*path, key))


def _of_database(cluster: StatedObject) -> Iterator[Finding]:
    """CloudNativePG makes a budget for the primary, which has no successor where it is alone (`enablePDB`)."""
    is_alone = number(cluster.content, "spec", "instances", default=1) == 1
    has_budget = value(cluster.content, "spec", "enablePDB") is not False
    if cluster.content["apiVersion"].startswith("postgresql.cnpg.io/") and is_alone and has_budget:
        yield BUDGET_ALLOWS_NONE.finding(
            cluster.path,
            f"the budget that CloudNativePG makes for the one instance of {cluster.name} allows no eviction: a drain "
            "of its node never ends",
            "write enablePDB: false, or instances: 2",
            facts={"replicas": 1},
        )


def _none(path: Path, which: str, replicas: int) -> Finding:
    return BUDGET_ALLOWS_NONE.finding(
        path,
        f"{which} allows no eviction with {plural(replicas, 'replica')}: a drain of their node never ends",
        "write maxUnavailable: 1 in place of what it asks for",
        facts={"replicas": replicas},
    )
