"""Where the scheduler puts pods, and what it says of those that it cannot place."""

from plan.kubernetes.scheduling import place
from plan.model import Container
from plan.model.constraints import Constraints, Requirement, Spread
from plan.model.resources import CPU, MEMORY
from tests.plan.kubernetes.scheduling.values import GIB, ZONE, labelled, like, node, placed, reason, workload


def test_replicas_spread_over_the_nodes() -> None:
    assert placed([node("a"), node("b"), node("c")], workload("web", 3)) == ({"a": 1, "b": 1, "c": 1}, [])


def test_the_node_with_most_left_is_next() -> None:
    services = [workload(str(number)) for number in range(5)]
    assert placed([node("small", cpu=2000), node("large", cpu=8000)], *services)[0] == {"small": 1, "large": 4}


def test_what_does_not_fit_stays_pending_with_the_schedulers_words() -> None:
    assert placed([node("a", cpu=2500)], workload("web", 4)) == ({"a": 2}, [("web", 2)])
    assert reason([node("a", cpu=2500)], workload("web", 4)) == (
        "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, "
        "preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod."
    )


def test_what_is_larger_than_a_node_is_not_helped_by_preemption() -> None:
    assert reason([node("a", cpu=500)], workload("web")) == (
        "0/1 nodes are available: 1 Insufficient cpu. "
        "no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."
    )


def test_the_higher_priority_gets_the_room() -> None:
    low, high = workload("low", priority=1), workload("high", priority=9)
    assert placed([node("a", cpu=1000)], low, high) == ({"a": 1}, [("low", 1)])


def test_a_daemonset_runs_on_every_node_that_admits_it() -> None:
    nodes = [node("a"), node("b"), node("gpu", taints={"gpu": "true"})]
    assert placed(nodes, workload("daemon", 2, "DaemonSet")) == ({"a": 1, "b": 1, "gpu": 0}, [])


def test_a_pod_of_a_daemonset_takes_the_room_of_a_lesser_one_on_its_node() -> None:
    nodes = [node("a", cpu=1000), node("b", cpu=1000)]
    daemon = workload("daemon", 2, "DaemonSet", priority=9)
    assert placed(nodes, workload("web", 2), daemon) == ({"a": 1, "b": 1}, [("web", 2)])


def test_a_pod_of_a_daemonset_waits_for_its_node_alone() -> None:
    nodes = [node("a", cpu=500), node("b")]
    assert reason(nodes, workload("daemon", 2, "DaemonSet")) == (
        "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't satisfy plugin(s) [NodeAffinity]. "
        "no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."
    )


def test_taints_and_selectors_decide_who_is_admitted() -> None:
    nodes = [node("a"), node("gpu", taints={"gpu": "true"}, card="yes")]
    assert placed(nodes, workload("web", 2))[0] == {"a": 2, "gpu": 0}
    chosen = workload("chosen", tolerated_taints=frozenset({"gpu"}), node_selector={"card": "yes"})
    assert placed(nodes, chosen)[0] == {"a": 0, "gpu": 1}
    assert reason(nodes, workload("lost", node_selector={"card": "yes"})) == (
        "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, "
        "1 node(s) had untolerated taint(s). "
        "no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."
    )


def test_node_affinity_takes_any_of_its_selectors() -> None:
    nodes = [node("a", disk="hdd"), node("b", disk="ssd"), node("c", disk="nvme")]
    either = (
        (Requirement("disk", "In", ("ssd",)),),
        (Requirement("disk", "NotIn", ("ssd", "hdd")), Requirement("disk", "Exists")),
    )
    web = workload("web", 2, constraints=Constraints(node_affinity=either))
    assert placed(nodes, web)[0] == {"a": 0, "b": 1, "c": 1}


def test_volume_slots_and_pods_run_out_too() -> None:
    stored = workload("stored", 3, "StatefulSet", block_volumes=("data",))
    assert placed([node("a", slots=2)], stored) == ({"a": 2}, [("stored", 1)])
    assert "1 node(s) exceed max volume count" in reason([node("a", slots=2)], stored)
    assert placed([node("a", cpu=99_000)], workload("many", 3, containers=(Container("main", {}, {}),)))[0] == {"a": 3}
    tiny = workload("tiny", 11, containers=(Container("main", {}, {}),))
    assert "Too many pods" in reason([node("a")], tiny)


def test_a_volume_takes_one_slot_however_many_pods_of_a_node_mount_it() -> None:
    shared = workload("shared", 3, block_volumes=("data",))
    uses, pending = place([node("a", slots=1)], [shared])
    assert (uses[0].volumes, uses[0].pods, pending) == (1, 3, ())


def test_two_pods_cannot_have_one_port_of_a_host() -> None:
    web = workload("web", 3, constraints=Constraints(host_ports=frozenset({("TCP", 443)})))
    assert placed([node("a"), node("b")], web) == ({"a": 1, "b": 1}, [("web", 1)])
    assert "2 node(s) didn't have free ports for the requested pod ports" in reason([node("a"), node("b")], web)


def test_pods_go_where_those_are_that_they_must_be_near() -> None:
    database = workload("database", constraints=labelled("database"), priority=9)
    job = workload("backup", constraints=labelled("backup", near=(like("database"),)))
    nodes = [node("a"), node("b")]
    assert placed(nodes, job, database)[0] == {"a": 2, "b": 0}
    assert "2 node(s) didn't match pod affinity rules" in reason(nodes, job)


def test_the_first_of_pods_that_want_to_be_together_may_go_anywhere() -> None:
    nodes = [node("a", zone="1"), node("b", zone="2"), node("c", zone="2")]
    flock = workload("flock", 3, constraints=labelled("flock", near=(like("flock", ZONE),)))
    assert placed(nodes, flock)[1] == []
    assert sorted(placed(nodes, flock)[0].values()) in ([0, 0, 3], [0, 1, 2])


def test_pods_that_must_be_apart_are_apart_both_ways() -> None:
    loner = workload("loner", 3, constraints=labelled("loner", apart=(like("loner"),)), priority=9)
    nodes = [node("a"), node("b")]
    assert placed(nodes, loner) == ({"a": 1, "b": 1}, [("loner", 1)])
    assert "2 node(s) didn't match pod anti-affinity rules" in reason(nodes, loner)
    shy = workload("shy", 2, constraints=labelled("shy", apart=(like("web"),)), priority=9)
    web = workload("web", constraints=labelled("web"))
    assert "2 node(s) didn't satisfy existing pods anti-affinity rules" in reason(nodes, shy, web)


def test_selectors_mean_pods_of_the_same_namespace() -> None:
    loner = workload("loner", constraints=labelled("loner", apart=(like("web"),)), priority=9)
    elsewhere = workload("web", constraints=labelled("web"))._replace(namespace="elsewhere")
    assert placed([node("a")], loner, elsewhere) == ({"a": 2}, [])


def test_a_spread_that_is_required_leaves_pods_pending() -> None:
    spread = Spread((Requirement("app", "In", ("web",)),), ZONE, 1, required=True)
    web = workload("web", 4, constraints=labelled("web", spread=(spread,)))
    nodes = [node("a", zone="1"), node("b", zone="2", cpu=1000)]
    assert placed(nodes, web) == ({"a": 2, "b": 1}, [("web", 1)])
    assert "1 node(s) didn't match pod topology spread constraints" in reason(nodes, web)
    assert "(missing required label)" in reason([node("a")], web._replace(replicas=1))


def test_a_pod_that_never_preempts_waits() -> None:
    """All pods are there at once here, so only the pod of a daemonset finds its node taken by a lesser one."""
    big = workload("big", priority=5)
    daemon = workload("daemon", 1, "DaemonSet", priority=1, constraints=Constraints(preempts=False))
    assert reason([node("a", cpu=1000)], big, daemon) == (
        "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, "
        "preemption: not eligible due to preemptionPolicy=Never."
    )


def test_as_few_and_as_unimportant_pods_as_possible_make_room() -> None:
    """The middle one takes the last node that has room; the top one then finds none, and the least important goes."""
    nodes = [node("a", cpu=2000), node("b", cpu=2000)]
    half = Container("main", {CPU: 2000, MEMORY: GIB}, {})
    services = [
        workload("least", priority=1, containers=(half,)),
        workload("less", priority=2, containers=(half,)),
        workload("top", 1, "DaemonSet", priority=9, node_selector={"only": "a"}, containers=(half,)),
    ]
    nodes[0] = nodes[0]._replace(labels={"only": "a"})
    assert placed(nodes, *services) == ({"a": 1, "b": 1}, [("least", 1)])


def test_jobs_come_and_go() -> None:
    assert placed([node("a")], workload("job", 1, "CronJob"), workload("once", 1, "Job")) == ({"a": 0}, [])
