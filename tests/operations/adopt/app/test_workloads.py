"""Workloads that run, in the keys of the format."""

from typing import Any

from operations.adopt.app.containers import container_keys
from operations.adopt.app.pods import pod_keys
from operations.adopt.app.volumes import Mounted
from operations.adopt.app.workloads import workload_keys
from operations.adopt.cluster.objects import Key


def said(kind: str, spec: dict[str, Any], pod: dict[str, Any], **container: Any) -> dict[str, Any]:
    """A workload with one container in keys."""
    template = {"spec": {"containers": [{"name": "web", "image": "web:1", **container}], **pod}}
    runs = {"jobTemplate": {"spec": {"template": template, **spec.pop("runs", {})}}}
    manifest = {
        "kind": kind,
        "metadata": {"name": "web"},
        "spec": spec | (runs if kind == "CronJob" else {"template": template}),
    }
    return workload_keys(Key(kind, "home", "web"), manifest, None, Mounted({}, {}, {}), None)


def test_a_request_without_a_limit_is_said_as_it_is() -> None:
    found = said("Deployment", {}, {}, resources={"requests": {"cpu": "10m", "memory": "64Mi"}})
    assert (found["cpu"], found["memory"], found["memory_request"]) == ("10m", "unlimited", "64Mi")
    both = said("Deployment", {}, {}, resources={"requests": {"memory": "64Mi"}, "limits": {"memory": "64Mi"}})
    assert (both["memory"], both.get("memory_request")) == ("64Mi", None)


def test_what_pods_state_of_priority_tokens_and_links_is_under_adopt() -> None:
    pod = {
        "priorityClassName": "system-node-critical",
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
    }
    found = said("DaemonSet", {"revisionHistoryLimit": 0, "minReadySeconds": 5}, pod)
    adopt = {key: found["adopt"][key] for key in ("priority_class", "token", "service_links", "history")}
    assert adopt == {"priority_class": "system-node-critical", "token": False, "service_links": False, "history": 0}
    assert found["min_ready_seconds"] == 5
    assert not {"priority_class", "token", "service_links", "history"} & said("Deployment", {}, {})["adopt"].keys()


def test_runs_of_a_cronjob_say_their_zone_and_how_many_pods_they_have() -> None:
    spec = {"schedule": "0 3 * * *", "timeZone": "Europe/Berlin", "runs": {"completions": 3, "parallelism": 2}}
    job = said("CronJob", spec, {})["job"]
    assert job == {"completions": 3, "parallel": 2, "time_zone": "Europe/Berlin"}


def test_processes_that_containers_share_are_said() -> None:
    assert pod_keys({"shareProcessNamespace": True})["security"] == {"share_processes": True}


def test_a_request_before_the_end_says_that_it_is_by_https() -> None:
    asked = {"path": "/flush", "port": "admin", "scheme": "HTTPS"}
    found = container_keys({"image": "web:1", "lifecycle": {"preStop": {"httpGet": asked}}})
    assert found["pre_stop"] == {"http": "/flush", "port": "admin", "https": True}
