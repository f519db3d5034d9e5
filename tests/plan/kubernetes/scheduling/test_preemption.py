"""Which pods are preempted for a more important one, and which get the room."""

from plan.kubernetes.scheduling import place
from plan.model import Container, Node, NodeUse, Workload
from plan.model.constraints import Constraints
from plan.model.resources import CPU
from tests.plan.kubernetes.scheduling.values import labelled, like, node, pods, workload

HALF = Container("main", {CPU: 2000}, {})
OTHER = workload("other", priority=5, containers=(HALF,), constraints=Constraints(preempts=False))


def running(nodes: list[Node], *on_each: list[Workload]) -> list[NodeUse]:
    """Nodes with one pod of each of these on them."""
    return [
        NodeUse(each, {}, {}, 0, len(there), tuple((workload, 1) for workload in there))
        for each, there in zip(nodes, on_each, strict=True)
    ]


def after(uses: list[NodeUse], *workloads: Workload) -> dict[str, list[str]]:
    """Pods on each node in the end."""
    placed, _ = place([use.node for use in uses], workloads, uses)
    return {use.node.name: [each.name for each, count in use.workloads for _ in range(count)] for use in placed}


def test_a_pod_that_a_budget_protects_stays_though_it_is_less_important() -> None:
    nodes = [node("a", cpu=2000), node("b", cpu=2000)]
    protected = workload("protected", priority=1, containers=(HALF,))._replace(max_unavailable=0)
    top = workload("top", priority=9, containers=(HALF,))
    uses = running(nodes, [protected], [OTHER])
    assert after(uses, protected, OTHER, top) == {"a": ["protected"], "b": ["top"]}
    free = protected._replace(max_unavailable=1)
    assert after(running(nodes, [free], [OTHER]), free, OTHER, top) == {"a": ["top"], "b": ["other"]}


def test_a_budget_is_violated_where_nothing_else_helps() -> None:
    protected = workload("protected", priority=1, containers=(HALF,))._replace(max_unavailable=0)
    top = workload("top", priority=9, containers=(HALF,))
    assert after(running([node("a", cpu=2000)], [protected]), protected, top) == {"a": ["top"]}


def test_of_the_pods_on_a_node_those_that_a_budget_protects_come_back_first() -> None:
    protected = workload("protected", priority=1, containers=(HALF,))._replace(max_unavailable=0)
    top = workload("top", priority=9, containers=(HALF,))
    uses = running([node("a")], [OTHER, protected])
    assert after(uses, OTHER, protected, top) == {"a": ["protected", "top"]}


def test_a_budget_counts_pods_that_wait_as_gone_already() -> None:
    nodes = [node("a", cpu=2000), node("b", cpu=2000)]
    pair = workload("pair", 2, priority=1, containers=(HALF,))._replace(max_unavailable=1)
    top = workload("top", priority=9, containers=(HALF,))
    assert after(running(nodes, [pair], [OTHER]), pair, OTHER, top) == {"a": ["pair"], "b": ["top"]}


def test_a_more_important_pod_that_never_preempts_takes_the_room_that_a_lesser_one_made() -> None:
    low = workload("low", priority=1, containers=(HALF,))
    middle = workload("middle", priority=5, containers=(HALF,))
    polite = workload("polite", priority=9, containers=(HALF,), constraints=Constraints(preempts=False))
    assert after(running([node("a", cpu=2000)], [low]), low, middle, polite) == {"a": ["polite"]}


def test_the_room_is_shared_where_there_is_enough_of_it() -> None:
    large = workload("large", priority=1, containers=(Container("main", {CPU: 4000}, {}),))
    polite = workload("polite", priority=9, containers=(HALF,), constraints=Constraints(preempts=False))
    middle = workload("middle", priority=5, containers=(HALF,))
    assert after(running([node("a")], [large]), large, middle, polite) == {"a": ["polite", "middle"]}


def test_a_lesser_pod_that_must_be_apart_goes_though_there_is_room_for_both() -> None:
    low = workload("low", priority=1, constraints=labelled("low"))
    top = workload("top", priority=9, constraints=labelled("top", apart=(like("low"),)))
    assert after(running([node("a")], [OTHER, low]), OTHER, low, top) == {"a": ["other", "top"]}
    apart = workload("apart", priority=1, constraints=labelled("apart", apart=(like("top"),)))
    assert after(running([node("a")], [OTHER, apart]), OTHER, apart, top) == {"a": ["other", "top"]}


def test_a_pod_gets_a_port_of_the_host_from_a_lesser_one_alone() -> None:
    on_port = Constraints(host_ports=frozenset({("TCP", 53)}))
    low, equal = (workload(name, priority=each, constraints=on_port) for name, each in (("low", 1), ("equal", 9)))
    top = workload("top", priority=9, constraints=on_port)
    assert after(running([node("a")], [OTHER, low]), OTHER, low, top) == {"a": ["other", "top"]}
    lesser = workload("lesser", priority=1)
    uses, (pending,) = place([node("a")], [equal, lesser, top], running([node("a")], [equal, lesser]))
    assert pods(uses) == {"a": 2}
    assert pending.reason.has("ports")
    assert str(pending.reason).endswith(
        "preemption: 0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports."
    )
