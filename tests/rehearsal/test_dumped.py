"""A dump whose Secrets are left out is loaded all the same."""

import base64
from typing import Any, cast

import pytest

from operations.clients.kubernetes import Api
from plan.model import Manifest
from rehearsal.dumped import is_loaded, load


class Taking:
    """An API server that takes everything."""

    def __init__(self) -> None:
        self.made: list[Manifest] = []

    def create(self, manifest: Manifest) -> Manifest:
        self.made.append(manifest)
        return manifest


def loaded(**secret: Any) -> dict[str, str]:
    api = Taking()
    load(
        cast(Api, api), [{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a", "namespace": "b"}, **secret}]
    )
    (made,) = api.made
    return made["data"]


def test_a_pull_secret_without_its_content_is_one_without_registries() -> None:
    data = loaded(type="kubernetes.io/dockerconfigjson", data={".dockerconfigjson": "redacted"})
    assert base64.b64decode(data[".dockerconfigjson"]) == b"{}"


def test_other_content_that_was_left_out_is_any_base64() -> None:
    data = loaded(data={"password": "redacted", "other": "not base64!"})
    assert base64.b64decode(data["other"]) == b"not base64!"
    assert base64.b64decode(data["password"], validate=True)


@pytest.mark.parametrize(
    ("kind", "labels", "owners", "loaded"),
    [
        ("EndpointSlice", {"kubernetes.io/service-name": "nas"}, [], True),
        ("EndpointSlice", {"endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io"}, [], False),
        ("EndpointSlice", {}, [{"kind": "Service", "name": "web"}], False),
        ("ReplicaSet", {}, [], False),
        ("ConfigMap", {}, [], True),
    ],
)
def test_a_slice_of_a_host_outside_is_loaded(
    kind: str, labels: dict[str, str], owners: list[dict[str, str]], loaded: bool
) -> None:
    metadata = {"name": "a", "labels": labels, **({"ownerReferences": owners} if owners else {})}
    assert is_loaded({"apiVersion": "v1", "kind": kind, "metadata": metadata}) is loaded
