"""Which pods count for the place of another one, and where."""

from plan.cluster.nodes import ZONE_LABEL
from plan.kubernetes.scheduling import Kind
from plan.model import Container
from plan.model.constraints import HOSTNAME, AffinityTerm, Constraints, Requirement, Spread
from plan.model.resources import CPU, MEMORY
from tests.plan.kubernetes.scheduling.values import GIB, ZONE, labelled, like, node, placed, reason, workload

OUTSIDE = "0/2 nodes are available: 2 node(s) didn't match PersistentVolume's node affinity."


def test_a_pod_that_must_be_near_one_that_comes_later_gets_its_place() -> None:
    beside = workload("beside", priority=9, constraints=labelled("beside", near=(like("web"),)))
    web = workload("web", constraints=labelled("web"))
    assert placed([node("a"), node("b")], beside, web) == ({"a": 2, "b": 0}, [])


def test_a_spread_is_tried_again_when_it_has_been_evened_out() -> None:
    """Its third pod would be one too many in zone 1, until a lesser one has taken what was left of zone 2."""
    nodes = [node("a", zone="1"), node("b", cpu=2000, zone="2")]
    spread = Spread((Requirement("app", "Exists"),), ZONE, 1, required=True)
    large = Container("main", {CPU: 1500}, {})
    even = workload("even", 2, priority=9, containers=(large,), constraints=labelled("even", spread=(spread,)))
    full = workload("full", priority=10, node_selector={ZONE: "2"}, containers=(Container("main", {CPU: 1000}, {}),))
    lesser = workload("lesser", node_selector={ZONE: "2"}, constraints=labelled("lesser"))
    assert placed(nodes, full, even)[1] == [("even", 1)]
    assert placed(nodes, full, even, lesser)[1] == []


def test_a_pod_is_near_only_where_one_pod_meets_all_of_its_terms() -> None:
    both = (like("web"), AffinityTerm((Requirement("part", "In", ("front",)),), HOSTNAME))
    beside = workload("beside", constraints=labelled("beside", near=both))
    web = workload("web", constraints=labelled("web"))
    front = workload("front", constraints=Constraints(labels={"part": "front"}))
    assert placed([node("a")], web, front, beside)[1] == [("beside", 1)]
    whole = workload("whole", constraints=Constraints(labels={"app": "web", "part": "front"}))
    assert placed([node("a")], whole, beside)[1] == []


def test_a_required_spread_counts_no_pods_on_nodes_that_the_pod_does_not_select() -> None:
    nodes = [node("a", zone="1", disk="ssd"), node("b", zone="2", disk="ssd"), node("c", zone="1")]
    spread = Spread((Requirement("app", "In", ("web",)),), ZONE, 1, required=True)
    elsewhere = workload("elsewhere", 3, node_selector={"zone": "1"}, constraints=labelled("web"))
    nodes[0] = nodes[0]._replace(allocatable={**nodes[0].allocatable, CPU: 1000})
    web = workload("web", 2, node_selector={"disk": "ssd"}, constraints=labelled("web", spread=(spread,)))
    assert placed(nodes, web, elsewhere._replace(replicas=0)) == ({"a": 1, "b": 1, "c": 0}, [])
    aside = workload("aside", 3, node_selector={"kind": "aside"}, priority=9, constraints=labelled("web"))
    nodes[2] = nodes[2]._replace(labels={"zone": "1", "kind": "aside"})
    assert placed(nodes, aside, web) == ({"a": 1, "b": 1, "c": 3}, [])


def test_a_required_spread_of_a_daemonset_counts_its_own_node_alone() -> None:
    spread = Spread((Requirement("app", "In", ("web",)),), ZONE, 1, required=True)
    nodes = [node("a", zone="1"), node("b", zone="2")]
    web = workload("web", 2, priority=9, node_selector={"zone": "1"}, constraints=labelled("web"))
    daemon = workload("daemon", 2, "DaemonSet", constraints=labelled("daemon", spread=(spread,)))
    assert placed(nodes, web, daemon) == ({"a": 3, "b": 1}, [])


def test_without_a_stated_spread_a_node_without_a_zone_counts_as_least_crowded() -> None:
    nodes = [node("a", labelled={ZONE_LABEL: "1"}), node("b")]
    assert placed(nodes, workload("web"))[0] == {"a": 0, "b": 1}


def test_without_a_stated_spread_zones_are_kept_even_too() -> None:
    zones = {"a": "1", "b": "1", "c": "2"}
    nodes = [node(name, labelled={ZONE_LABEL: zone}) for name, zone in zones.items()]
    assert placed(nodes, workload("web", 2))[0] in ({"a": 1, "b": 0, "c": 1}, {"a": 0, "b": 1, "c": 1})


def test_a_new_volume_keeps_the_pods_that_share_it_in_one_zone() -> None:
    nodes = [node("a", cpu=1000, labelled={ZONE_LABEL: "1"}), node("b", cpu=1000, labelled={ZONE_LABEL: "2"})]
    shared = workload("shared", 2, block_volumes=("data",))
    assert placed(nodes, shared) == ({"a": 1, "b": 0}, [("shared", 1)])
    assert "1 node(s) didn't match PersistentVolume's node affinity" in reason(nodes, shared)


def test_a_volume_that_exists_is_in_reach_of_its_zone_alone() -> None:
    nodes = [node("a", labelled={ZONE_LABEL: "1"}), node("b", labelled={ZONE_LABEL: "2"})]
    there = workload("stored", block_volumes=("data",), constraints=Constraints(volume_zones=("2",)))
    assert placed(nodes, there) == ({"a": 0, "b": 1}, [])
    lost = workload("stored", block_volumes=("data",), constraints=Constraints(volume_zones=("3",)))
    assert reason(nodes, lost).startswith(OUTSIDE)


def test_a_daemonset_has_a_pod_only_where_its_node_affinity_holds() -> None:
    affinity = ((Requirement("disk", "In", ("ssd",)),),)
    daemon = workload("daemon", 1, "DaemonSet", constraints=Constraints(node_affinity=affinity))
    assert placed([node("a", disk="ssd"), node("b", disk="hdd")], daemon) == ({"a": 1, "b": 0}, [])


def test_an_init_container_without_requests_counts_when_nodes_are_compared() -> None:
    main = Container("main", {CPU: 10, MEMORY: GIB // 8}, {})
    silent = workload("silent", containers=(main,), init_containers=(Container("init", {}, {}),))
    assert Kind(silent).compared == (100, 200 << 20)
