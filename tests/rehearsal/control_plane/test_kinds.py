"""Stand-ins for kinds that charts would install."""

import pytest

from plan.model import Manifest
from rehearsal.control_plane.kinds import definition


def an_object(api_version: str, kind: str, **metadata: str) -> Manifest:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "x", **metadata}}


@pytest.mark.parametrize(
    ("kind", "plural"), [("Middleware", "middlewares"), ("ClusterPolicy", "clusterpolicies"), ("Database", "databases")]
)
def test_a_kind_is_called_as_its_chart_calls_it(kind: str, plural: str) -> None:
    names = definition("example.com", kind, [an_object("example.com/v1", kind)])["spec"]["names"]
    assert (names["kind"], names["plural"]) == (kind, plural)


def test_a_kind_is_of_a_namespace_if_its_objects_are() -> None:
    inside = an_object("example.com/v1", "Thing", namespace="here")
    assert definition("example.com", "Thing", [inside])["spec"]["scope"] == "Namespaced"
    assert definition("example.com", "Thing", [an_object("example.com/v1", "Thing")])["spec"]["scope"] == "Cluster"


def test_every_version_in_use_is_served_and_one_is_stored() -> None:
    objects = [an_object(f"example.com/{version}", "Thing") for version in ("v1", "v1beta1")]
    versions = definition("example.com", "Thing", objects)["spec"]["versions"]
    assert [(each["name"], each["served"], each["storage"]) for each in versions] == [
        ("v1", True, True),
        ("v1beta1", True, False),
    ]
