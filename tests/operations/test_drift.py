"""The lab compared with the cluster: the same, different, or not asked."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from observation import Observation
from observation.kinds import RESOURCE_OF
from observation.model import Kubelet
from operations.drift import Drift, drift
from plan.cluster.kubeadm import kubeadm_documents
from plan.model import Plan
from tests.plan.labs import plan_of

LAB = plan_of("small")


def live(plan: Plan) -> list[dict[str, Any]]:
    """The lab's objects as they are stated, and its nodes."""
    generated = [each for namespace in plan.namespaces for each in (namespace.limit_range, namespace.quota) if each]
    nodes = [{"kind": "Node", "metadata": {"name": use.node.name}} for use in plan.capacity.nodes]
    return [*deepcopy(list(plan.manifests)), *deepcopy(generated), *nodes]


def compare(objects: list[dict[str, Any]]) -> Drift:
    resources: dict[str, tuple[dict[str, Any], ...]] = {}
    for each in objects:
        key = RESOURCE_OF.get(each["kind"], f"{each['kind'].lower()}s.custom")
        resources[key] = (*resources.get(key, ()), each)
    return drift(LAB, Observation("test", datetime(2027, 1, 1, tzinfo=UTC), "clock", resources))


def test_a_cluster_as_the_lab_states_it_has_no_drift() -> None:
    found = compare(live(LAB))
    assert not found.missing
    assert not found.differing
    assert found.same
    assert {each.object.kind for each in found.not_asked} <= {"Secret", "KubeletConfiguration"}


def first(objects: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    return next(each for each in objects if each["kind"] == kind)


def scaled(objects: list[dict[str, Any]]) -> dict[str, Any]:
    """A workload whose replicas the lab states."""
    return next(each for each in objects if "replicas" in each.get("spec", {}) and each["kind"] != "Cluster")


def test_a_field_that_was_changed_is_named_with_both_values() -> None:
    objects = live(LAB)
    scaled(objects)["spec"]["replicas"] = 7
    (found,) = compare(objects).differing
    assert (".".join(found.path), found.live) == ("spec.replicas", 7)


def test_an_object_that_is_gone_is_missing() -> None:
    objects = live(LAB)
    gone = first(objects, "ResourceQuota")
    objects.remove(gone)
    assert [each.name for each in compare(objects).missing] == [gone["metadata"]["name"]]


def test_a_kind_that_was_not_read_is_not_asked() -> None:
    objects = [each for each in live(LAB) if each["kind"] != "Service"]
    found = compare(objects)
    assert "Service" in {each.object.kind for each in found.not_asked}
    assert "Service" not in {each.kind for each in found.missing}


def test_replicas_of_an_autoscaler_are_known() -> None:
    objects = live(LAB)
    target = scaled(objects)
    target["spec"]["replicas"] = 7
    name, namespace = target["metadata"]["name"], target["metadata"]["namespace"]
    spec = {"scaleTargetRef": {"kind": target["kind"], "name": name}}
    scaler = {"kind": "HorizontalPodAutoscaler", "metadata": {"name": name, "namespace": namespace}, "spec": spec}
    found = compare([*objects, scaler])
    assert not found.differing
    assert found.known[0].reason == "an autoscaler sets the replicas"


def test_nodes_are_compared_too() -> None:
    objects = live(LAB)
    first(objects, "Node")["metadata"]["name"] = "stranger"
    found = compare(objects)
    assert found.nodes_unknown == ("stranger",)
    assert found.nodes_missing == (LAB.capacity.nodes[0].node.name,)


def test_a_kubelet_that_lost_a_setting_differs_from_the_lab() -> None:
    stated = kubeadm_documents(LAB.lab)["kubelet-configuration.yaml"]
    first_node, *others = (use.node.name for use in LAB.capacity.nodes)
    objects = live(LAB)
    resources = {"nodes": tuple(each for each in objects if each["kind"] == "Node")}
    kubelets = {name: Kubelet({"kubeletconfig": stated}, None) for name in others}
    kubelets[first_node] = Kubelet({"kubeletconfig": {**stated, "systemReserved": {}}}, None)
    observed = Observation("test", datetime(2027, 1, 1, tzinfo=UTC), "clock", resources, kubelets=kubelets)
    found = [each for each in drift(LAB, observed).differing if each.key.kind == "KubeletConfiguration"]
    assert {(each.key.name, each.path[0]) for each in found} == {(first_node, "systemReserved")}


def test_a_kubelet_that_did_not_answer_is_not_asked() -> None:
    found = compare(live(LAB))
    assert "KubeletConfiguration" in {each.object.kind for each in found.not_asked}
