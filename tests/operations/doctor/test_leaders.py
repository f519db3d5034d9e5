"""The scheduler and the controller manager, by the leases of their leaders."""

import pytest

from tests.operations.doctor.cluster import Cluster, healthy, hours, loud, minutes, only


def _leases(leader: str, ago: str) -> Cluster:
    cluster = healthy()
    cluster.add("Lease", leader, "kube-system", apiVersion="coordination.k8s.io/v1", spec={"renewTime": ago})
    for node in ("control", "worker-a", "worker-b"):
        spec = {"renewTime": minutes(0.1)}
        cluster.add("Lease", node, "kube-node-lease", apiVersion="coordination.k8s.io/v1", spec=spec)
    return cluster


@pytest.mark.parametrize("leader", ["kube-scheduler", "kube-controller-manager"])
def test_a_leader_that_no_longer_renews_its_lease_is_named(leader: str) -> None:
    finding = only(_leases(leader, hours(6)))
    assert (finding.code, leader in finding.message) == ("LEADER-SILENT", True)


def test_a_leader_that_renews_is_fine() -> None:
    assert loud(_leases("kube-scheduler", minutes(0.1)).diagnose()) == []


def test_an_old_lease_is_fine_while_new_pods_are_made() -> None:
    cluster = _leases("kube-scheduler", hours(6))
    cluster.get("Pod", "web")["metadata"]["creationTimestamp"] = hours(1)
    assert loud(cluster.diagnose()) == []


def test_a_dump_of_which_all_is_old_is_not_judged() -> None:
    cluster = _leases("kube-scheduler", hours(6))
    for each in cluster.objects:
        if each["kind"] == "Lease":
            each["spec"]["renewTime"] = hours(6)
        for condition in each.get("status", {}).get("conditions", ()):
            condition.pop("lastHeartbeatTime", None)
    assert [each.code for each in cluster.diagnose() if each.code == "LEADER-SILENT"] == []
