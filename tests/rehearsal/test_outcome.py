"""Outcome of a lab on the control plane."""

from typing import Any

import pytest

from plan.model import Manifest, Pending
from plan.model.placement import NoPlace, Obstacle
from rehearsal import outcome
from rehearsal.control_plane import Applied, Refused
from rehearsal.outcome import Outcome, Refusal, WorkloadState, disagreements, placing_seconds, settle, who_refused
from tests.plan.labs import plan_of
from tests.rehearsal.memory import Memory

WORDS = "0/7 nodes are available: 7 Insufficient memory."
QUOTA = 'pods "web-1" is forbidden: exceeded quota: tier-aux, requested: requests.memory=6Gi, used: 0, limited: 4Gi'
LIMIT_RANGE = 'pods "web-1" is forbidden: maximum memory usage per Container is 4Gi, but limit is 8Gi'
POLICY = (
    'admission webhook "vpol.validate.kyverno.svc-ignore" denied the request: Policy no-cpu-limits failed: In web: ...'
)


def controller(kind: str, name: str, replicas: int) -> Manifest:
    return {
        "kind": kind,
        "metadata": {"namespace": "here", "name": name},
        "spec": {"replicas": replicas},
        "status": {"desiredNumberScheduled": replicas},
    }


def pod(name: str, owner: tuple[str, str], phase: str = "Running", words: str | None = None) -> Manifest:
    conditions = [{"type": "PodScheduled", "status": "False", "message": words}] if words else []
    return {
        "kind": "Pod",
        "metadata": {
            "namespace": "here",
            "name": name,
            "ownerReferences": [{"kind": owner[0], "name": owner[1]}],
        },
        "spec": {"nodeName": "node"},
        "status": {"phase": phase, "conditions": conditions},
    }


def replica_set(name: str, deployment: str) -> Manifest:
    owner = [{"kind": "Deployment", "name": deployment}]
    return {"kind": "ReplicaSet", "metadata": {"namespace": "here", "name": name, "ownerReferences": owner}}


def failed_create(kind: str, name: str, message: str, at: str = "2026-01-01T00:00:00Z") -> Manifest:
    return {
        "kind": "Event",
        "metadata": {"namespace": "here", "name": f"{name}.{at}"},
        "involvedObject": {"kind": kind, "namespace": "here", "name": name},
        "message": message,
        "lastTimestamp": at,
    }


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcome, "QUIET_SECONDS", 0)
    monkeypatch.setattr("time.sleep", lambda seconds: None)


def outcome_of(*manifests: Manifest, applied: tuple[Applied, ...] = ()) -> Outcome:
    return settle(Memory(*manifests).api, applied)


def test_pods_belong_to_the_deployment_of_their_replica_set() -> None:
    found = outcome_of(
        controller("Deployment", "web", 1), replica_set("web-5", "web"), pod("a", ("ReplicaSet", "web-5"))
    )
    assert found.is_complete
    assert found.workloads == (WorkloadState(("here", "Deployment", "web"), 1, 1, {}),)


def test_a_pod_that_waits_is_told_with_the_schedulers_words() -> None:
    waiting = pod("a", ("StatefulSet", "db"), "Pending", WORDS)
    found = outcome_of(controller("StatefulSet", "db", 2), pod("b", ("StatefulSet", "db")), waiting)
    (state,) = found.waiting
    assert (state.running, state.waiting, state.missing) == (1, {WORDS: 1}, 0)
    assert not found.is_complete


def test_pods_of_a_statefulset_wait_behind_the_first() -> None:
    found = outcome_of(controller("StatefulSet", "db", 3), pod("a", ("StatefulSet", "db"), "Pending", WORDS))
    (state,) = found.waiting
    assert (state.behind, state.missing) == (2, 0)
    ((_, waiting, _),) = disagreements(found, [])
    assert waiting == 3


@pytest.mark.parametrize("late", [6, 29])
def test_a_pod_that_is_made_late_is_waited_for(late: int, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = 0.0
    there = Memory(controller("StatefulSet", "db", 1))

    def pass_by(by: float) -> None:
        nonlocal seconds
        seconds += by
        if seconds == late:
            there.apply(pod("a", ("StatefulSet", "db")))

    monkeypatch.setattr("time.sleep", pass_by)
    monkeypatch.setattr("time.monotonic", lambda: seconds)
    found = settle(there.api, ())
    assert found.is_complete
    assert found.seconds == late


def test_pods_that_were_never_made_are_told_with_the_last_refusal() -> None:
    found = outcome_of(
        controller("Deployment", "web", 1),
        replica_set("web-5", "web"),
        failed_create("ReplicaSet", "web-5", QUOTA, "2026-01-01T00:00:01Z"),
        failed_create("ReplicaSet", "web-5", LIMIT_RANGE),
    )
    assert found.refusals == (Refusal(("here", "Deployment", "web"), "quota", QUOTA),)
    assert not found.is_complete


def test_a_refusal_that_was_overcome_is_not_told() -> None:
    found = outcome_of(
        controller("StatefulSet", "db", 1), pod("a", ("StatefulSet", "db")), failed_create("StatefulSet", "db", QUOTA)
    )
    assert found.is_complete


def test_an_object_that_was_not_let_in_is_told() -> None:
    applied = Applied(controller("Deployment", "web", 1), None, Refused(403, "Forbidden", POLICY))
    found = outcome_of(applied=(applied,))
    assert found.refusals == (Refusal(("here", "Deployment", "web"), "Kyverno", POLICY),)
    assert not found.is_complete


@pytest.mark.parametrize(
    ("message", "by"),
    [(QUOTA, "quota"), (LIMIT_RANGE, "LimitRange"), (POLICY, "Kyverno"), ("spec.x: Required value", "API server")],
)
def test_who_refused_is_read_from_the_message(message: str, by: str) -> None:
    assert who_refused(Refused(403, "Forbidden", message)) == by


def test_the_planner_is_compared_with_what_is_the_case() -> None:
    workload = next(each for each in plan_of("prod").workloads if each.controller == "Deployment")
    key = (workload.namespace, "Deployment", workload.name)

    def found(waiting: dict[str, int]) -> Outcome:
        return Outcome((WorkloadState(key, 2, 0, waiting),), (), ())

    predicted = [Pending(workload, 2, NoPlace(7, ((Obstacle("resource", "memory"), 7),), None))]
    assert disagreements(found({WORDS: 2}), predicted) == []
    expected: list[Any] = [(key, 0, 2)]
    assert disagreements(found({}), predicted) == expected
    assert disagreements(found({WORDS: 1}), []) == [(key, 1, 0)]


def test_placing_takes_from_the_first_pod_made_to_the_last_one_placed() -> None:
    def placed(made: str, at: str) -> Manifest:
        found = pod("web", ("ReplicaSet", "web"))
        found["metadata"]["creationTimestamp"] = made
        found["status"]["conditions"] = [{"type": "PodScheduled", "status": "True", "lastTransitionTime": at}]
        return found

    pods = [
        placed("2026-01-01T00:00:59Z", "2026-01-01T00:01:01Z"),
        placed("2026-01-01T00:00:58Z", "2026-01-01T00:01:03Z"),
        placed("2026-01-01T00:00:59Z", "2026-01-01T00:01:00Z"),
        pod("waits", ("ReplicaSet", "web"), "Pending", WORDS),
    ]
    assert placing_seconds(pods) == 5
    assert placing_seconds(pods[3:]) == 0
