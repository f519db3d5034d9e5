"""A drain on the real control plane: everything goes where it was predicted to, and only what was named holds it."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from observation import Observation
from observation.kinds import RESOURCE_OF
from observation.objects import name_of
from operations.drain import foresee, with_alternatives
from operations.drain.foresee import is_evicted
from operations.drain.run import Surprise, Told, run
from plan.cluster.nodes import plan_nodes
from plan.model import Manifest
from rehearsal.control_plane import Api, Refused
from tests.conformance.kyverno.cluster import namespace
from tests.conformance.waiting import eventually
from tests.plan.labs import plan_of

WORKERS = [node.name for node in plan_nodes(plan_of("prod").lab) if node.group == "general"]
NODE = WORKERS[0]
KINDS = {
    "Node": "v1",
    "Pod": "v1",
    "Namespace": "v1",
    "PersistentVolumeClaim": "v1",
    "PersistentVolume": "v1",
    "ReplicaSet": "apps/v1",
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "PodDisruptionBudget": "policy/v1",
    "CSINode": "storage.k8s.io/v1",
    "PriorityClass": "scheduling.k8s.io/v1",
}


class Hurried:
    """A clock that lets a budget's quarter of an hour pass in seconds."""

    def __init__(self, seconds_a_look: float) -> None:
        self.now, self.step = 0.0, seconds_a_look

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        time.sleep(0.3)
        self.now += self.step


@contextmanager
def to_drain(api: Api, name: str) -> Iterator[str]:
    """A namespace for one drain; afterwards the node takes pods again."""
    with namespace(api, name, numbered=False):
        try:
            yield name
        finally:
            for version, kind in (("policy/v1", "PodDisruptionBudget"), ("apps/v1", "Deployment")):
                for each in api.list(version, kind, name):
                    api.delete({"apiVersion": version, "kind": kind, "metadata": each["metadata"]})
            node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE}}
            api.patch(node, {"spec": {"unschedulable": None}})


def deployment(name: str, where: str, replicas: int, memory: str, **spec: Any) -> Manifest:
    labels = {"app": name}
    amounts = {"memory": memory, "cpu": "20m"}
    container = {"name": "main", "image": "stand-in", "resources": {"requests": amounts, "limits": {"memory": memory}}}
    pod = {"containers": [container], "terminationGracePeriodSeconds": 0, **spec}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": where},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }


def various(where: str) -> list[Manifest]:
    """Deployments that may go anywhere, must be apart, are spread, or fit few nodes."""
    random = Random(7)
    found: list[Manifest] = []
    for number in range(100):
        name = f"app-{number:02}"
        selector = {"labelSelector": {"matchLabels": {"app": name}}, "topologyKey": "kubernetes.io/hostname"}
        spec: dict[str, Any] = {}
        if number % 4 == 1:
            spec["affinity"] = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [selector]}}
        if number % 4 == 2:
            spec["topologySpreadConstraints"] = [{**selector, "maxSkew": 1, "whenUnsatisfiable": "ScheduleAnyway"}]
        if number % 6 == 3:
            terms = [{"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": WORKERS[:2]}]}]
            required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
            spec["affinity"] = {"nodeAffinity": required}
        found.append(deployment(name, where, random.choice((1, 1, 2, 3)), f"{random.randrange(64, 704, 32)}Mi", **spec))
    return found


def observed(api: Api) -> Observation:
    resources = {RESOURCE_OF[kind]: tuple(api.list(version, kind)) for kind, version in KINDS.items()}
    typed = {
        RESOURCE_OF[kind]: tuple({"apiVersion": version, "kind": kind, **each} for each in resources[RESOURCE_OF[kind]])
        for kind, version in KINDS.items()
    }
    return Observation("rehearsal", datetime.now(UTC), "clock", typed)


def settled(api: Api, where: str) -> bool:
    """Whether every pod that is wanted runs."""
    pods, deployments = api.list("v1", "Pod", where), api.list("apps/v1", "Deployment", where)
    wanted = sum(each["spec"]["replicas"] for each in deployments)
    return len(pods) >= wanted and all(each["status"]["phase"] == "Running" for each in pods)


def where_they_are(api: Api, where: str) -> Counter[tuple[str, str]]:
    """Pods by Deployment and node."""
    return Counter(
        (each["metadata"].get("labels", {}).get("app", ""), each["spec"].get("nodeName", ""))
        for each in api.list("v1", "Pod", where)
        if "deletionTimestamp" not in each["metadata"]
    )


class Watch:
    """Holds each pod that a drain moves against what was predicted for it right before."""

    def __init__(self, api: Api, where: str) -> None:
        self.api, self.where = api, where
        self.right: list[str] = []
        self.equal: list[str] = []
        """Went to a node that scores as high as the predicted one."""
        self.wrong: list[tuple[str, set[str], set[str]]] = []

    def look(self) -> None:
        """Predict the rest of the drain on the cluster as it is now: what has gone before decides about the next.

        Of nodes that score alike the scheduler takes any, and the planner the first: so it is asked with each node
        as the first.
        """
        self.before = where_they_are(self.api, self.where)
        seen = observed(self.api)
        nodes = seen.resources["nodes"]
        self.predicted = self._places(seen)
        self.alike: dict[str, set[str]] = {}
        for turn in range(len(nodes)):
            turned = replace(seen, resources={**seen.resources, "nodes": (*nodes[turn:], *nodes[:turn])})
            for workload, places in self._places(turned).items():
                self.alike.setdefault(workload, set()).update(places)

    def _places(self, seen: Observation) -> dict[str, set[str]]:
        return {
            move.workload: {node for node, _ in move.to}
            for move in foresee(seen, NODE).moves
            if move.namespace == self.where
        }

    def gained(self, workload: str) -> set[str]:
        """The nodes that have a further pod of a workload."""
        now = where_they_are(self.api, self.where)
        return {node for app, node in now - self.before if app == workload and node}

    def told(self, told: Told) -> None:
        """Takes what a drain tells of itself."""
        workload = told.about.partition("/")[2].rsplit("-", 2)[0]
        if told.stage == "ended" and told.about.startswith(f"{self.where}/"):
            assert eventually(lambda: self.gained(workload))
            gained = self.gained(workload)
            if gained <= self.predicted[workload]:
                self.right.append(told.about)
            elif gained <= self.alike[workload]:
                self.equal.append(told.about)
            else:
                self.wrong.append((told.about, gained, self.predicted[workload]))
        if told.stage in ("cordoned", "ended"):
            self.look()


def test_pods_go_where_they_were_predicted_to(governed: Api, figure: Callable[[str], None]) -> None:
    with to_drain(governed, "drains") as where:
        governed.apply_all(various(where))
        assert eventually(lambda: settled(governed, where))
        before, seen = where_they_are(governed, where), observed(governed)
        drain = with_alternatives(seen, foresee(seen, NODE))
        assert not drain.blockers
        watch = Watch(governed, where)
        run(governed, drain, watch.told)
        assert eventually(lambda: settled(governed, where))
        gone_to = where_they_are(governed, where) - before
    among = {move.workload: move.among for move in drain.moves if move.namespace == where}
    named = sum(pods for (workload, node), pods in gone_to.items() if node in among[workload])
    offered = sum(map(len, among.values())) / len(among)
    moved = len(watch.right) + len(watch.equal) + len(watch.wrong)
    figure(
        f"drain of {NODE}: {len(watch.right)} of {moved} pods went where they were predicted to, "
        f"{len(watch.equal)} to a node as good, {len(watch.wrong)} elsewhere; {named} of {gone_to.total()} went to "
        f"one of the {offered:.1f} nodes that were named before the drain began"
    )
    assert moved >= 8
    assert len(watch.wrong) <= 0.05 * moved, watch.wrong
    assert named >= 0.85 * gone_to.total(), (gone_to, among)


def test_what_holds_a_drain_is_named_and_nothing_else(governed: Api) -> None:
    with to_drain(governed, "held") as where:
        pinned = {"nodeSelector": {"kubernetes.io/hostname": NODE}}
        free = {"affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [_near(NODE)]}}}
        governed.apply_all(
            [
                deployment("kept", where, 1, "64Mi", **free),
                deployment("loose", where, 2, "64Mi", **free),
                deployment("stuck", where, 1, "64Mi", **pinned),
                _budget("kept", where, minAvailable=1),
                _budget("loose", where, maxUnavailable=1),
                _bare(where),
            ]
        )
        assert eventually(lambda: settled(governed, where))
        assert eventually(
            lambda: all("expectedPods" in b["status"] for b in governed.list("policy/v1", "PodDisruptionBudget", where))
        )
        drain = foresee(observed(governed), NODE)
        named = {(each.kind, each.name) for each in drain.blockers if each.namespace == where}
        assert named == {("budget", "kept"), ("no-place", "stuck"), ("bare-pod", "alone")}
        here = [
            each for each in governed.list("v1", "Pod", where) if each["spec"]["nodeName"] == NODE and is_evicted(each)
        ]
        refused = {each["metadata"]["labels"].get("app") for each in here if _is_refused(governed, each)}
        assert refused == {"kept"}
        with pytest.raises(Surprise) as surprise:
            run(governed, drain, lambda _: None, Hurried(300))
        assert surprise.value.why in ("held", "no-place")
        node = governed.get("v1", "Node", NODE) or {}
        assert node["spec"]["unschedulable"]


def _near(node: str) -> Manifest:
    expression = {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}
    return {"weight": 100, "preference": {"matchExpressions": [expression]}}


def _budget(name: str, where: str, **rule: int) -> Manifest:
    spec = {**rule, "selector": {"matchLabels": {"app": name}}}
    metadata = {"name": name, "namespace": where}
    return {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": metadata, "spec": spec}


def _bare(where: str) -> Manifest:
    spec = {"containers": [{"name": "main", "image": "stand-in"}], "nodeName": NODE}
    metadata = {"name": "alone", "namespace": where, "labels": {"app": "alone"}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def _is_refused(api: Api, pod: Manifest) -> bool:
    """Whether the API server would not let it go: asked in a dry run."""
    metadata = {"name": name_of(pod), "namespace": pod["metadata"]["namespace"]}
    eviction = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": metadata,
        "deleteOptions": {"dryRun": ["All"]},
    }
    try:
        api.post({"apiVersion": "v1", "kind": "Pod", "metadata": metadata}, "eviction", eviction)
    except Refused as refused:
        return refused.status == 429
    return False
