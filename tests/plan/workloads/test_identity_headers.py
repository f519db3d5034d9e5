"""A visitor cannot say who they are: every kind of route takes such headers away, and only a sign-in adds them."""

import shutil
from pathlib import Path

import pytest

from config.load import load_lab
from plan import make_plan
from tests.plan.labs import FOLDERS, change, objects, plan_of

APP = """kind: app
tier: home
description: A page
image: registry.example/page:1.0.0
cpu: 10m
memory: 64Mi
ports: {http: 8080}
expose: [{host: plain, EXPOSED}]
"""
OF_TRAEFIK = "extensionRef: {group: traefik.io, kind: Middleware, name: sign-in}"
OF_ENVOY = "extensionRef: {group: gateway.envoyproxy.io, kind: HTTPRouteFilter, name: sign-in}"
POLICY = """apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata: {name: sign-in}
spec: {}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the lab with every key."""
    return Path(shutil.copytree(FOLDERS["every_key"], tmp_path / "every_key"))


def removed_by(folder: Path, exposed: str) -> list[str] | None:
    """The headers that the route of an application takes away; None without a filter for it."""
    change(folder, [{"file": "services/plain.yaml", "new": APP.replace("EXPOSED", exposed)}])
    routes = {each["metadata"]["name"]: each for each in objects(make_plan(load_lab(folder)), "HTTPRoute")}
    filters = routes["plain.every.example"]["spec"]["rules"][0].get("filters", ())
    return next((each["requestHeaderModifier"]["remove"] for each in filters if "requestHeaderModifier" in each), None)


def test_the_ingress_controller_takes_them_away_in_all_spellings() -> None:
    (removed,) = (
        each["spec"]["headers"]["customRequestHeaders"]
        for each in objects(plan_of("every_kind"), "Middleware")
        if each["metadata"]["name"] == "no-identity"
    )
    assert set(removed.values()) == {""}, "Traefik removes a header whose value is empty"
    for name in ("X-authentik-username", "X_authentik_username", "X-authentik_username", "X_authentik-username"):
        assert name in removed
    for name in ("X-authentik-jwt", "X-authentik-meta-app", "Remote-User", "Remote_User", "X-Auth-Request-Email"):
        assert name in removed, name


def test_what_a_sign_in_answers_is_taken_from_visitors_first() -> None:
    found = {each["metadata"]["name"]: each["spec"] for each in objects(plan_of("every_kind"), "Middleware")}
    answered = found["forward-auth"]["forwardAuth"]["authResponseHeaders"]
    assert {*answered} <= {*found["no-identity"]["headers"]["customRequestHeaders"]}
    assert {"X-authentik-uid", "Remote-Groups", "X-Auth-Request-User"} <= {*answered}
    assert not any("jwt" in each or "token" in each.lower() for each in answered)


@pytest.mark.parametrize(
    "exposed", ["gateway: inside, auth: app, reach: lan", "gateway: outside, auth: required, reach: internet"]
)
def test_a_route_of_a_gateway_takes_them_away(folder: Path, exposed: str) -> None:
    removed = removed_by(folder, exposed)
    assert removed is not None
    assert {"X-authentik-username", "X-authentik-meta-version", "Remote-User"} <= {*removed}
    assert len(removed) <= 16, "the Gateway API takes no more"


def test_a_filter_that_is_stated_stays_and_there_is_one_of_its_type(folder: Path) -> None:
    changed = "remove: [Cookie], set: [{name: Remote-User, value: me}]"
    own = f"{{type: RequestHeaderModifier, requestHeaderModifier: {{{changed}}}}}"
    removed = removed_by(folder, f"gateway: inside, auth: app, reach: lan, filters: [{own}]")
    assert removed is not None
    assert removed[0] == "Cookie"
    assert "Remote-User" not in removed
    assert "X-authentik-username" in removed


def test_the_answer_of_a_sign_in_that_is_asked_first_stays(folder: Path) -> None:
    change(folder, [{"file": "cluster.yaml", "old": OF_TRAEFIK, "new": OF_ENVOY}])
    assert removed_by(folder, "gateway: outside, auth: required, reach: internet") is None


def test_a_lab_with_policies_of_envoy_that_may_sign_in_keeps_their_answer(folder: Path) -> None:
    with (folder / "services" / "pods" / "made-by-hand.yaml").open("a", encoding="utf-8") as file:
        file.write(f"---\n{POLICY}")
    assert removed_by(folder, "gateway: inside, auth: app, reach: lan") is None


DOOR = """kind: app
tier: home
description: Asks visitors who they are
image: quay.io/oauth2-proxy/oauth2-proxy:v7.12.0
cpu: 10m
memory: 64Mi
run_as_user: 65532
ports: {http: 4180}
"""


def test_those_of_the_sign_in_that_is_in_the_lab_come_first(folder: Path) -> None:
    change(folder, [{"file": "services/oauth.yaml", "new": DOOR}])
    removed = removed_by(folder, "gateway: inside, auth: app, reach: lan")
    assert removed is not None
    ours = {"X-Auth-Request-User", "X-Auth-Request-Email", "X-Forwarded-User", "X-Forwarded-Access-Token"}
    assert ours | {"X-authentik-username", "X-authentik-groups"} <= {*removed}
    assert len(removed) == 16
