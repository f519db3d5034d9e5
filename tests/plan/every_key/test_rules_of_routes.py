"""Exposures that are rules of one route, and routes by Traefik's own kind."""

from typing import Any

from plan.workloads.ingress_routes import rule_of
from tests.plan.labs import objects, plan_of


def spec(kind: str, name: str) -> dict[str, Any]:
    """A route of the lab with every key."""
    (found,) = (each for each in objects(plan_of("every_key"), kind) if each["metadata"]["name"] == name)
    return found["spec"]


def test_exposures_with_one_route_are_its_rules_in_their_order() -> None:
    (rule,) = spec("Ingress", "routes-paths")["rules"]
    assert [(each["path"], each["backend"]["service"]["port"]["number"]) for each in rule["http"]["paths"]] == [
        ("/", 8080),
        ("/admin", 9000),
    ]
    canary, reading = spec("HTTPRoute", "routes-rules")["rules"]
    assert canary["matches"][0]["headers"] == [{"name": "X-Canary", "value": "1"}]
    assert [each["method"] for each in reading["matches"]] == ["GET", "HEAD"]


def test_a_rule_of_traefik_passes_the_sign_in_that_its_exposure_asks_for() -> None:
    first, private = spec("IngressRoute", "routes-rule")["routes"]
    passed = [[each["name"] for each in route["middlewares"]] for route in (first, private)]
    assert "forward-auth" not in passed[0]
    assert passed[0][-1] == "compress"
    assert "forward-auth" in passed[1]
    assert (first["priority"], private["priority"]) == (5, 10)


def test_a_rule_follows_from_hosts_and_paths() -> None:
    assert rule_of(["a.example"], ["/"], exact=False) == "Host(`a.example`)"
    assert rule_of(["a.example"], ["/x"], exact=True) == "Host(`a.example`) && Path(`/x`)"
    assert (
        rule_of(["a.example", "b.example"], ["/x", "/y"], exact=False)
        == "(Host(`a.example`) || Host(`b.example`)) && (PathPrefix(`/x`) || PathPrefix(`/y`))"
    )


def test_a_grpc_route_has_no_paths() -> None:
    (rule,) = spec("GRPCRoute", "routes-grpc.every.example")["rules"]
    assert rule["matches"] == [{"headers": [{"name": "version", "value": "2"}]}]
