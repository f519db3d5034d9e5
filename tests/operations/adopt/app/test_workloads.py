"""Workloads that run, in the keys of the format."""

from typing import Any

from operations.adopt.app.containers import container_keys
from operations.adopt.app.pods import pod_keys
from operations.adopt.app.ports import reached, stated_ports
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
    assert (both["memory"], both["memory_request"]) == ("64Mi", "64Mi")


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


def test_what_a_statefulset_says_of_its_claims_and_of_a_change_is_said() -> None:
    spec = {
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Delete", "whenScaled": "Retain"},
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 2, "maxUnavailable": 1}},
    }
    found = said("StatefulSet", spec, {})
    assert found["claim_retention"] == {"deleted": "Delete", "scaled": "Retain"}
    assert (found["adopt"]["partition"], found["adopt"]["unavailable"]) == (2, 1)


def test_devices_that_are_requests_too_are_said() -> None:
    limits = {"cpu": "1", "memory": "64Mi", "gpu.intel.com/i915": "1"}
    found = said("Deployment", {}, {}, resources={"limits": limits, "requests": {"gpu.intel.com/i915": "1"}})
    assert (found["devices"], found["adopt"]["device_requests"]) == ({"gpu.intel.com/i915": 1}, True)
    assert "device_requests" not in said("Deployment", {}, {}, resources={"limits": limits})["adopt"]


def test_profiles_and_policies_of_rights_are_said() -> None:
    security = {"supplementalGroupsPolicy": "Strict", "seLinuxChangePolicy": "Recursive"}
    assert pod_keys({"securityContext": security})["security"] == {
        "groups_policy": "Strict",
        "selinux_change": "Recursive",
    }
    profile = {"appArmorProfile": {"type": "Localhost", "localhostProfile": "web"}}
    assert container_keys({"image": "web:1", "securityContext": profile})["app_armor"] == "Localhost/web"


def test_ports_that_no_service_has_are_said() -> None:
    ports = [{"name": "http", "containerPort": 80}, {"name": "gossip", "containerPort": 7946, "protocol": "UDP"}]
    found = said("Deployment", {}, {}, ports=ports, livenessProbe={"httpGet": {"path": "/", "port": "http"}})
    assert found["ports"] == {
        "http": {"number": 80, "service": False},
        "gossip": {"number": "7946/udp", "service": False},
    }
    assert found["probes"] == {"liveness": {"http": "/"}}
    assert "ports" not in said("Deployment", {}, {}, ports=[{"containerPort": 80}])


def test_disk_that_a_container_asks_for_is_said() -> None:
    disk = {"requests": {"ephemeral-storage": "1Gi"}, "limits": {"ephemeral-storage": "2G"}}
    found = said("Deployment", {}, {}, resources=disk)
    assert (found["ephemeral_storage_request"], found["ephemeral_storage"]) == ("1Gi", "2G")
    assert found["unsized"] is True


def test_ports_are_in_the_order_of_their_container_between_those_that_no_service_has() -> None:
    names = {"portal": 8843, "web": 8080, "stun": 3478, "talk": 6789}
    ports = [{"name": name, "containerPort": port} for name, port in names.items()]
    container = {"name": "main", "ports": ports}
    spec = {"ports": [{"name": "web", "port": 8080}, {"name": "talk", "port": 6789}]}
    found = reached(Key("Service", "home", "web"), {"spec": spec}, {"containers": [container]})
    assert found is not None
    assert found.stated == "named"
    assert list(stated_ports(container, found)) == ["portal", "web", "stun", "talk"]
    spec["ports"].reverse()
    found = reached(Key("Service", "home", "web"), {"spec": spec}, {"containers": [container]})
    assert found is not None
    assert (found.stated, list(stated_ports(container, found))) == ("none", ["talk", "web"])
