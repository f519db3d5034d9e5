"""Events in a lab, as the planner sees them, and how a drain evicts."""

import pytest

from plan.cluster.nodes import plan_nodes
from plan.model import Manifest
from plan.model.resources import GPU, pod_requests
from rehearsal import disturbances
from rehearsal.control_plane import Refused
from rehearsal.disturbances import Kept, drain, lose, predicted_pending, with_another_worker
from rehearsal.outcome import NodeState, Outcome, key_of
from tests.plan.labs import lab_of, plan_of
from tests.rehearsal.memory import Memory

NOTHING = Outcome((), (), ())
BUDGET = "Cannot evict pod as it would violate the pod's disruption budget."


class Evicting(Memory):
    """Evicts pods, but for those that a budget keeps."""

    def __init__(self, *manifests: Manifest, kept: frozenset[str] = frozenset()) -> None:
        super().__init__(*manifests)
        self.kept = kept

    def post(self, manifest: Manifest, part: str, body: Manifest) -> Manifest:
        assert (part, body["kind"]) == ("eviction", "Eviction")
        assert body["metadata"].items() <= manifest["metadata"].items()
        if manifest["metadata"]["name"] in self.kept:
            raise Refused(429, "TooManyRequests", BUDGET)
        self.delete(manifest)
        return body


def pod(name: str, owner: str = "ReplicaSet") -> Manifest:
    metadata = {"name": name, "namespace": "here", "ownerReferences": [{"kind": owner, "name": "x"}]}
    return {"kind": "Pod", "metadata": metadata, "spec": {"nodeName": "node"}}


def node(name: str) -> Manifest:
    return {"kind": "Node", "metadata": {"name": name}}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disturbances, "SECONDS", 0)
    monkeypatch.setattr("time.sleep", lambda seconds: None)


def test_a_drain_evicts_everything_but_agents() -> None:
    memory = Evicting(node("node"), pod("web"), pod("agent", "DaemonSet"))
    drain(memory.api, "node")
    assert [each["metadata"]["name"] for each in memory.list("v1", "Pod")] == ["agent"]
    assert memory.list("v1", "Node")[0]["spec"] == {"unschedulable": True}


def test_a_drain_that_a_budget_stops_says_so() -> None:
    memory = Evicting(node("node"), pod("web"), pod("db"), kept=frozenset({"db"}))
    with pytest.raises(Kept, match=f"here/db: {BUDGET}"):
        drain(memory.api, "node")
    assert [each["metadata"]["name"] for each in memory.list("v1", "Pod")] == ["db"]


def test_a_lost_node_takes_its_pods_along() -> None:
    memory = Evicting(
        node("node"), {"kind": "CSINode", "metadata": {"name": "node"}}, pod("web"), pod("agent", "DaemonSet")
    )
    lose(memory.api, "node")
    assert memory.objects == {}


def test_another_worker_is_like_the_last_one_and_not_the_gpu_node() -> None:
    larger, name = with_another_worker(lab_of("prod"))
    *others, added = plan_nodes(larger)
    assert added.name == added.labels["kubernetes.io/hostname"] == name
    assert added.allocatable == others[-1].allocatable
    assert added.group == "general"


def test_two_more_workers_have_two_names() -> None:
    once, first = with_another_worker(lab_of("prod"))
    _, second = with_another_worker(once)
    assert first != second


def test_without_its_gpu_node_prod_is_foreseen_to_wait_for_it() -> None:
    plan = plan_of("prod")
    waiting = {each.workload.name for each in predicted_pending(plan, plan.lab, {"k8s-node1"}, NOTHING)}
    asking = {each.name for each in plan.workloads if each.replicas and GPU in pod_requests(each.pod)}
    assert waiting == asking
    assert predicted_pending(plan, plan.lab, set(), NOTHING) == plan.capacity.pending


def test_what_runs_is_foreseen_to_stay_where_it_is() -> None:
    """Every node is full of pods of the most important tier: they stay, and no lesser pod finds a place."""
    plan = plan_of("prod")
    steady = [each for each in plan.workloads if each.is_steady and each.replicas and each.controller != "DaemonSet"]
    first = max(steady, key=lambda each: each.pod.priority)
    full = tuple(NodeState(use.node.name, 0, 0, {key_of(first): 1000}) for use in plan.capacity.nodes)
    waiting = {each.workload.key for each in predicted_pending(plan, plan.lab, set(), Outcome((), (), full))}
    assert waiting >= {each.key for each in steady if each.pod.priority < first.pod.priority and pod_requests(each.pod)}
