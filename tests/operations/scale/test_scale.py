"""Whether a worker is to be added or may go: conditions in time, trends with a date, and what keeps nodes."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from observation import Observation
from observation.history import History, Measure, Point
from operations.scale import NoTrend, Removal, Trend, judge
from operations.scale.conditions import ADD, REMOVE, Condition, bounds_of
from operations.scale.removal import MOST_REMOVALS, removals
from operations.scale.trend import trend
from tests.operations.clusters import NOW, read_cluster

CLUSTER = replace(read_cluster(Path(__file__).parent / "cluster.yaml"), resources={
    **read_cluster(Path(__file__).parent / "cluster.yaml").resources, "events": ()
})  # fmt: skip
GIB = 1 << 30


def points(days: float, value: Callable[[int], float]) -> tuple[Point, ...]:
    """A point an hour up to now; the value is that of so many hours ago."""
    hours = int(days * 24)
    return tuple(Point(NOW - timedelta(hours=ago), value(ago)) for ago in range(hours, -1, -1))


def history(**measures: tuple[Point, ...]) -> History:
    names: Mapping[str, Measure] = {
        "attachments": "attachments",
        "requests": "memory-requests",
        "limits": "memory-limits",
        "evictions": "evictions",
    }
    return History("test", {names[name]: each for name, each in measures.items()})


def reason(found: History, subject: str) -> Condition:
    return next(each for each in judge(CLUSTER, found, None).to_add if each.subject == subject)


def test_a_condition_is_met_when_it_has_held_for_its_time() -> None:
    met = reason(history(attachments=points(30, lambda ago: 25 if ago <= 7 * 24 else 20)), "attachments")
    assert (met.state, met.now, met.held_days) == ("met", 25, 7)


def test_one_hour_below_begins_its_time_anew() -> None:
    met = reason(history(attachments=points(30, lambda ago: 20 if ago == 48 else 26)), "attachments")
    assert (met.state, met.held_days) == ("not met", 2)


def test_what_held_for_as_long_as_anybody_looked_is_not_known() -> None:
    assert reason(history(attachments=points(3, lambda _: 26)), "attachments").state == "not known"


def test_a_gap_in_the_recording_breaks_the_time() -> None:
    whole = points(30, lambda _: 26)
    torn = tuple(each for each in whole if not timedelta(days=2) < NOW - each.at < timedelta(days=3))
    assert reason(history(attachments=torn), "attachments").state == "not met"


def test_a_recording_that_ended_says_nothing_of_now() -> None:
    ended = tuple(each for each in points(30, lambda _: 26) if NOW - each.at > timedelta(days=1))
    assert reason(history(attachments=ended), "attachments").state == "not known"


def test_one_reason_is_enough_to_add() -> None:
    full = history(requests=points(30, lambda _: 0.93))
    assert judge(CLUSTER, full, None).verdict == "add"


def test_a_volume_without_a_slot_is_reason_enough() -> None:
    event = {
        "kind": "Event",
        "metadata": {"name": "e", "namespace": "site"},
        "involvedObject": {"kind": "Pod", "name": "small-0", "namespace": "site"},
        "reason": "FailedAttachVolume",
        "message": 'AttachVolume.Attach failed for volume "pv": rpc error: no free lun found',
    }
    full = replace(CLUSTER, resources={**CLUSTER.resources, "events": (event,)})
    assert judge(full, None, None).verdict == "add"


def test_without_history_it_is_not_known_and_what_is_now_is_told() -> None:
    scale = judge(CLUSTER, None, None)
    assert scale.verdict == "not known"
    assert {each.subject: each.now for each in scale.to_add}["memory-requests"] == pytest.approx(2 / 24)


def test_events_that_were_not_read_are_not_none() -> None:
    unread = replace(CLUSTER, resources={k: v for k, v in CLUSTER.resources.items() if k != "events"})
    assert {each.subject: each.state for each in judge(unread, None, None).to_add}["exhausted-slots"] == "not known"


def test_a_worker_may_go_only_when_nothing_is_known_to_be_planned() -> None:
    idle = history(
        attachments=points(40, lambda _: 3),
        requests=points(40, lambda _: 0.2),
        limits=points(40, lambda _: 0.3),
        evictions=points(40, lambda _: 0),
    )
    scale = judge(CLUSTER, idle, None)
    assert [each.state for each in scale.to_remove] == ["met", "met", "met", "not known"]
    assert scale.verdict == "keep"


def test_a_trend_has_a_date() -> None:
    found = trend("attachments", points(30, lambda ago: 20 - ago / 24 / 7), 25)
    assert isinstance(found, Trend)
    assert found.per_week == pytest.approx(1)
    assert abs(found.reached - NOW - timedelta(days=35)) <= timedelta(days=2)


CANNOT = {
    "too short": points(10, lambda ago: 20 - ago),
    "does not rise": points(30, lambda _: 20),
    "swings more than it rises": points(30, lambda ago: 20 - ago / 2000 + 4 * ((ago // 48) % 2)),
    "more than a year away": points(60, lambda ago: 5 - ago / 24 / 500),
    "not recorded": (),
}


@pytest.mark.parametrize(("why", "found"), CANNOT.items(), ids=CANNOT)
def test_why_no_date_can_be_said(why: str, found: tuple[Point, ...]) -> None:
    said = trend("attachments", found, 25)
    assert isinstance(said, NoTrend)
    assert said.why == why


def kept(cluster: Observation) -> dict[str, Removal]:
    return {each.node: each for each in removals(cluster)}


def requesting(memory: str) -> Observation:
    """The cluster with a pod of so much memory on `one`."""
    pods: list[dict[str, Any]] = [deepcopy(dict(each)) for each in CLUSTER.of("Pod")]
    pods[0]["spec"]["containers"][0]["resources"]["requests"]["memory"] = memory
    return replace(CLUSTER, resources={**CLUSTER.resources, "pods": tuple(pods)})


def test_the_lightest_node_that_could_go_comes_first() -> None:
    found = removals(CLUSTER)
    assert [(each.node, each.kept_by) for each in found[:2]] == [("two", None), ("one", None)]


def test_the_only_control_plane_and_the_only_gpu_stay() -> None:
    found = kept(CLUSTER)
    assert (found["control"].kept_by, found["gpu"].kept_by) == ("control-plane", "device")
    assert found["gpu"].about == "nvidia.com/gpu"


def test_memory_that_the_others_lack_is_told_in_numbers() -> None:
    full = requesting("8Gi")
    pods = list(full.of("Pod"))
    for node, place in (("two", "a"), ("gpu", "b")):
        pod = deepcopy(dict(pods[0]))
        pod["metadata"] = {**pod["metadata"], "name": f"small-{place}"}
        pod["spec"] = {**pod["spec"], "nodeName": node}
        pod["spec"]["containers"][0]["resources"]["requests"]["memory"] = "7Gi"
        pods.append(pod)
    found = kept(replace(full, resources={**full.resources, "pods": tuple(pods)}))["one"]
    assert (found.kept_by, found.there) == ("memory", 16 * GIB)


def test_a_node_without_which_a_further_loss_would_not_be_borne_stays() -> None:
    pods = [deepcopy(dict(each)) for each in requesting("5Gi").of("Pod")]
    cluster = replace(CLUSTER, resources={**CLUSTER.resources, "pods": tuple(pods)})
    assert kept(cluster)["two"].kept_by is None
    second = deepcopy(pods[0])
    second["metadata"] = {**second["metadata"], "name": "small-1"}
    second["spec"] = {**second["spec"], "nodeName": "two"}
    both = replace(CLUSTER, resources={**CLUSTER.resources, "pods": (*pods, second)})
    assert {name: each.kept_by for name, each in kept(both).items()}["one"] == "n-1"


def test_of_many_nodes_only_the_lightest_are_tried_with_the_loss_of_a_further_one() -> None:
    two = CLUSTER.get("Node", "two")
    assert two is not None
    names = [f"more-{number:02}" for number in range(12)]
    more = [{**two, "metadata": {"name": each, "labels": {"kubernetes.io/hostname": each}}} for each in names]
    cluster = replace(CLUSTER, resources={**CLUSTER.resources, "nodes": (*CLUSTER.of("Node"), *more)})
    found = [each.kept_by for each in removals(cluster) if each.node.startswith("more-")]
    assert found.count(None) == MOST_REMOVALS
    assert found.count("not-tried") == len(found) - MOST_REMOVALS


@pytest.mark.parametrize(
    ("slots", "add", "remove"), [(28, 25, 20), (14, 12, 10), (56, 50, 40), (None, 25, 20), (1, 1, 1)]
)
def test_volumes_count_in_proportion_to_the_slots_of_a_node(slots: int | None, add: float, remove: float) -> None:
    found = [next(bounds_of(bounds, slots)).threshold for bounds in (ADD, REMOVE)]
    assert found == [add, remove]
