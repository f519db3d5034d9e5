"""Another value of a field is said with what it does: a method that goes is no path that goes."""

from typing import Any

import pytest

from tests.operations.guard.steps import judged, step

METADATA = {"metadata": {"name": "it", "namespace": "media"}}
ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"


def said(kind: str, path: str, old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Effect, severity and sentence of an update of a specification, without what is harmless."""
    made = step("update", "it", kind, {path: "update"}, METADATA | {"spec": old}, METADATA | {"spec": new})
    return [(each.effect, each.severity, each.message) for each in judged(made) if each.severity != "info"]


def matching(*matches: dict[str, Any]) -> dict[str, Any]:
    return {"rules": [{"matches": list(matches), "backendRefs": [{"name": "it", "port": 80}]}]}


def request(method: str = "", value: str = "/") -> dict[str, Any]:
    return {"path": {"type": "PathPrefix", "value": value}, **({"method": method} if method else {})}


METHOD = "Requests by a method that is not named any more find nothing."
PATH = "Requests for the path that goes find nothing."


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (matching(request("GET"), request("POST")), matching(request("GET")), METHOD),
        (matching(request()), matching(request("GET")), METHOD),
        (matching(request("GET")), matching(request()), None),
        (matching(request("GET")), matching(request("GET"), request("POST")), None),
        (matching(request(value="/a"), request(value="/b")), matching(request(value="/a")), PATH),
    ],
)
def test_a_route_takes_fewer_requests(old: dict[str, Any], new: dict[str, Any], message: str | None) -> None:
    found = said(ROUTE, "spec.rules", old, new)
    assert found == ([("DISCONNECT", "warning", message)] if message else [])


def test_a_gateway_that_goes_is_said_once() -> None:
    first, second = ({"name": name, "namespace": "network", "sectionName": "https"} for name in ("outside", "inside"))
    found = said(ROUTE, "spec.parentRefs", {"parentRefs": [first, second]}, {"parentRefs": [first]})
    assert [message for _, _, message in found] == ["Nothing reaches the service through the gateway that goes."]


def rolling(**figures: Any) -> dict[str, Any]:
    return {"strategy": {"type": "RollingUpdate", **({"rollingUpdate": figures} if figures else {})}}


@pytest.mark.parametrize(
    ("old", "refused"),
    [(rolling(), True), ({}, True), (rolling(maxSurge=1), False), ({"strategy": {"type": "Recreate"}}, False)],
)
def test_figures_that_the_api_server_filled_in_stand_in_the_way_of_recreate(old: dict[str, Any], refused: bool) -> None:
    found = said(DEPLOYMENT, "spec.strategy", old, {"strategy": {"type": "Recreate"}, "replicas": 2})
    assert ("FAIL" in {effect for effect, _, _ in found}) is refused


def partitioned(value: int | None) -> dict[str, Any]:
    return {"updateStrategy": {"type": "RollingUpdate", **({"rollingUpdate": {"partition": value}} if value else {})}}


def test_pods_that_are_held_back_no_longer_may_restart() -> None:
    path = "spec.updateStrategy.rollingUpdate"
    ((effect, _, message),) = said(STATEFUL_SET, path, partitioned(2), partitioned(None))
    assert effect == "UPDATE"
    assert message.endswith("they restart. (2 -> 0)")


def pod(**fields: Any) -> dict[str, Any]:
    return {"template": {"spec": fields}}


@pytest.mark.parametrize(
    ("old", "new", "begins"),
    [
        (pod(hostPID=True), pod(), "New pods no longer see"),
        (pod(), pod(hostPID=True), "New pods share"),
        (pod(hostUsers=False), pod(), "Root in new pods"),
        (pod(), pod(hostUsers=False), "New pods have users of their own"),
    ],
)
def test_what_pods_share_with_their_node_goes_or_comes(old: dict[str, Any], new: dict[str, Any], begins: str) -> None:
    ((_, severity, message),) = said(DEPLOYMENT, "spec.template.spec", old, new)
    assert severity == "warning"
    assert message.startswith(begins)


def test_a_service_that_gives_up_a_family_gives_up_an_address() -> None:
    old, new = {"ipFamilyPolicy": "PreferDualStack"}, {}
    kind = "kubernetes:core/v1:Service"
    assert [effect for effect, _, _ in said(kind, "spec.ipFamilyPolicy", old, new)] == ["DISCONNECT"]
    assert said(kind, "spec.ipFamilyPolicy", new, old) == []


@pytest.mark.parametrize(
    ("field", "old", "new", "warns"),
    [("mountOptions", ["nfsvers=4.2"], ["nfsvers=4.1"], False), ("storageClassName", "nas", "", True)],
)
def test_a_volume_stays_bound(field: str, old: object, new: object, warns: bool) -> None:
    found = said("kubernetes:core/v1:PersistentVolume", f"spec.{field}", {field: old}, {field: new})
    assert [effect for effect, _, _ in found] == (["UPDATE"] if warns else [])
