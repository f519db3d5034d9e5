"""Devices, claims of devices and further networks of running pods in the keys of the format."""

from typing import Any

import pytest

from operations.adopt.app.devices import further_networks, resource_claims

USED = {"resources": {"claims": [{"name": "camera"}]}}


def controller(networks: str) -> dict[str, Any]:
    """A deployment whose pods have an annotation for Multus."""
    metadata = {"annotations": {"k8s.v1.cni.cncf.io/networks": networks}}
    return {"kind": "Deployment", "spec": {"template": {"metadata": metadata, "spec": {}}}}


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"resourceClaimTemplateName": "one-camera"}, {"template": "one-camera"}),
        ({"resourceClaimName": "door"}, {"claim": "door"}),
    ],
)
def test_claims_of_devices_are_said_by_their_source(stated: dict[str, str], said: dict[str, str]) -> None:
    pod = {"resourceClaims": [{"name": "camera", **stated}]}
    assert resource_claims(USED, pod) == {"resource_claims": {"camera": said}}


@pytest.mark.parametrize(
    ("container", "claims"),
    [
        ({}, [{"name": "camera", "resourceClaimName": "door"}]),
        (USED, []),
        ({"resources": {"claims": [{"name": "camera", "request": "one"}]}}, [{"name": "camera"}]),
    ],
)
def test_claims_that_the_format_cannot_say_are_left(container: dict[str, Any], claims: list[dict[str, str]]) -> None:
    assert resource_claims(container, {"resourceClaims": claims}) == {}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("network/iot", ["network/iot"]),
        ("iot,cameras", ["iot", "cameras"]),
        (
            '[{"name": "iot", "namespace": "net", "ips": ["192.168.70.5/24"]}]',
            [{"name": "net/iot", "addresses": ("192.168.70.5/24",)}],
        ),
        ('[{"name":"iot"}]', []),
        ("iot, cameras", []),
        ("iot@eth9", []),
        ("[iot", []),
        ("", []),
    ],
)
def test_networks_are_said_where_the_annotation_would_be_the_same(written: str, said: list[object]) -> None:
    assert further_networks(controller(written)) == said
