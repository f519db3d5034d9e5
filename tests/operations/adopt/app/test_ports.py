"""Kubernetes Services that run, as ports of containers."""

from typing import Any

import pytest

from operations.adopt.app.ports import further_services, reached, service_of
from operations.adopt.cluster.objects import Key

KEY = Key("Service", "home", "web")


def of(ports: list[dict[str, Any]], *containers: dict[str, Any], **more: Any) -> Any:
    """How a workload is reached whose Service has these ports."""
    return reached(KEY, {"spec": {"ports": ports, **more}}, {"containers": list(containers)})


def container(*ports: dict[str, Any], name: str = "main") -> dict[str, Any]:
    return {"name": name, "ports": list(ports)}


def test_ports_with_names_are_said_by_them() -> None:
    found = of([{"name": "http", "port": 80, "targetPort": "http"}], container({"name": "http", "containerPort": 8080}))
    assert found.ports == {"main": {"http": {"number": 8080, "service": 80}}}
    assert (found.stated, found.adopted) == ("named", {"service": "web", "target": "name"})


def test_a_port_that_its_service_calls_otherwise_says_both_names() -> None:
    declared = container({"name": "http", "containerPort": 7878})
    found = of([{"name": "web", "port": 80, "targetPort": "http"}], declared)
    assert found.ports == {"main": {"http": {"number": 7878, "service": 80, "service_name": "web"}}}
    assert (found.stated, found.at) == ("named", {"http": 80})
    twice = of([{"name": "web", "port": 80, "targetPort": "http"}, {"name": "old", "port": 7878}], declared)
    assert twice.ports["main"].keys() == {"web", "old"}


def test_ports_without_names_and_ports_that_no_container_states_are_told_apart() -> None:
    unnamed = of([{"port": 53, "protocol": "UDP"}], container({"containerPort": 53, "protocol": "UDP"}))
    assert unnamed.ports == {"main": {"udp": "53/udp"}}
    assert unnamed.adopted == {"service": "web", "ports": "unnamed", "unnamed_port": True}
    nowhere = of([{"name": "http", "port": 80, "nodePort": 30080}], container(), type="NodePort")
    assert nowhere.ports == {"main": {"http": {"number": 80, "node": 30080}}}
    assert nowhere.stated == "none"


@pytest.mark.parametrize("more", [{}, {"sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 10800}}}])
def test_clients_that_stay_do_so_for_the_time_of_kubernetes(more: Any) -> None:
    found = of([{"name": "http", "port": 80}], container(), sessionAffinity="ClientIP", **more)
    assert found.keys == {"session_affinity_seconds": 10800}


def test_ports_of_sidecars_are_theirs() -> None:
    sidecar = container({"name": "metrics", "containerPort": 9090}, name="exporter")
    ports = [{"name": "http", "port": 80}, {"name": "metrics", "port": 9090}]
    found = of(ports, container({"name": "http", "containerPort": 80}), sidecar)
    assert found.ports == {"main": {"http": 80}, "exporter": {"metrics": 9090}}
    assert found.at == {"http": 80, "metrics": 9090}


@pytest.mark.parametrize(
    ("ports", "more"),
    [
        ([{"name": "http", "port": 80}], {"type": "ExternalName"}),
        ([{"name": "s", "port": 80, "protocol": "SCTP"}], {}),
        ([{"name": "http", "port": 80, "targetPort": "elsewhere"}], {}),
        ([], {}),
    ],
)
def test_a_service_that_the_format_cannot_say_stays_an_object(ports: list[dict[str, Any]], more: Any) -> None:
    assert of(ports, container({"name": "http", "containerPort": 80}), **more) is None


def test_the_service_of_a_statefulset_is_the_one_that_it_names() -> None:
    services = {
        Key("Service", "home", name): {"spec": {"selector": {"app": "db"}}} for name in ("db", "db-headless")
    } | {Key("Service", "home", "other"): {"spec": {"selector": {"app": "x"}}}}
    labels = {"app": "db", "more": "1"}
    chosen = service_of(Key("StatefulSet", "home", "db"), {"spec": {"serviceName": "db-headless"}}, labels, services)
    assert chosen == Key("Service", "home", "db-headless")
    assert service_of(Key("Deployment", "home", "db"), {}, labels, services) == Key("Service", "home", "db")
    assert service_of(Key("Deployment", "home", "lone"), {}, {"app": "y"}, services) is None


def test_ports_of_which_a_container_states_only_some_are_not_stated_by_the_program() -> None:
    ports = [{"name": "web", "port": 80}, {"name": "udp", "port": 80, "protocol": "UDP"}]
    assert of(ports, container({"name": "web", "containerPort": 80})).stated == "none"


def test_ports_that_a_container_states_behind_others_are_stated_if_they_have_names() -> None:
    states = container({"name": "admin", "containerPort": 8080}, {"name": "http", "containerPort": 80})
    assert of([{"name": "http", "port": 80}], states).stated == "named"
    nameless = container({"containerPort": 8080}, {"containerPort": 80})
    assert of([{"name": "http", "port": 80}], nameless).stated == "none"
    both = [{"name": "admin", "port": 8080}, {"name": "http", "port": 80}]
    assert of(both, states).stated == "named"


def test_ports_at_a_load_balancer_are_said_without_those_of_nodes() -> None:
    found = of([{"name": "http", "port": 80}], container({"name": "http", "containerPort": 80}), type="LoadBalancer")
    assert found.ports == {"main": {"http": 80}}


def test_further_services_of_the_same_pods_are_said_by_their_names() -> None:
    def selecting(ports: list[dict[str, Any]], **spec: Any) -> Any:
        return {"metadata": {"labels": {"team": "media"}}, "spec": {"selector": {"app": "tv"}, "ports": ports, **spec}}

    services = {
        Key("Service", "home", "tv-headless"): selecting([{"port": 80}], clusterIP="None"),
        Key("Service", "home", "tv-lan"): selecting([{"name": "dlna", "port": 1900, "protocol": "UDP"}]),
        Key("Service", "home", "away"): selecting([{"port": 80}], type="ExternalName"),
    }
    pod = {"containers": [container({"name": "http", "containerPort": 80})]}
    found = further_services({"app": "tv", "role": "main"}, {"app": "tv", "role": "main"}, services, pod)
    assert [each.service.name for each in found] == ["tv-headless", "tv-lan"]
    headless, lan = (each.said for each in found)
    assert headless == {
        "ports": {"http": 80},
        "selector": {"app": "tv"},
        "headless": True,
        "unnamed_port": True,
        "labels": {"team": "media"},
    }
    assert lan["ports"] == {"dlna": "1900/udp"}


def test_who_may_ask_and_ports_of_the_nodes_are_options() -> None:
    declared = container({"name": "http", "containerPort": 80})
    more = {
        "type": "LoadBalancer",
        "loadBalancerSourceRanges": ["10.0.0.0/8"],
        "allocateLoadBalancerNodePorts": False,
        "trafficDistribution": "PreferClose",
    }
    found = of([{"name": "http", "port": 80, "targetPort": "http"}], declared, **more)
    assert found.keys["service_options"] == {
        "distribution": "PreferClose",
        "source_ranges": ["10.0.0.0/8"],
        "node_ports": False,
    }
