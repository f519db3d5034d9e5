"""Where the estimate puts pods."""

from collections.abc import Mapping

from plan.model import Container, Controller, Node, NodeUse, Pending, Pod, Workload
from plan.nodes import PODS
from plan.placement import place
from plan.resources import CPU, MEMORY

GIB = 1 << 30


def node(name: str, *, cpu: int = 4000, taints: tuple[str, ...] = (), slots: int = 28, **labels: str) -> Node:
    room = {CPU: cpu, MEMORY: 8 * GIB, PODS: 10}
    return Node(name, "worker", "general", labels, taints, room, room, slots)


def workload(name: str, replicas: int = 1, controller: Controller = "Deployment", **pod: object) -> Workload:
    container = Container("main", {CPU: 1000, MEMORY: GIB}, {MEMORY: 2 * GIB})
    made = Pod((container,))._replace(**pod)  # pyright: ignore[reportArgumentType]
    return Workload(name, name, name, controller, replicas, made, ("services", name), "Burstable", {})


def pods(uses: tuple[NodeUse, ...]) -> Mapping[str, int]:
    return {use.node.name: use.pods for use in uses}


def placed(nodes: list[Node], *workloads: Workload) -> tuple[Mapping[str, int], list[tuple[str, int]]]:
    uses, pending = place(nodes, workloads)
    return pods(uses), [(each.workload.name, each.pods) for each in pending]


def reason(nodes: list[Node], stuck: Workload) -> str:
    only: Pending
    (only,) = place(nodes, [stuck])[1]
    return only.reason


def test_replicas_spread_over_the_nodes() -> None:
    assert placed([node("a"), node("b"), node("c")], workload("web", 3)) == ({"a": 1, "b": 1, "c": 1}, [])


def test_the_node_with_most_left_is_next() -> None:
    services = [workload(name) for name in ("first", "second", "third", "fourth")]
    assert placed([node("small", cpu=2000), node("large", cpu=8000)], *services)[0] == {"small": 1, "large": 3}


def test_what_does_not_fit_stays_pending() -> None:
    assert placed([node("a", cpu=2500)], workload("web", 4)) == ({"a": 2}, [("web", 2)])
    assert reason([node("a", cpu=2500)], workload("web", 4)) == "0/1 nodes are available: 1 Insufficient cpu."


def test_the_higher_priority_gets_the_room() -> None:
    low, high = workload("low", priority=1), workload("high", priority=9)
    assert placed([node("a", cpu=1000)], low, high) == ({"a": 1}, [("low", 1)])


def test_a_daemonset_runs_on_every_node_that_admits_it_before_all_others() -> None:
    daemon = workload("daemon", 2, "DaemonSet")
    nodes = [node("a", cpu=1000), node("b", cpu=1000), node("gpu", taints=("gpu",))]
    assert placed(nodes, workload("web", priority=9), daemon) == ({"a": 1, "b": 1, "gpu": 0}, [("web", 1)])


def test_taints_and_selectors_decide_who_is_admitted() -> None:
    nodes = [node("a"), node("gpu", taints=("gpu",), card="yes")]
    assert placed(nodes, workload("web", 2))[0] == {"a": 2, "gpu": 0}
    chosen = workload("chosen", tolerated_taints=frozenset({"gpu"}), node_selector={"card": "yes"})
    assert placed(nodes, chosen)[0] == {"a": 0, "gpu": 1}
    assert reason(nodes, workload("lost", node_selector={"card": "yes"})) == (
        "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, "
        "1 node(s) had untolerated taint {gpu}."
    )


def test_volume_slots_and_pods_run_out_too() -> None:
    stored = workload("stored", 3, block_volumes=("data",))
    assert placed([node("a", slots=2)], stored) == ({"a": 2}, [("stored", 1)])
    assert "1 node(s) exceed max volume count" in reason([node("a", slots=2)], stored)
    assert placed([node("a", cpu=99_000)], workload("many", 3, containers=(Container("main", {}, {}),)))[0] == {"a": 3}
    tiny = workload("tiny", 11, containers=(Container("main", {}, {}),))
    assert "Too many pods" in reason([node("a")], tiny)


def test_jobs_come_and_go() -> None:
    assert placed([node("a")], workload("job", 1, "CronJob"), workload("once", 1, "Job")) == ({"a": 0}, [])
