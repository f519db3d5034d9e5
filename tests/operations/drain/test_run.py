"""A drain that is carried out: in order, up to the first surprise, and on from wherever it stopped."""

from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest

from operations.clients.kubernetes import Refused
from operations.drain import Drain
from operations.drain.run import Surprise, Told, run
from plan.model import Manifest

DRAIN = Drain("old", (), (), (), 0, (), ())


class Clock:
    """Time passes only while somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def pod(name: str, *, node: str = "old", kind: str = "ReplicaSet", phase: str = "Running") -> Manifest:
    owner = {"kind": kind, "name": name[0], "uid": f"owner-{name[0]}", "controller": True}
    return {
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "site", "uid": f"uid-{name}", "ownerReferences": [owner]},
        "spec": {"nodeName": node} if node else {},
        "status": {"phase": phase},
    }


class Cluster:
    """An API server whose controllers make a pod anew, and whose scheduler puts it on another node."""

    def __init__(self, *pods: Manifest) -> None:
        self.pods = [deepcopy(each) for each in pods]
        self.asked: list[str] = []
        self.refusals: dict[str, list[int]] = {}
        self.elsewhere = "new"
        self.stuck = False

    def patch(self, manifest: Manifest, change: dict[str, Any]) -> object:
        self.asked.append(f"patch {manifest['metadata']['name']} {change}")
        return None

    def list(self, api_version: str, kind: str) -> list[Manifest]:
        assert (api_version, kind) == ("v1", "Pod")
        return deepcopy(self.pods)

    def post(self, manifest: Manifest, part: str, body: Manifest) -> object:
        name = manifest["metadata"]["name"]
        assert body["deleteOptions"]["preconditions"]["uid"] == manifest["metadata"]["uid"]
        if statuses := self.refusals.get(name):
            status = statuses.pop(0)
            if status:
                raise Refused(status, "", "the API server's words")
        self.asked.append(f"{part} {name}")
        if not self.stuck:
            self.pods = [each for each in self.pods if each["metadata"]["name"] != name]
            self.pods.append(pod(f"{name}-again", node=self.elsewhere))
        return None


def drained(cluster: Cluster) -> list[Told]:
    told: list[Told] = []
    run(cluster, DRAIN, told.append, Clock())
    return told


def test_the_node_is_cordoned_before_anything_is_evicted() -> None:
    cluster = Cluster(pod("a"), pod("b"), pod("c", kind="DaemonSet"), pod("d", node="new"), pod("e", phase="Succeeded"))
    told = drained(cluster)
    assert cluster.asked == ["patch old {'spec': {'unschedulable': True}}", "eviction a", "eviction b"]
    assert [(each.stage, each.about, each.left) for each in told] == [
        ("cordoned", "old", 2),
        ("evicted", "site/a", 2),
        ("ended", "site/a", 1),
        ("evicted", "site/b", 1),
        ("ended", "site/b", 0),
        ("done", "old", 0),
    ]


def test_a_budget_that_holds_a_pod_is_waited_for() -> None:
    cluster = Cluster(pod("a"))
    cluster.refusals["a"] = [429, 429, 0]
    assert [each.stage for each in drained(cluster)] == ["cordoned", "held", "held", "evicted", "ended", "done"]


def test_a_budget_that_never_lets_it_go_is_a_surprise() -> None:
    cluster = Cluster(pod("a"), pod("b"))
    cluster.refusals["a"] = [429] * 1000
    with pytest.raises(Surprise) as surprise:
        drained(cluster)
    assert (surprise.value.why, surprise.value.about) == ("held", "site/a")


def test_nothing_is_evicted_after_a_refusal() -> None:
    cluster = Cluster(pod("a"), pod("b"))
    cluster.refusals["a"] = [403]
    with pytest.raises(Surprise) as surprise:
        drained(cluster)
    assert surprise.value.why == "refused"
    assert not any(each.startswith("eviction") for each in cluster.asked)


def test_a_new_pod_without_a_node_is_a_surprise_and_the_others_stay() -> None:
    cluster = Cluster(pod("a"), pod("b"))
    cluster.elsewhere = ""
    with pytest.raises(Surprise) as surprise:
        drained(cluster)
    assert surprise.value.why == "no-place"
    assert cluster.asked[-1] == "eviction a"


def test_a_pod_that_does_not_end_is_a_surprise() -> None:
    cluster = Cluster(pod("a"))
    cluster.stuck = True
    with pytest.raises(Surprise) as surprise:
        drained(cluster)
    assert surprise.value.why == "does-not-end"


def test_one_that_has_gone_meanwhile_has_gone() -> None:
    cluster = Cluster(pod("a"))
    cluster.refusals["a"] = [404]
    cluster.stuck = True
    with pytest.raises(Surprise, match="has not ended"):
        drained(cluster)


@pytest.mark.parametrize("after", range(12))
def test_it_goes_on_from_wherever_it_was_interrupted(after: int) -> None:
    cluster = Cluster(*(pod(name) for name in "abcd"))

    told: list[Told] = []

    def interrupt(each: Told) -> None:
        told.append(each)
        if len(told) > after:
            raise KeyboardInterrupt

    with suppress(KeyboardInterrupt):
        run(cluster, DRAIN, interrupt, Clock())
    drained(cluster)
    evicted = [each for each in cluster.asked if each.startswith("eviction")]
    assert sorted(evicted) == [f"eviction {name}" for name in "abcd"], "each once, whenever it was stopped"
