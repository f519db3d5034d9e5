"""Settings of a controller that keep visitors out are named, and those that nobody knows are not claimed."""

from typing import Any

import pytest

from operations.adopt.app.visitors import Guard, guards, visitors
from operations.adopt.cluster.objects import Key, key_of
from plan.model import Manifest

CHAIN = "traefik.ingress.kubernetes.io/router.middlewares"


def route(**annotations: str) -> Manifest:
    return {"kind": "Ingress", "metadata": {"name": "films", "annotations": annotations}, "spec": {}}


def middlewares(**specs: dict[str, Any]) -> dict[Key, Manifest]:
    made = [
        {
            "apiVersion": "traefik.io/v1alpha1",
            "kind": "Middleware",
            "metadata": {"name": name, "namespace": "net"},
            "spec": spec,
        }
        for name, spec in specs.items()
    ]
    return {key_of(each): each for each in made}


@pytest.mark.parametrize(
    ("annotation", "by"),
    [
        ("nginx.ingress.kubernetes.io/auth-url", "sign-in"),
        ("nginx.ingress.kubernetes.io/whitelist-source-range", "networks"),
        ("haproxy.org/allow-list", "networks"),
    ],
)
def test_an_annotation_of_a_controller_keeps_visitors_out(annotation: str, by: str) -> None:
    assert guards(route(**{annotation: "x"}), {}) == (Guard(by, annotation),)  # pyright: ignore[reportArgumentType]


def test_middlewares_are_followed_through_chains_that_may_be_endless() -> None:
    objects = middlewares(
        all={"chain": {"middlewares": [{"name": "sso"}, {"name": "home"}, {"name": "all"}]}},
        sso={"forwardAuth": {"address": "http://auth"}},
        home={"ipAllowList": {"sourceRange": ["10.0.0.0/8"]}},
    )
    assert guards(route(**{CHAIN: "net-all@kubernetescrd, net-headers@file"}), objects) == (
        Guard("sign-in", "Middleware net/sso"),
        Guard("networks", "Middleware net/home"),
    )


def test_a_route_without_known_settings_is_said_to_be_one() -> None:
    guarded = route(**{"nginx.ingress.kubernetes.io/auth-url": "https://auth.lab.example"})
    assert list(visitors([("films", guarded), ("music", route())], {})) == [
        "The controller asks visitors to sign in at films: nginx.ingress.kubernetes.io/auth-url.",
        "No setting that the program knows keeps visitors out of music; its controller may.",
    ]
