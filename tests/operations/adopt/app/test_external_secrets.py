"""ExternalSecrets that run, in the keys of the format."""

from typing import Any

import pytest

from operations.adopt.app.external_secrets import external_secret_keys
from operations.adopt.cluster.objects import Key

KEY = Key("ExternalSecret", "web", "web", "external-secrets.io")
STORE = {"kind": "ClusterSecretStore", "name": "onepassword"}


def said(spec: dict[str, Any], version: str = "v1") -> Any:
    """The keys of one with such a spec; None where there are none."""
    stated = {"apiVersion": f"external-secrets.io/{version}", "kind": "ExternalSecret", "spec": spec}
    return external_secret_keys({KEY: stated}).get(KEY)


def test_keys_and_items_of_a_store_are_said() -> None:
    data = [
        {"secretKey": "password", "remoteRef": {"key": "web", "property": "pass"}},
        {"secretKey": "file", "remoteRef": {"key": "file", "decodingStrategy": "Base64"}},
    ]
    renamed = [{"regexp": {"source": "(.*)", "target": "web_$1"}}]
    items = [{"extract": {"key": "shared"}, "rewrite": renamed}]
    assert said({"secretStoreRef": STORE, "target": {"name": "web"}, "data": data, "dataFrom": items}) == {
        "store": "onepassword",
        "keys": {"password": {"path": "web", "key": "pass"}, "file": {"path": "file", "base64": True}},
        "items": [{"path": "shared", "rename": {"(.*)": "web_$1"}}],
    }


def test_a_template_a_store_of_the_namespace_and_another_name_are_said() -> None:
    template = {"type": "Opaque", "metadata": {"labels": {"a": "b"}}, "mergePolicy": "Merge", "data": {"x": "{{ .y }}"}}
    target = {"name": "other", "creationPolicy": "Orphan", "template": template}
    spec = {"refreshInterval": "5m", "secretStoreRef": {"name": "own"}, "target": target}
    assert said({**spec, "dataFrom": [{"extract": {"key": "shared"}}]}) == {
        "store": "SecretStore/own",
        "items": [{"path": "shared"}],
        "template": {"x": "{{ .y }}"},
        "keeps_others": True,
        "labels": {"a": "b"},
        "type": "Opaque",
        "refresh": "5m",
        "creation": "Orphan",
        "secret": "other",
    }


def test_labels_of_the_secret_and_of_the_external_secret_are_told_apart() -> None:
    marks = {"labels": {"a": "b"}, "annotations": {"example.com/c": "d"}}
    spec = {
        "secretStoreRef": STORE,
        "target": {"template": {"metadata": marks}},
        "dataFrom": [{"extract": {"key": "x"}}],
    }
    stated = {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "spec": spec, "metadata": marks}
    assert external_secret_keys({KEY: stated})[KEY] == {
        "store": "onepassword",
        "items": [{"path": "x"}],
        "labels": {"a": "b"},
        "annotations": {"example.com/c": "d"},
        "own_labels": {"a": "b"},
        "own_annotations": {"example.com/c": "d"},
    }


@pytest.mark.parametrize(
    ("change", "version"),
    [
        ({"dataFrom": [{"find": {"name": {"regexp": ".*"}}}]}, "v1"),
        ({"dataFrom": [{"sourceRef": {"generatorRef": {"kind": "Password", "name": "it"}}}]}, "v1"),
        ({"target": {"name": "web", "immutable": True}}, "v1"),
        ({"target": {"name": "web", "template": {"templateFrom": []}}}, "v1"),
        ({"data": [{"secretKey": "a", "sourceRef": {"storeRef": STORE}}]}, "v1"),
        ({"data": []}, "v1"),
        ({}, "v1beta1"),
    ],
)
def test_what_the_format_cannot_say_stays_an_object(change: dict[str, Any], version: str) -> None:
    spec = {"secretStoreRef": STORE, "data": [{"secretKey": "a", "remoteRef": {"key": "web"}}]}
    assert said(spec) is not None
    assert said({**spec, **change}, version) is None
