"""Data that an observation never holds: the content of Secrets, and values of Helm that look like one."""

import base64
import gzip
import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

import yaml

from observation.releases import documents, unpacked
from plan.model import Manifest
from plan.model.fields import Fields, mapping, text
from plan.model.secrecy import holds_password, may_name_secret

REDACTED = "redacted"
_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_RELEASE = "helm.sh/release.v1"


def redacted(manifest: Manifest) -> Manifest:
    """An object as it may be kept. Keys of a Secret stay, and of a Helm release chart, versions and harmless values."""
    if manifest.get("kind") != "Secret":
        return manifest
    kept = {**manifest, "metadata": _metadata(manifest)}
    for field in ("data", "stringData"):
        if field in manifest:
            kept[field] = dict.fromkeys(mapping(manifest, field), REDACTED)
    release = text(manifest, "data", "release")
    if text(manifest, "type") == _RELEASE and release:
        kept["data"] = {"release": _release(release)}
    return kept


def _metadata(manifest: Manifest) -> Fields:
    """kubectl repeats an applied Secret in an annotation."""
    metadata = manifest["metadata"]
    if _APPLIED not in mapping(metadata, "annotations"):
        return metadata
    return {**metadata, "annotations": {**mapping(metadata, "annotations"), _APPLIED: REDACTED}}


def _release(data: str) -> str:
    """A release in Helm's own form, without its templates and files; what cannot be read is left out."""
    try:
        stored = unpacked(data)
        kept = {
            "name": text(stored, "name"),
            "namespace": text(stored, "namespace"),
            "version": stored.get("version"),
            "info": {key: each for key, each in mapping(stored, "info").items() if key != "notes"},
            "chart": {
                "metadata": mapping(stored, "chart", "metadata"),
                "values": without_secrets(mapping(stored, "chart", "values")),
            },
            "config": without_secrets(mapping(stored, "config")),
            "manifest": "---\n".join(_documents(text(stored, "manifest"))),
        }
    except (ValueError, AttributeError, RecursionError, yaml.YAMLError):
        return REDACTED
    again = gzip.compress(json.dumps(kept).encode(), mtime=0)
    return base64.b64encode(base64.b64encode(again)).decode()


def _documents(manifest: str) -> Iterator[str]:
    for document in documents(manifest):
        if isinstance(document, Mapping):
            whole = cast(Manifest, document)
            secret = whole.get("kind") == "Secret"
            yield yaml.safe_dump(redacted(whole) if secret else without_secrets(whole), sort_keys=False)


def without_secrets(part: Any) -> Any:
    """Values without those whose name or form is that of a password, a key or a token."""
    if isinstance(part, Mapping):
        fields = cast(Fields, part)
        hidden = "value" in fields and may_name_secret(text(fields, "name"))
        return {
            key: REDACTED if _is_secret(key, each) or (hidden and key == "value") else without_secrets(each)
            for key, each in fields.items()
        }
    if isinstance(part, list):
        return [without_secrets(each) for each in cast(list[Any], part)]
    if isinstance(part, str) and holds_password(part):
        return REDACTED
    return part


def _is_secret(key: str, value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and may_name_secret(str(key))
