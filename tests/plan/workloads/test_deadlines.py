"""Seconds that an `up` waits for objects of each kind."""

from typing import Any

import pytest

from plan.workloads.deadlines import EVERY_NODE, FIRST_TO_SAY, PLACED, PROGRESS, deadline
from tests.plan.labs import plan_of


def manifest(kind: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "it"}, "spec": spec}


def with_startup(**probe: int) -> dict[str, Any]:
    return {"spec": {"containers": [{"name": "main", "startupProbe": probe}, {"name": "beside"}]}}


def test_a_deployment_has_its_own_progress_deadline_and_time_to_say_that_it_is_over() -> None:
    assert deadline(manifest("Deployment")) == PROGRESS + FIRST_TO_SAY
    assert deadline(manifest("Deployment", progressDeadlineSeconds=1800)) == 1800 + FIRST_TO_SAY


@pytest.mark.parametrize(("spec", "pods"), [({"replicas": 3}, 3), ({}, 1), ({"replicas": 0}, 1)])
def test_pods_of_a_statefulset_start_one_after_the_other(spec: dict[str, int], pods: int) -> None:
    template = with_startup(failureThreshold=60, periodSeconds=10, initialDelaySeconds=5)
    assert deadline(manifest("StatefulSet", template=template, **spec)) == pods * (PLACED + 605) + FIRST_TO_SAY
    at_once = manifest("StatefulSet", template=template, podManagementPolicy="Parallel", **spec)
    assert deadline(at_once) == PLACED + 605 + FIRST_TO_SAY


def test_a_daemonset_goes_from_node_to_node_and_a_job_states_its_own() -> None:
    assert deadline(manifest("DaemonSet")) == EVERY_NODE
    assert deadline(manifest("Job", activeDeadlineSeconds=60)) == 60 + FIRST_TO_SAY
    assert deadline(manifest("Job")) is None


def test_kinds_that_are_ready_once_they_are_stored_have_none() -> None:
    kinds = {each["kind"] for each in plan_of("every_kind").manifests if deadline(each) is None}
    assert {"ConfigMap", "Namespace", "PersistentVolumeClaim", "Cluster", "CronJob"} <= kinds
