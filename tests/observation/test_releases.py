"""Releases of Helm that somebody packed to harm who unpacks them: each is left out, and soon."""

import base64
import gzip
import json
from typing import Any

import pytest

from observation import releases
from observation.redaction import REDACTED, redacted
from operations.adopt.cluster.releases import read_releases

RELEASE: dict[str, Any] = {
    "name": "wiki",
    "namespace": "docs",
    "version": 1,
    "info": {"status": "deployed"},
    "chart": {"metadata": {"name": "wiki", "version": "1.0.0"}},
    "config": {},
    "manifest": "kind: Service\nmetadata: {name: wiki}\n",
}
ALIASES = "a0: &a0 [x, x]\n" + "".join(f"a{each}: &a{each} [*a{each - 1}, *a{each - 1}]\n" for each in range(1, 30))


def secret(packed: bytes) -> dict[str, Any]:
    release = base64.b64encode(base64.b64encode(packed)).decode()
    metadata = {"name": "sh.helm.release.v1.wiki.v1", "namespace": "docs"}
    return {"kind": "Secret", "type": "helm.sh/release.v1", "metadata": metadata, "data": {"release": release}}


def release(**changed: Any) -> bytes:
    return gzip.compress(json.dumps({**RELEASE, **changed}).encode())


HOSTILE = {
    "lists without end": gzip.compress(b'{"config":' + b"[" * 200_000),
    "900 levels of values": release(config=json.loads('{"a":' * 900 + "1" + "}" * 900)),
    "a manifest of lists without end": release(manifest="a: " + "[" * 50_000),
    "aliases of aliases": release(manifest=ALIASES),
    "larger than its limit": gzip.compress(b'{"name": "' + b"a" * (2 << 20) + b'"}'),
    "broken off": release()[:-20],
    "not packed": b"\x1f\x8b nothing",
}


@pytest.mark.parametrize("packed", HOSTILE.values(), ids=HOSTILE)
def test_a_release_that_cannot_be_read_is_left_out(packed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releases, "LARGEST", 1 << 20)
    manifest = secret(packed)
    assert redacted(manifest)["data"] == {"release": REDACTED}
    found, unreadable = read_releases([manifest])
    assert (found, [each.key.name for each in unreadable]) == ((), ["sh.helm.release.v1.wiki.v1"])


@pytest.mark.parametrize(
    "changed", [{"version": float("inf")}, {"info": []}, {"chart": {"metadata": "x"}}, {"name": None}]
)
def test_a_release_of_another_shape_breaks_nothing(changed: dict[str, Any]) -> None:
    read_releases([secret(release(**changed))])


def test_values_that_are_no_mapping_are_none() -> None:
    (found,), _ = read_releases([secret(release(config=[1]))])
    assert found.values == {}
