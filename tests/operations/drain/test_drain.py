"""The drain of a node: where its pods go, what holds it up, and the commands."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cli.reports.drain import drain_report
from operations.drain import Blocker, Drain, UnknownNode, commands, foresee, with_alternatives
from operations.drain.foresee import fares
from operations.drain.short import shortages
from operations.snapshot import snapshot
from plan.model import Container, Pending, Pod, Workload
from plan.model.placement import NoPlace, Obstacle
from plan.model.resources import CPU, MEMORY
from tests.operations.clusters import read_cluster
from tests.plan.labs import lab_of

CLUSTER = read_cluster(Path(__file__).parent / "cluster.yaml")


def drained() -> Drain:
    return foresee(CLUSTER, "old")


def test_each_pod_goes_where_the_scheduler_would_put_it() -> None:
    moves = {move.workload: move for move in drained().moves}
    assert moves["database"].to == (("free", 1),)
    assert moves["web"].to == (("free", 1),)
    assert not any(node in ("full", "soft") for move in moves.values() for node, _ in move.to)


def test_of_nodes_that_score_alike_all_are_named() -> None:
    free = CLUSTER.get("Node", "free")
    assert free is not None
    twins = [{**free, "metadata": {"name": each, "labels": {"kubernetes.io/hostname": each}}} for each in ("t1", "t2")]
    cluster = replace(CLUSTER, resources={**CLUSTER.resources, "nodes": (*CLUSTER.of("Node"), *twins)})
    moves = {move.workload: move for move in with_alternatives(cluster, foresee(cluster, "old")).moves}
    assert moves["web"].among == ("t1", "t2")
    assert moves["camera"].among == ()


def test_pods_of_daemonsets_and_those_that_ended_are_not_evicted() -> None:
    drain = drained()
    assert (drain.namespaces, drain.staying) == ((("site", 6),), 1)


def test_blockers_name_the_object_and_its_data() -> None:
    found = {(each.kind, each.name): each for each in drained().blockers}
    assert found.keys() == {
        ("bare-pod", "lonely"),
        ("budget", "keep"),
        ("host-path", "folder-1-a"),
        ("no-place", "camera"),
    }
    assert found["host-path", "folder-1-a"] == Blocker("host-path", "site", "folder-1-a", "/srv/files")
    assert "didn't match Pod's node affinity/selector" in found["no-place", "camera"].detail


def test_a_workload_with_a_pod_elsewhere_goes_on() -> None:
    interrupted = {move.workload: move.interrupted for move in drained().moves}
    assert not interrupted["web"]
    assert interrupted["database"]


def test_a_pod_that_nothing_recreates_has_no_place_and_is_gone() -> None:
    (lonely,) = (move for move in drained().moves if move.workload == "lonely")
    assert (lonely.meanwhile, lonely.to, lonely.without_place) == ("gone", (), 0)


@pytest.mark.parametrize(
    ("here", "elsewhere", "meanwhile"),
    [
        (1, 0, "down"),
        (1, 1, "goes-on"),
        (1, 2, "goes-on"),
        (2, 1, "no-majority"),
        (2, 2, "no-majority"),
        (2, 3, "goes-on"),
    ],
)
def test_a_statefulset_that_loses_its_majority_at_once(here: int, elsewhere: int, meanwhile: str) -> None:
    database = next(each for each in snapshot(CLUSTER).workloads if each.name == "database")
    assert fares(database, here, elsewhere) == meanwhile


def test_a_pod_takes_its_own_time_to_stop() -> None:
    grace = {move.workload: move.grace_seconds for move in drained().moves}
    assert (grace["database"], grace["held"]) == (120, 30)


def test_volumes_take_slots_of_the_node_that_they_move_to() -> None:
    assert [(each.node, each.before, each.after, each.limit) for each in drained().slots] == [("free", 0, 1, 4)]


def test_scratch_space_that_is_lost_is_named() -> None:
    assert drained().scratch == ("web-1-a",)


def test_a_node_without_blockers_can_be_drained() -> None:
    assert foresee(CLUSTER, "free").can_end


def test_the_commands_are_in_order_and_name_the_machine() -> None:
    steps = [command for _, command in commands(drained()._replace(node="k8s-node5"), lab_of("prod"))]
    assert steps[0] == "kubectl cordon k8s-node5"
    assert steps[1] == "kubectl drain k8s-node5 --ignore-daemonsets --delete-emptydir-data --force --timeout=15m"
    assert any(step.startswith("qm shutdown 205 --timeout 180") for step in steps)


def test_kubectl_waits_longer_than_the_slowest_pod_takes_to_stop() -> None:
    drain = drained()
    slow = drain._replace(moves=(drain.moves[0]._replace(grace_seconds=1800), *drain.moves[1:]))
    steps = [command for _, command in commands(slow, None)]
    assert steps[1].endswith("--timeout=45m")


def _waits(request: int, lacking: str, *, tolerated: frozenset[str] = frozenset()) -> Pending:
    container = Container("main", {MEMORY: request, CPU: 100}, {})
    workload = drained_workload()._replace(pod=Pod((container,), tolerated_taints=tolerated))
    return Pending(workload, 2, NoPlace(2, ((Obstacle("resource", resource=lacking), 1),), None))


def drained_workload() -> Workload:
    return snapshot(CLUSTER).workloads[0]


def test_what_is_short_is_said_with_what_each_node_that_they_tolerate_has_left() -> None:
    old, *others = snapshot(CLUSTER).uses
    first = max(each.node.allocatable[MEMORY] - each.requests.get(MEMORY, 0) for each in others)
    (short,) = shortages([(_waits(first + 1, MEMORY, tolerated=frozenset("*")), 2)], (old, *others), old.node)
    assert (short.resource, short.wanted) == (MEMORY, 2 * (first + 1))
    assert short.free[0][1] == first
    assert old.node.name not in dict(short.free)
    assert list(shortages([(_waits(first, MEMORY, tolerated=frozenset("*")), 2)], (old, *others), old.node)) == []
    assert list(shortages([(_waits(first + 1, CPU, tolerated=frozenset("*")), 2)], (old, *others), old.node)) == []


def test_programs_read_all_of_it() -> None:
    report = json.loads(drain_report(drained(), (("it moves", "kubectl drain old"),), CLUSTER).model_dump_json())
    assert {move["workload"]: move["interrupted"] for move in report["moves"]} == {
        move.workload: move.interrupted for move in drained().moves
    }
    assert len(report["blockers"]) == len(drained().blockers)


@pytest.mark.parametrize(
    ("name", "meant"), [("new", "known: free, full, old, soft"), ("sofft", r"did you mean 'soft'\?")]
)
def test_an_unknown_node_is_refused_with_the_one_that_was_meant_or_all(name: str, meant: str) -> None:
    with pytest.raises(UnknownNode, match=f"no node {name}; {meant}"):
        foresee(CLUSTER, name)
