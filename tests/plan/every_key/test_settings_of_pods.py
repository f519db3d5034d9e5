"""Settings of pods and controllers that few services need."""

from pathlib import Path
from typing import Any

import pytest

from config.load import InvalidLab, load_lab
from plan import make_plan
from plan.model import Workload
from plan.tiers.objects import SYSTEM_CRITICAL_PRIORITY
from tests.plan.labs import change, objects, plan_of

PODS, DOOR, ROUTES = (f"services/{name}.yaml" for name in ("pods", "door", "routes"))


def spec(kind: str, name: str) -> dict[str, Any]:
    """A controller of the lab with every key."""
    (found,) = (each for each in objects(plan_of("every_key"), kind) if each["metadata"]["name"] == name)
    return found["spec"]


def containers(field: str) -> list[dict[str, Any]]:
    """Containers of the pod with containers of each sort."""
    return spec("Deployment", "pods")["template"]["spec"][field]


def workload(name: str) -> Workload:
    """A workload of the lab with every key, as it is planned."""
    (found,) = (each for each in plan_of("every_key").workloads if each.name == name)
    return found


def test_a_port_of_the_node_is_taken_by_one_pod_of_it() -> None:
    (container,) = spec("Deployment", "routes")["template"]["spec"]["containers"]
    assert [each.get("hostPort") for each in container["ports"]] == [None, 9100, None, None]
    assert ("TCP", 9100) in workload("routes").pod.constraints.host_ports


def test_pods_that_stay_as_they_are_keep_their_priority_and_are_planned_with_it() -> None:
    kept = spec("Deployment", "kept-web")
    assert kept["template"]["spec"]["priorityClassName"] == "system-cluster-critical"
    assert kept["template"]["spec"]["automountServiceAccountToken"] is False
    assert kept["template"]["spec"]["enableServiceLinks"] is True
    assert kept["revisionHistoryLimit"] == 5
    assert workload("kept-web").pod.priority == SYSTEM_CRITICAL_PRIORITY
    assert "priorityClassName" not in spec("Deployment", "kept-api")["template"]["spec"]


def test_a_pod_bound_to_a_node_is_planned_there_and_selects_nothing() -> None:
    pod = spec("CronJob", "pods-nightly")["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["nodeName"] == "two"
    assert "nodeSelector" not in pod
    assert workload("pods-nightly").pod.node_selector == {"kubernetes.io/hostname": "two"}
    assert spec("CronJob", "pods-nightly")["timeZone"] == "Europe/Berlin"


def test_a_job_is_counted_with_the_pods_that_it_runs_at_once() -> None:
    assert (spec("Job", "pods-once")["completions"], spec("Job", "pods-once")["parallelism"]) == (4, 2)
    assert workload("pods-once").replicas == 2


def test_a_container_is_asked_by_https_when_it_has_started() -> None:
    (vpn,) = (
        each for each in spec("Deployment", "pods")["template"]["spec"]["initContainers"] if each["name"] == "vpn"
    )
    assert vpn["lifecycle"]["postStart"]["httpGet"] == {"path": "/connected", "port": "control", "scheme": "HTTPS"}
    assert spec("Deployment", "pods")["template"]["spec"]["shareProcessNamespace"] is True
    assert spec("Deployment", "pods")["minReadySeconds"] == 5


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (DOOR, "{http: 4180}", "{http: {number: 4180, host: 80}}", "needs the exception host-access"),
        (PODS, "Europe/Berlin", "Europe/Berln", "unknown time zone 'Europe/Berln'"),
        (
            PODS,
            "completions: 4, parallel: 2",
            "time_zone: Europe/Berlin",
            "only a cronjob has a schedule",
        ),
        (ROUTES, "host: 9100", "host: 91000", "host: 91000 is not a port"),
        (PODS, "https: true}", "https: maybe}", "https: 'maybe' is not true or false"),
        (
            DOOR,
            "publish: [http]",
            "publish: [http]\nadopt: {token: true}",
            "is of pods that stay",
        ),
        (
            PODS,
            "    args: [migrate]",
            "    args: [migrate]\n    min_ready_seconds: 5",
            "a job has",
        ),
    ],
)
def test_a_mistake_about_them_is_answered(folder: Path, file: str, old: str, new: str, says: str) -> None:
    change(folder, [{"file": file, "old": old, "new": new}])
    with pytest.raises(InvalidLab) as refused:
        load_lab(folder)
    assert says in str(refused.value)


def test_two_pods_that_want_one_port_of_a_node_never_share_it(folder: Path) -> None:
    taking = "replicas: 9\nexceptions: {host-access: It is asked at the node}\nports: {http: {number: 4180, host: 80}}"
    change(folder, [{"file": DOOR, "old": "ports: {http: 4180}", "new": taking}])
    plan = make_plan(load_lab(folder))
    (pending,) = (each for each in plan.capacity.pending if each.workload.name == "door")
    assert "free ports" in str(pending.reason)
