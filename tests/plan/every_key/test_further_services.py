"""Kubernetes Services of a workload beside the one that its ports make."""

from typing import Any

from plan.model import Manifest
from tests.plan.labs import objects, plan_of


def spec(name: str) -> dict[str, Any]:
    """A Kubernetes Service of the lab with every key."""
    return service(name)["spec"]


def service(name: str) -> Manifest:
    """A Kubernetes Service of the lab with every key."""
    (found,) = (each for each in objects(plan_of("every_key"), "Service") if each["metadata"]["name"] == name)
    return found


def test_each_leads_to_the_pods_of_its_workload_in_its_own_way() -> None:
    own = spec("pods")["selector"]
    assert {name: spec(name)["type"] for name in ("pods-all", "pods-lan", "pods-nodes")} == {
        "pods-all": "ClusterIP",
        "pods-lan": "LoadBalancer",
        "pods-nodes": "NodePort",
    }
    assert all(spec(name)["selector"] == own for name in ("pods-all", "pods-lan", "pods-nodes"))
    assert spec("pods-all")["clusterIP"] == "None"
    assert "clusterIP" not in spec("pods-lan")


def test_a_port_of_the_workload_is_led_to_by_its_name_and_another_one_by_its_number() -> None:
    assert spec("pods-all")["ports"][0]["targetPort"] == "http"
    assert spec("pods-lan")["ports"] == [{"name": "stream", "port": 5000, "targetPort": 5000, "protocol": "UDP"}]


def test_one_of_a_workload_that_stays_as_it_is_has_nothing_by_convention() -> None:
    assert service("kept-all") == {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "kept-all", "namespace": "kept"},
        "spec": {
            "type": "ClusterIP",
            "selector": {"app": "kept"},
            "ports": [{"port": 8080, "protocol": "TCP"}],
            "clusterIP": "None",
        },
    }
