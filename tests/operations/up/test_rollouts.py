"""Whether all pods of an object are new and ready, by objects as a cluster keeps them."""

from collections.abc import Iterator
from typing import Any

import pytest

from observation import Observation, Reference
from observation.dump import read_dump
from operations.up.rollouts import is_rolled_out, seconds_to_roll_out
from tests.plan.labs import ROOT

DUMPS = ("attic", "loft", "shed")


def recorded(kind: str) -> Iterator[dict[str, Any]]:
    """Workloads whose pods nobody replaces by hand."""
    for dump in DUMPS:
        for each in observed(dump).of(kind):
            if each["spec"].get("updateStrategy", {}).get("type") != "OnDelete":
                yield each


def observed(dump: str) -> Observation:
    return read_dump(ROOT / "tests" / "dumps" / dump)


def changed(manifest: dict[str, Any], part: str, **values: Any) -> dict[str, Any]:
    return {**manifest, part: {**manifest[part], **values}}


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_what_has_settled_is_rolled_out(kind: str) -> None:
    found = list(recorded(kind))
    assert found
    assert all(map(is_rolled_out, found))


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_a_change_that_no_controller_has_seen_yet_is_not(kind: str) -> None:
    for each in recorded(kind):
        assert not is_rolled_out(changed(each, "metadata", generation=each["metadata"]["generation"] + 1))


def test_a_deployment_waits_for_its_last_new_pod_and_until_the_last_old_one_is_gone() -> None:
    (web, *_) = (each for each in recorded("Deployment") if each["status"].get("replicas") == 1)
    assert not is_rolled_out(changed(web, "status", updatedReplicas=0))
    assert not is_rolled_out(changed(web, "status", replicas=2))
    assert not is_rolled_out(changed(web, "status", availableReplicas=0))


def test_a_statefulset_waits_for_each_of_its_pods_to_be_ready_and_new() -> None:
    (first, *_) = recorded("StatefulSet")
    assert not is_rolled_out(changed(first, "status", readyReplicas=0))
    assert not is_rolled_out(changed(first, "status", updateRevision="another", updatedReplicas=0))


def test_nobody_waits_for_what_is_paused_replaced_by_hand_or_said_not_to_be_awaited() -> None:
    (web, *_) = recorded("Deployment")
    rolling = changed(web, "status", updatedReplicas=0, availableReplicas=0)
    assert is_rolled_out(changed(rolling, "spec", paused=True))
    assert is_rolled_out(changed(rolling, "metadata", annotations={"pulumi.com/skipAwait": "true"}))
    (queue, *_) = recorded("StatefulSet")
    rolling = changed(queue, "status", readyReplicas=0)
    assert is_rolled_out(changed(rolling, "spec", updateStrategy={"type": "OnDelete"}))


def test_an_object_that_the_cluster_does_not_show_is_not_waited_for() -> None:
    assert seconds_to_roll_out(Reference("Deployment", "nowhere", "nothing"), observed("shed")) is None
