"""Hosts and secrets that are elsewhere than in the cluster."""

from tests.plan.every_key.lab import one
from tests.plan.labs import plan_of


def test_a_host_outside_of_the_cluster_is_a_service_that_leads_to_its_addresses() -> None:
    plan = plan_of("every_key")
    service, slices = one(plan, "Service", "attic"), one(plan, "EndpointSlice", "attic")
    assert "selector" not in service["spec"]
    assert slices["metadata"]["labels"]["kubernetes.io/service-name"] == "attic"
    assert [each["addresses"] for each in slices["endpoints"]] == [["192.168.1.5"], ["192.168.1.6"]]
    assert [each["name"] for each in slices["ports"]] == [each["name"] for each in service["spec"]["ports"]]
    assert service["spec"]["ports"][0]["targetPort"] == slices["ports"][0]["port"] == 8006


def test_the_ingress_controller_asks_a_host_with_a_certificate_of_its_own_by_https() -> None:
    plan = plan_of("every_key")
    annotations = one(plan, "Service", "attic")["metadata"]["annotations"]
    assert annotations["traefik.ingress.kubernetes.io/service.serversscheme"] == "https"
    assert annotations["traefik.ingress.kubernetes.io/service.serverstransport"] == "home-attic-attic@kubernetescrd"
    assert one(plan, "ServersTransport", "attic")["spec"] == {"insecureSkipVerify": True}


def test_a_route_to_a_host_outside_of_the_cluster_has_a_sign_in_like_any_other() -> None:
    route = one(plan_of("every_key"), "Ingress", "attic.every.example")
    chain = route["metadata"]["annotations"]["traefik.ingress.kubernetes.io/router.middlewares"]
    assert "forward-auth" in chain
    assert "lan-only" in chain
    assert route["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["port"] == {"number": 443}


def test_a_host_without_a_fixed_address_is_a_name() -> None:
    spec = one(plan_of("every_key"), "Service", "printer")["spec"]
    assert (spec["type"], spec["externalName"]) == ("ExternalName", "printer.every.example")
    assert spec["ports"] == [{"name": "http", "port": 80, "protocol": "TCP"}]


def test_an_external_secret_is_written_as_it_is_stated() -> None:
    spec = one(plan_of("every_key"), "ExternalSecret", "shelf-login")["spec"]
    assert spec["secretStoreRef"] == {"kind": "ClusterSecretStore", "name": "bitwarden"}
    assert spec["refreshInterval"] == "15m"
    assert spec["data"] == [
        {"secretKey": "password", "remoteRef": {"key": "shelf", "property": "password", "decodingStrategy": "Base64"}},
        {"secretKey": "token", "remoteRef": {"key": "4f2a"}},
    ]
    rewritten = [{"regexp": {"source": "(.*)", "target": "mail_$1"}}]
    assert spec["dataFrom"] == [{"extract": {"key": "mail"}, "rewrite": rewritten}]
    assert spec["target"]["template"] == {
        "type": "Opaque",
        "metadata": {
            "labels": {"cnpg.io/reload": "true"},
            "annotations": {"reflector.example/copied": "true"},
        },
        "mergePolicy": "Merge",
        "data": {"URL": "smtp://{{ .mail_user }}:{{ .password }}@mail.every.example"},
    }


def test_an_external_secret_may_be_of_a_store_of_the_namespace_and_make_a_secret_of_another_name() -> None:
    spec = one(plan_of("every_key"), "ExternalSecret", "shelf-registry")["spec"]
    assert spec["secretStoreRef"] == {"kind": "SecretStore", "name": "vault"}
    made = {"name": "shelf-pulls", "creationPolicy": "Orphan", "template": {"type": "kubernetes.io/dockerconfigjson"}}
    assert spec["target"] == made
