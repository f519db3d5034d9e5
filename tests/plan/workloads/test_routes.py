"""Routes: through the lab's ingress controller, a Gateway, or another controller."""

import shutil
from pathlib import Path

import pytest

from config.load import InvalidLab, load_lab
from plan import make_plan
from plan.model import Manifest, Plan
from plan.scenarios.dependence import dependents_of
from tests.plan.labs import FOLDERS, change, lab_of, objects, plan_of

PREFIX = "traefik.ingress.kubernetes.io/router"


def route(plan: Plan, name: str) -> Manifest:
    """The Ingress or HTTPRoute of a host below the site's domain."""
    (found,) = (
        each for kind in ("Ingress", "HTTPRoute") for each in objects(plan, kind) if each["metadata"]["name"] == name
    )
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the lab with every key."""
    return Path(shutil.copytree(FOLDERS["every_key"], tmp_path / "every_key"))


def test_groups_and_a_largest_body_are_middlewares_of_the_one_route() -> None:
    plan = plan_of("every_key")
    chain = route(plan, "routes.every.example")["metadata"]["annotations"][f"{PREFIX}.middlewares"].split(",")
    assert [each.removesuffix("@kubernetescrd") for each in chain] == [
        "home-traefik-no-identity",
        "home-traefik-retry",
        "home-traefik-rate-limit",
        "home-traefik-browser-headers",
        "home-routes-routes-every-example-groups",
        "home-routes-routes-every-example-body",
        "network-compress",
        "geoblock@file",
    ]
    own = {each["metadata"]["name"]: each["spec"] for each in objects(plan, "Middleware")}
    assert own["routes-every-example-groups"]["forwardAuth"]["address"].endswith("?allowed_groups=family%2Cfriends")
    assert own["routes-every-example-body"] == {"buffering": {"maxRequestBodyBytes": 50 * 2**20}}


def test_a_public_record_leads_to_the_lab_or_to_a_proxy_before_it() -> None:
    plan, prefix = plan_of("every_key"), "external-dns.alpha.kubernetes.io"
    stated = route(plan, "routes.every.example")["metadata"]["annotations"]
    assert stated[f"{prefix}/target"] == "home.every.example"
    assert stated[f"{prefix}/cloudflare-proxied"] == "true"
    by_gateway = route(plan, "routes-outside.every.example")["metadata"]["annotations"]
    assert by_gateway[f"{prefix}/cloudflare-proxied"] == "false"
    assert f"{prefix}/target" not in by_gateway, "external-dns reads it from the Gateway"
    without = route(plan, "routes-inside.every.example")["metadata"]["annotations"]
    assert not any(key.startswith(prefix) for key in without)


def test_a_route_attaches_to_the_listener_of_its_gateway() -> None:
    plan = plan_of("every_key")
    inside = route(plan, "routes-inside.every.example")["spec"]
    assert inside["parentRefs"] == [{"name": "envoy-inside", "namespace": "network", "sectionName": "https"}]
    assert inside["rules"][0]["backendRefs"] == [{"name": "routes", "port": 8080}]
    removed, signed = route(plan, "routes-outside.every.example")["spec"]["rules"][0]["filters"]
    assert removed["type"] == "RequestHeaderModifier"
    assert signed["extensionRef"]["name"] == "sign-in", "it says auth: required"
    assert "backendRefs" not in route(plan, "routes-moved.every.example")["spec"]["rules"][0]


def test_a_lab_without_an_ingress_controller_uses_its_first_gateway(folder: Path) -> None:
    ingress = next(line for line in (folder / "cluster.yaml").read_text().splitlines() if "controller: traefik" in line)
    change(
        folder,
        [
            {"file": "cluster.yaml", "old": f"{ingress}\n", "new": ""},
            {"file": "services/routes.yaml", "new": PLAIN},
            {"file": "services/attic.yaml", "new": PLAIN.replace("plain", "attic")},
        ],
    )
    spec = route(make_plan(load_lab(folder)), "plain.every.example")["spec"]
    assert spec["parentRefs"][0]["name"] == "envoy-inside"


PLAIN = """kind: app
tier: home
description: A page
image: registry.example/page:1.0.0
cpu: 10m
memory: 64Mi
ports: {http: 8080}
expose: [{host: plain, auth: app}]
"""


def test_another_ingress_controller_gets_nothing_of_traefik() -> None:
    metadata = route(plan_of("every_key"), "routes-nginx.every.example")["metadata"]
    assert not any("traefik" in key for key in metadata["annotations"])


def test_a_certificate_of_its_own_is_in_place_of_the_resolvers() -> None:
    ingress = route(plan_of("every_key"), "routes.every.example-admin")
    assert [each["secretName"] for each in ingress["spec"]["tls"]] == ["routes-tls"]


def test_a_service_behind_a_gateway_needs_what_carries_its_requests() -> None:
    assert "routes" in dependents_of(lab_of("every_key"))["traefik"]


@pytest.mark.parametrize(
    ("exposure", "says"),
    [
        ("gateway: insid, auth: app", "unknown gateway 'insid'; did you mean 'inside'?"),
        ("gateway: inside", "auth: required needs sign_in of the Gateway in cluster.yaml, or say auth: app"),
        ("gateway: outside, auth: app, reach: lan", "say reach: internet, or name a gateway with reach: lan"),
        (
            "gateway: inside, auth: app, max_body: 5Mi",
            "is for routes through the lab's ingress controller; this one has",
        ),
        ("gateway: inside, auth: app, certificate: own", "the listener of the Gateway has the certificate"),
        ("ingress_class: nginx", "auth: required is for the lab's ingress controller"),
        ("ingress_class: nginx, gateway: inside, auth: app", "a route has one way; leave out gateway or ingress_class"),
        (
            "filters: [{type: URLRewrite, urlRewrite: {hostname: other.example}}]",
            "only routes of a Gateway have filters",
        ),
        ("auth: app, groups: [family]", "only the lab's sign-in knows groups; say auth: required"),
        ("max_bodi: 5Mi, auth: app", "unknown key; did you mean 'max_body'?"),
    ],
)
def test_a_route_asks_for_nothing_that_its_way_cannot_do(folder: Path, exposure: str, says: str) -> None:
    text = PLAIN.replace("{host: plain, auth: app}", f"{{host: plain, {exposure}}}")
    change(folder, [{"file": "services/plain.yaml", "new": text}])
    with pytest.raises(InvalidLab) as refused:
        load_lab(folder)
    assert says in str(refused.value)


def test_groups_and_public_records_need_a_lab_that_says_how(folder: Path) -> None:
    change(
        folder,
        [
            {"file": "cluster.yaml", "old": ", forward_auth_groups: allowed_groups", "new": ""},
            {
                "file": "cluster.yaml",
                "old": "  public_dns: {service: external-dns, target: home.every.example}\n",
                "new": "",
            },
        ],
    )
    with pytest.raises(InvalidLab) as refused:
        load_lab(folder)
    assert "groups needs platform.ingress.forward_auth_groups in cluster.yaml" in str(refused.value)
    assert "needs platform.public_dns in cluster.yaml" in str(refused.value)
