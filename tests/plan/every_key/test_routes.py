"""Keys of addresses, routes and streams, and what they become."""

from pathlib import Path

import pytest

from config.load import InvalidLab, load_lab
from plan import make_plan
from plan.model import Manifest
from tests.plan.every_key.lab import one
from tests.plan.labs import change, objects, plan_of


def test_an_address_that_two_services_state_is_shared() -> None:
    for name in ("door", "pods-outside"):
        found = next(each for each in objects(plan_of("every_key"), "Service") if is_at_address(each, name))
        assert found["metadata"]["annotations"]["lbipam.cilium.io/sharing-key"] == "10.99.0.10"
        assert found["spec"]["externalTrafficPolicy"] == "Cluster"


def is_at_address(service: Manifest, name: str) -> bool:
    return service["metadata"]["name"] == name and service["spec"]["type"] == "LoadBalancer"


@pytest.mark.parametrize(
    ("vendor", "annotations", "field"),
    [
        ("metallb", {"metallb.io/loadBalancerIPs": "10.99.0.11"}, None),
        ("cilium", {"lbipam.cilium.io/ips": "10.99.0.11"}, None),
        ("kube-vip", {"kube-vip.io/loadbalancerIPs": "10.99.0.11"}, None),
        ("other", {}, "10.99.0.11"),
    ],
)
def test_a_vendor_is_asked_in_its_own_words(
    folder: Path, vendor: str, annotations: dict[str, str], field: str | None
) -> None:
    change(
        folder,
        [
            {"file": "cluster.yaml", "old": "load_balancer: cilium", "new": f"load_balancer: {vendor}"},
            {"file": "services/door.yaml", "old": "10.99.0.10", "new": "10.99.0.11"},
        ],
    )
    (service,) = (each for each in objects(make_plan(load_lab(folder)), "Service") if is_at_address(each, "door"))
    assert service["metadata"].get("annotations", {}) == annotations
    assert service["spec"].get("loadBalancerIP") == field
    assert service["spec"]["externalTrafficPolicy"] == "Local"


def test_a_further_workload_has_an_address_of_its_own() -> None:
    found = {each["metadata"]["name"]: each["spec"] for each in objects(plan_of("every_key"), "Service")}
    assert found["pods-names-outside"]["type"] == "LoadBalancer"
    assert [each["name"] for each in found["pods-names-outside"]["ports"]] == ["dns"]
    assert found["pods-names"]["type"] == "ClusterIP"


def test_a_route_leads_through_several_gateways() -> None:
    route = one(plan_of("every_key"), "HTTPRoute", "routes-both.every.example")
    assert [each["name"] for each in route["spec"]["parentRefs"]] == ["envoy-outside", "envoy-inside"]


def test_an_address_is_in_one_of_the_pools(folder: Path) -> None:
    change(folder, [{"file": "services/door.yaml", "old": "10.99.0.10", "new": "10.98.0.10"}])
    with pytest.raises(InvalidLab, match=r"10\.98\.0\.10 is outside the load balancer's pools, 192\.168\.1\.200 to"):
        load_lab(folder)


def test_a_class_of_load_balancers_chooses_the_address_of_the_ports_that_are_published() -> None:
    spec = one(plan_of("every_key"), "Service", "routes-outside")["spec"]
    assert (spec["type"], spec["loadBalancerClass"], spec["externalTrafficPolicy"]) == (
        "LoadBalancer",
        "tailscale",
        "Cluster",
    )
    assert [each["name"] for each in spec["ports"]] == ["admin"]
    inside = one(plan_of("every_key"), "Service", "routes")["spec"]
    assert "loadBalancerClass" not in inside
    assert inside["ipFamilies"] == ["IPv4", "IPv6"]


def test_pods_of_a_cluster_with_two_families_reach_the_outside_by_both() -> None:
    policy = next(
        each
        for each in objects(plan_of("every_key"), "NetworkPolicy")
        if (each["metadata"]["namespace"], each["metadata"]["name"]) == ("home-routes", "default")
    )
    blocks = [each["ipBlock"] for each in policy["spec"]["egress"][0]["to"] if "ipBlock" in each]
    assert [each["cidr"] for each in blocks] == ["0.0.0.0/0", "::/0"]
    assert blocks[1]["except"] == ["fd00:10::/56"]


def test_streams_come_in_at_entry_points_of_traefik() -> None:
    plan = plan_of("every_key")
    tcp = one(plan, "IngressRouteTCP", "routes-admin")["spec"]
    assert tcp == {
        "entryPoints": ["admin"],
        "routes": [{"match": "HostSNI(`*`)", "services": [{"name": "routes", "port": 9000}]}],
    }
    udp = one(plan, "IngressRouteUDP", "routes-syslog")["spec"]
    assert udp == {"entryPoints": ["syslog"], "routes": [{"services": [{"name": "routes", "port": 514}]}]}
    passed = one(plan, "IngressRouteTCP", "routes-passed-admin-every-example")["spec"]
    assert passed["routes"][0]["match"] == "HostSNI(`admin.every.example`)"
    assert passed["tls"] == {"passthrough": True}
    ended = one(plan, "IngressRouteTCP", "routes-passed-ended-every-example")["spec"]
    assert ended["tls"] == {"secretName": "routes-tls"}


@pytest.mark.parametrize(
    ("kind", "name", "port"),
    [
        ("TCPRoute", "routes-inside-admin", 9000),
        ("UDPRoute", "routes-inside-syslog", 514),
        ("TLSRoute", "routes-inside-passed-admin-every-example", 9000),
    ],
)
def test_streams_come_in_at_listeners_of_a_gateway(kind: str, name: str, port: int) -> None:
    spec = one(plan_of("every_key"), kind, name)["spec"]
    assert spec["parentRefs"][0]["name"] == "envoy-inside"
    assert spec["rules"] == [{"backendRefs": [{"name": "routes", "port": port}]}]
    assert ("hostnames" in spec) == (kind == "TLSRoute")


def test_a_route_has_several_hosts_and_paths() -> None:
    plan = plan_of("every_key")
    ingress = one(plan, "Ingress", "routes.every.example-admin")["spec"]
    hosts = ["routes.every.example", "ways.every.example", "routes.other.example"]
    assert [each["host"] for each in ingress["rules"]] == hosts == ingress["tls"][0]["hosts"]
    paths = [(each["path"], each["pathType"]) for each in ingress["rules"][1]["http"]["paths"]]
    assert paths == [("/admin", "Exact"), ("/manage", "Exact")]
    http = one(plan, "HTTPRoute", "routes-inside.every.example")["spec"]
    assert http["hostnames"] == ["routes-inside.every.example", "ways-inside.every.example"]
    assert [each["path"]["value"] for each in http["rules"][0]["matches"]] == ["/", "/too"]
    assert http["rules"][0]["timeouts"] == {"request": "90s"}


def test_network_policies_let_streams_in() -> None:
    policy = one(plan_of("every_key"), "NetworkPolicy", "to-routes")
    ports = {each["port"] for rule in policy["spec"]["ingress"] for each in rule.get("ports", ())}
    assert {9000, 514} <= {port for port in ports if isinstance(port, int)}
