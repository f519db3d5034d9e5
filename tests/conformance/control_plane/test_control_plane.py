"""The control plane is what a lab's own one would be: its version, its nodes, its storage, its Kyverno."""

from collections import Counter
from typing import Any

import pytest

from plan.cluster.nodes import plan_nodes
from plan.model import Manifest, Node
from plan.model.resources import written
from plan.workloads.storage_classes import storage_classes
from rehearsal.control_plane import Api, ControlPlane
from rehearsal.control_plane.nodes import is_ready
from rehearsal.control_plane.volumes import attached_volumes
from rehearsal.outcome import unschedulable
from tests.conformance.kyverno.cluster import namespace
from tests.conformance.waiting import eventually
from tests.plan.labs import plan_of

PLAN = plan_of("prod")


def pod(name: str, where: str, claim: str | None = None, **spec: Any) -> Manifest:
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}] if claim else []
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": where},
        "spec": {"containers": [{"name": "main", "image": "stand-in"}], "volumes": volumes, **spec},
    }


def claim(name: str, where: str) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": where},
        "spec": {
            "storageClassName": "proxmox-lvm",
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }


def phases(api: Api, where: str) -> Counter[str]:
    return Counter(each["status"]["phase"] for each in api.list("v1", "Pod", where))


def test_it_is_the_version_of_the_lab(api: Api) -> None:
    assert api.version == PLAN.lab.cluster.kubernetes_version


@pytest.mark.parametrize("node", plan_nodes(PLAN.lab), ids=lambda node: node.name)
def test_a_node_is_ready_and_as_large_as_planned(api: Api, node: Node) -> None:
    found = api.get("v1", "Node", node.name) or {}
    assert is_ready(found)
    assert found["status"]["allocatable"] == written(node.allocatable)
    assert {each["key"] for each in found["spec"].get("taints", ())} == set(node.taints)


def test_volume_slots_run_out(api: Api) -> None:
    """28 volumes on one node, and the scheduler's own words for the 29th."""
    api.apply_all(list(storage_classes(PLAN.lab)))
    name = "k8s-node3"
    before = attached_volumes(api).get(name, 0)
    with namespace(api, "slots", numbered=False) as where:
        numbers = range(29 - before)
        api.apply_all([claim(f"data-{number}", where) for number in numbers])
        selector = {"kubernetes.io/hostname": name}
        api.apply_all([pod(f"pod-{number}", where, f"data-{number}", nodeSelector=selector) for number in numbers])
        assert eventually(lambda: phases(api, where) == {"Running": 28 - before, "Pending": 1})
        (waiting,) = api.list("v1", "Pod", where, fields="status.phase=Pending")
        assert eventually(lambda: attached_volumes(api).get(name) == 28)
    words = unschedulable(waiting) or ""
    assert "1 node(s) exceed max volume count" in words


def test_a_volume_follows_its_pod_to_another_node(api: Api) -> None:
    api.apply_all(list(storage_classes(PLAN.lab)))
    with namespace(api, "follows", numbered=False) as where:
        api.apply(claim("data", where))
        for name in ("k8s-node4", "k8s-node5"):
            made = pod("app", where, "data", nodeSelector={"kubernetes.io/hostname": name})
            api.apply(made)
            assert eventually(lambda: phases(api, where) == {"Running": 1})
            assert eventually(lambda name=name: attached_volumes(api).get(name) == 1)
            api.delete(made, now=True)


def test_kyverno_has_the_rights_of_its_chart_and_no_others(running: ControlPlane) -> None:
    """Among them the one that the lab adds: to label namespaces that exist."""
    account = "system:serviceaccount:1-cluster-kyverno:kyverno-background-controller"

    def may(verb: str, resource: str) -> bool:
        asked = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "metadata": {},
            "spec": {"user": account, "resourceAttributes": {"verb": verb, "resource": resource}},
        }
        return running.api.create(asked)["status"]["allowed"]

    assert may("update", "namespaces")
    assert not may("delete", "nodes")
