"""Routes that exist, as exposures."""

from typing import Any

import pytest

from config.ingress import Gateway
from operations.adopt.app.exposing import Answering
from operations.adopt.app.routes import route_keys
from operations.adopt.cluster.objects import Key

ANSWERS = {("web", 80): Answering(None, None), ("api", 8080): Answering("api", "rest")}
GATEWAYS = {"outside": Gateway(name="main", namespace="network", listener="https")}
TLS = [{"hosts": ["web.lab.example"], "secretName": "web-tls"}]


def ingress(host: str = "web.lab.example", service: str = "web", port: Any = 80, **more: Any) -> dict[str, Any]:
    path = {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": service, "port": {"number": port}}}}
    rules = [{"host": host, "http": {"paths": [path]}}]
    return {"metadata": {"name": "web"}, "spec": {"ingressClassName": "nginx", "rules": rules, **more}}


def said(kind: str, manifest: dict[str, Any]) -> dict[str, Any] | None:
    found = route_keys({Key(kind, "home", "web"): manifest}, ANSWERS, "lab.example", GATEWAYS)
    return dict(found[0].exposures[0]) if found else None


def test_an_ingress_says_its_class_and_that_the_program_keeps_nobody_out() -> None:
    assert said("Ingress", ingress(tls=TLS)) == {
        "host": "web",
        "route": "web",
        "ingress_class": "nginx",
        "auth": "app",
        "reach": "internet",
        "certificate": "web-tls",
    }


def test_a_further_workload_that_answers_is_named_and_a_host_elsewhere_is_whole() -> None:
    found = said("Ingress", ingress("api.other.example", "api", 8080))
    assert found is not None
    assert (found["host"], found["workload"], found["port"]) == ("api.other.example", "api", "rest")
    assert found["tls"] is False


@pytest.mark.parametrize(
    "manifest",
    [
        ingress("*.lab.example"),
        ingress(defaultBackend={"service": {"name": "web"}}),
        ingress(tls=[{"hosts": ["another.lab.example"]}]),
        ingress(ingressClassName=None),
    ],
    ids=["every host", "a default", "a certificate of another host", "no class"],
)
def test_an_ingress_that_the_format_cannot_say_stays_an_object(manifest: dict[str, Any]) -> None:
    assert said("Ingress", manifest) is None


def test_a_service_of_others_that_answers_is_named_by_its_port_or_the_name_of_it() -> None:
    found = said("Ingress", ingress(service="elsewhere"))
    assert found is not None
    assert found["backends"] == [{"service": "elsewhere", "port": 80}]
    route = ingress()
    path = route["spec"]["rules"][0]["http"]["paths"][0]
    path |= {"pathType": "ImplementationSpecific", "backend": {"service": {"name": "web", "port": {"name": "http"}}}}
    found = said("Ingress", route)
    assert found is not None
    assert (found["backends"], found["controller_paths"]) == ([{"service": "web", "port": "http"}], True)


def through(rule: dict[str, Any]) -> dict[str, Any] | None:
    """A route of a Gateway with one rule, in keys of its own."""
    parents = [{"name": "main", "namespace": "network", "sectionName": "https"}]
    spec = {"parentRefs": parents, "hostnames": ["web.lab.example"], "rules": [rule]}
    found = said("HTTPRoute", {"metadata": {"name": "web"}, "spec": spec})
    return found and {
        key: each for key, each in found.items() if key not in ("host", "route", "gateway", "auth", "reach")
    }


def test_services_that_share_requests_have_weights_and_an_attempt_its_own_time() -> None:
    shared = [{"name": "web", "port": 80, "weight": 9}, {"name": "green", "port": 80, "namespace": "next"}]
    assert through({"backendRefs": shared, "timeouts": {"request": "60s", "backendRequest": "20s"}}) == {
        "backends": [
            {"service": "web", "port": 80, "weight": 9},
            {"service": "green", "port": 80, "namespace": "next"},
        ],
        "timeout_seconds": 60,
        "backend_timeout_seconds": 20,
    }
    assert through({"backendRefs": [{"name": "web", "port": 80}], "timeouts": {"request": "0s"}}) == {
        "timeout_seconds": 0
    }
    assert through({"backendRefs": [{"name": "web", "port": 80}], "timeouts": {"request": "1m"}}) is None
    assert through({"backendRefs": [{"name": "web", "kind": "ServiceImport", "port": 80}]}) is None


def test_a_redirect_has_nobody_who_answers() -> None:
    redirect = {"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 301}}
    assert through({"filters": [redirect]}) == {"filters": [redirect]}
    assert through({"filters": [{"type": "URLRewrite", "urlRewrite": {"hostname": "a"}}]}) is None


def test_what_traefik_serves_itself_is_said() -> None:
    own = {"name": "api@internal", "kind": "TraefikService"}
    rule = {"kind": "Rule", "match": "Host(`web.lab.example`)", "services": [own]}
    spec = {"entryPoints": ["websecure"], "routes": [rule], "tls": {}}
    found = said("IngressRoute", {"apiVersion": "traefik.io/v1alpha1", "metadata": {"name": "web"}, "spec": spec})
    assert found is not None
    assert found["backends"] == [{"service": "api@internal", "kind": "TraefikService"}]


def test_a_route_of_a_gateway_names_it() -> None:
    rule = {
        "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
        "backendRefs": [{"name": "api", "port": 8080}],
    }
    parents = [{"name": "main", "namespace": "network", "sectionName": "https"}]
    spec = {"parentRefs": parents, "hostnames": ["web.lab.example"], "rules": [rule]}
    found = said("HTTPRoute", {"metadata": {"name": "web"}, "spec": spec})
    assert found == {
        "host": "web",
        "route": "web",
        "gateway": "outside",
        "auth": "app",
        "reach": "internet",
        "workload": "api",
        "port": "rest",
    }
    without = {field: each for field, each in rule.items() if field != "matches"}
    assert said("HTTPRoute", {"metadata": {"name": "web"}, "spec": {**spec, "rules": [without]}}) == found
    assert said("HTTPRoute", {"metadata": {"name": "web"}, "spec": {**spec, "parentRefs": [{"name": "other"}]}}) is None


def test_several_hosts_and_paths_that_lead_to_one_port_are_one_exposure() -> None:
    route = ingress()
    rule = route["spec"]["rules"][0]
    rule["http"]["paths"] = [{**rule["http"]["paths"][0], "path": path, "pathType": "Exact"} for path in ("/a", "/b")]
    hosts = ["web.lab.example", "www.lab.example", "web.other.example"]
    route["spec"] |= {"rules": [{**rule, "host": host} for host in hosts], "tls": [{"hosts": hosts}]}
    found = said("Ingress", route)
    assert found is not None
    assert (found["host"], found["further_hosts"]) == ("web", ["www", "web.other.example"])
    assert (found["path"], found["further_paths"], found["exact"]) == ("/a", ["/b"], True)
    rule["http"]["paths"][1] = {**rule["http"]["paths"][1], "pathType": "Prefix"}
    parts = rules_of("Ingress", route)
    assert parts is not None
    assert [(each["path"], each.get("exact")) for each in parts] == [("/a", True), ("/b", None)]
    rule["http"]["paths"] = ingress(service="api", port=8080)["spec"]["rules"][0]["http"]["paths"]
    route["spec"]["rules"][0] = ingress()["spec"]["rules"][0]
    assert said("Ingress", route) is None, "the hosts lead to different ports"


def test_a_route_of_a_gateway_says_its_hosts_paths_and_timeout() -> None:
    matches = [{"path": {"type": "PathPrefix", "value": path}} for path in ("/a", "/b")]
    rule = {"matches": matches, "backendRefs": [{"name": "web", "port": 80}], "timeouts": {"request": "60s"}}
    parents = [{"name": "main", "namespace": "network", "sectionName": "https"}]
    spec = {"parentRefs": parents, "hostnames": ["web.lab.example", "www.lab.example"], "rules": [rule]}
    found = said("HTTPRoute", {"metadata": {"name": "web"}, "spec": spec})
    assert found is not None
    assert (found["further_hosts"], found["further_paths"], found["timeout_seconds"]) == (["www"], ["/b"], 60)
    other = {**rule, "timeouts": {"request": "30m"}}
    assert said("HTTPRoute", {"metadata": {"name": "web"}, "spec": {**spec, "rules": [other]}}) is None


@pytest.mark.parametrize(
    "matches",
    [
        [{"path": {"type": "PathPrefix", "value": "/a"}, "queryParams": [{"name": "A", "value": "1"}]}],
        [{"path": {"type": "RegularExpression", "value": "/v[12]/.*"}}],
        [{"headers": [{"name": "A", "value": "a.*", "type": "RegularExpression"}]}],
        [{"path": {"type": "Exact", "value": "/a"}}, {"path": {"type": "PathPrefix", "value": "/b"}}],
    ],
)
def test_requests_of_another_kind_are_said_as_the_route_matches_them(matches: list[dict[str, Any]]) -> None:
    spec = {
        "parentRefs": [{"name": "main", "namespace": "network", "sectionName": "https"}],
        "hostnames": ["web.lab.example"],
        "rules": [{"matches": matches, "backendRefs": [{"name": "web", "port": 80}]}],
    }
    found = said("HTTPRoute", {"metadata": {"name": "web"}, "spec": spec})
    assert found is not None
    assert (found["matches"], "path" in found) == (matches, False)


def rules_of(kind: str, manifest: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Every exposure of a route."""
    found = route_keys({Key(kind, "home", "web"): manifest}, ANSWERS, "lab.example", GATEWAYS)
    return [dict(each) for each in found[0].exposures] if found else None


def ingress_route(*routes: dict[str, Any], **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "traefik.io/v1alpha1",
        "kind": "IngressRoute",
        "metadata": {"name": "web"},
        "spec": {"entryPoints": ["websecure"], "routes": list(routes), **spec},
    }


def test_each_rule_of_an_ingress_route_is_an_exposure_of_its_name() -> None:
    found = rules_of(
        "IngressRoute",
        ingress_route(
            {"kind": "Rule", "match": "Host(`web.lab.example`)", "services": [{"name": "web", "port": 80}]},
            {
                "kind": "Rule",
                "match": "Host(`web.lab.example`) && PathPrefix(`/api`)",
                "priority": 10,
                "middlewares": [{"name": "compress", "namespace": "network"}, {"name": "own"}],
                "services": [{"name": "api", "port": 8080, "scheme": "h2c"}],
            },
            tls={"certResolver": "le"},
        ),
    )
    assert found == [
        {
            "host": "web",
            "route": "web",
            "auth": "app",
            "reach": "internet",
            "traefik": {"entry_points": ["websecure"], "resolver": "le"},
        },
        {
            "host": "web",
            "route": "web",
            "auth": "app",
            "reach": "internet",
            "workload": "api",
            "port": "rest",
            "traefik": {
                "match": "Host(`web.lab.example`) && PathPrefix(`/api`)",
                "entry_points": ["websecure"],
                "resolver": "le",
                "priority": 10,
                "scheme": "h2c",
            },
            "middlewares": ["network/compress", "own"],
        },
    ]


@pytest.mark.parametrize(
    "route",
    [
        {"match": "PathPrefix(`/`)", "services": [{"name": "web", "port": 80}]},
        {"match": "Host(`web.lab.example`)", "services": [{"name": "web"}]},
    ],
    ids=["no host", "no port"],
)
def test_an_ingress_route_that_the_format_cannot_say_stays_an_object(route: dict[str, Any]) -> None:
    assert rules_of("IngressRoute", ingress_route({"kind": "Rule", **route})) is None
    assert rules_of("IngressRoute", {**ingress_route(), "apiVersion": "traefik.containo.us/v1alpha1"}) is None


def test_paths_with_backends_of_their_own_are_exposures_of_one_ingress() -> None:
    route = ingress(tls=TLS)
    path = route["spec"]["rules"][0]["http"]["paths"][0]
    backend = {"service": {"name": "api", "port": {"number": 8080}}}
    route["spec"]["rules"][0]["http"]["paths"] = [path, {**path, "path": "/api", "backend": backend}]
    found = rules_of("Ingress", route)
    assert found is not None
    assert [(each["route"], each.get("path"), each.get("workload")) for each in found] == [
        ("web", None, None),
        ("web", "/api", "api"),
    ]


def test_rules_of_a_route_of_a_gateway_are_exposures_with_the_headers_that_they_ask_for() -> None:
    backend = {"backendRefs": [{"name": "web", "port": 80}]}
    path = {"path": {"type": "PathPrefix", "value": "/"}}
    asked = {**path, "headers": [{"name": "X-Canary", "value": "1"}]}
    spec = {
        "parentRefs": [{"name": "main", "namespace": "network", "sectionName": "https"}],
        "hostnames": ["web.lab.example"],
        "rules": [{"matches": [asked], "backendRefs": [{"name": "api", "port": 8080}]}, backend],
    }
    found = rules_of("HTTPRoute", {"kind": "HTTPRoute", "metadata": {"name": "web"}, "spec": spec})
    assert found is not None
    assert [each.get("headers") for each in found] == [{"X-Canary": "1"}, None]


def test_a_grpc_route_is_an_exposure_without_paths() -> None:
    spec = {
        "parentRefs": [{"name": "main", "namespace": "network", "sectionName": "https"}],
        "hostnames": ["web.lab.example"],
        "rules": [{"backendRefs": [{"name": "api", "port": 8080}]}],
    }
    found = rules_of("GRPCRoute", {"kind": "GRPCRoute", "metadata": {"name": "web"}, "spec": spec})
    assert found is not None
    assert (found[0]["grpc"], found[0]["workload"]) == (True, "api")


def test_an_ingress_that_names_the_port_of_its_service_is_said() -> None:
    named = ingress()
    named["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["port"] = {"name": "page"}
    service = {"metadata": {"name": "web"}, "spec": {"ports": [{"name": "page", "port": 80}]}}
    stated = {Key("Ingress", "home", "web"): named, Key("Service", "home", "web"): service}
    (found,) = route_keys(stated, ANSWERS, "lab.example", GATEWAYS)
    assert found.exposures[0]["port_by_name"] is True
    (unknown,) = route_keys({Key("Ingress", "home", "web"): named}, ANSWERS, "lab.example", GATEWAYS)
    assert unknown.exposures[0]["backends"] == [{"service": "web", "port": "page"}]


def rule(*matches: dict[str, Any], **backend: Any) -> dict[str, Any]:
    rules = [{"backendRefs": [{"name": "web", "port": 80, **backend}], **({"matches": matches} if matches else {})}]
    parents = [{"name": "main", "namespace": "network", "sectionName": "https"}]
    spec = {"parentRefs": parents, "hostnames": ["web.lab.example"], "rules": rules}
    return {"metadata": {"name": "web"}, "spec": spec}


def test_a_route_that_names_its_own_namespace_is_said_and_so_is_one_to_another() -> None:
    found = said("HTTPRoute", rule(namespace="home"))
    assert found is not None
    assert found["own_namespace"] is True
    elsewhere = said("HTTPRoute", rule(namespace="elsewhere"))
    assert elsewhere is not None
    assert elsewhere["backends"] == [{"service": "web", "port": 80, "namespace": "elsewhere"}]


def test_methods_that_all_paths_of_a_rule_take_are_said() -> None:
    path = {"path": {"type": "PathPrefix", "value": "/"}}
    found = said("HTTPRoute", rule({**path, "method": "GET"}, {**path, "method": "HEAD"}))
    assert found is not None
    assert found["methods"] == ["GET", "HEAD"]
    apart = said("HTTPRoute", rule({**path, "method": "GET"}, path))
    assert apart is not None
    assert apart["matches"] == [{**path, "method": "GET"}, path]
