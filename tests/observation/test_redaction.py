"""Secret data never leaves the cluster."""

import base64
import gzip
import json
from typing import Any

from observation.redaction import REDACTED, redacted, without_secrets


def test_values_of_secrets_go_and_their_keys_stay() -> None:
    applied = {"kubectl.kubernetes.io/last-applied-configuration": '{"data": {"password": "aHVudGVyMg=="}}'}
    metadata = {"name": "a", "annotations": applied}
    kept = redacted({"kind": "Secret", "metadata": metadata, "data": {"password": "aHVudGVyMg=="}, "type": "Opaque"})
    assert kept["data"] == {"password": REDACTED}
    assert "aHVudGVyMg" not in json.dumps(kept)
    assert kept["type"] == "Opaque"


def test_other_objects_stay_as_they_are() -> None:
    config = {"kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"password": "is in no Secret"}}
    assert redacted(config) is config


MANIFEST = """
kind: Secret
metadata: {name: s}
stringData: {a: hunter2}
---
kind: Service
metadata: {name: web}
"""


def release(**stored: Any) -> dict[str, Any]:
    data = base64.b64encode(base64.b64encode(gzip.compress(json.dumps(stored).encode()))).decode()
    return {"kind": "Secret", "metadata": {"name": "r"}, "type": "helm.sh/release.v1", "data": {"release": data}}


def read(secret: dict[str, Any]) -> dict[str, Any]:
    return json.loads(gzip.decompress(base64.b64decode(base64.b64decode(secret["data"]["release"]))))


def test_a_release_keeps_chart_and_harmless_values() -> None:
    kept = read(
        redacted(
            release(
                name="web",
                version=3,
                info={"status": "deployed", "notes": "the password is hunter2"},
                chart={"metadata": {"name": "web", "version": "1.2"}, "templates": [{"data": "x"}]},
                config={"replicas": 2, "adminPassword": "hunter2", "url": "postgres://web:hunter2@db/web"},
                manifest="kind: Secret\nmetadata: {name: s}\nstringData: {a: hunter2}\n---\nkind: "
                "Service\nmetadata: {name: web}\n",
            )
        )
    )
    assert "hunter2" not in json.dumps(kept)
    assert kept["chart"]["metadata"] == {"name": "web", "version": "1.2"}
    assert kept["config"]["replicas"] == 2
    assert "kind: Service" in kept["manifest"]
    assert kept["info"] == {"status": "deployed"}


def test_a_release_that_cannot_be_read_goes_whole() -> None:
    broken = {"kind": "Secret", "metadata": {"name": "r"}, "type": "helm.sh/release.v1", "data": {"release": "%%%"}}
    assert redacted(broken)["data"] == {"release": REDACTED}


def test_variables_that_are_named_like_a_secret_go() -> None:
    env = [{"name": "DB_PASSWORD", "value": "hunter2"}, {"name": "MODE", "value": "live"}]
    assert without_secrets(env) == [{"name": "DB_PASSWORD", "value": REDACTED}, {"name": "MODE", "value": "live"}]
