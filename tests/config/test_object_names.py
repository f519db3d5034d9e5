"""Names in objects of files are those that the API server takes."""

from typing import Any

import pytest

from config.api_rules import object_refusals


def refused(kind: str = "ConfigMap", version: str = "v1", name: str = "a", **more: Any) -> list[str]:
    metadata = {"name": name} | {key: more.pop(key) for key in ("labels", "annotations") if key in more}
    document = {"apiVersion": version, "kind": kind, "metadata": metadata, **more}
    return [".".join(map(str, path)) for path, _ in object_refusals(document)]


@pytest.mark.parametrize("name", ["X_y", "a b", "a/b", "x\u202ey", "-a", "a.", "a..b", "a" * 254])
def test_a_name_that_none_is_is_refused(name: str) -> None:
    assert refused(name=name) == ["metadata.name"]
    assert refused("ServiceAccount", name=name) == ["metadata.name"]


def test_each_kind_has_its_own_names() -> None:
    assert refused(name="9.a-b" + "c" * 70) == []
    assert "metadata.name" in refused("Service", name="9x")
    assert "metadata.name" in refused("Service", name="a.b")
    assert refused("Namespace", name="9x") == []
    assert refused("Namespace", name="a.b") == ["metadata.name"]
    assert refused("IPAddress", "networking.k8s.io/v1", "2001:db8::1") == []
    assert refused("ClusterRole", "rbac.authorization.k8s.io/v1", "system:a/b") == []


def test_keys_of_labels_annotations_and_data_are_names_too() -> None:
    assert refused(labels={"a b": "c", "a.example/b": "c"}) == ["metadata.labels.a b"]
    assert refused("Anything", "of.example/v1", annotations={"a b": "c", "A.Example/b": "c"}) == [
        "metadata.annotations.a b"
    ]
    assert refused(data={"k\x1b[2J": "v", "..": "v", "a_B-1.yaml": "v"}) == ["data.k\x1b[2J", "data..."]
    assert refused("Secret", stringData={"a/b": "v", ".dockerconfigjson": "v"}) == ["stringData.a/b"]
