"""ExternalSecrets that exist, in the keys of the format."""

from collections.abc import Mapping, Sequence
from typing import Any

from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.yaml_text import Flow, FlowList
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, text
from plan.workloads.secrets import API_VERSION

_OF_SPEC = frozenset({"refreshInterval", "secretStoreRef", "target", "data", "dataFrom"})
_OF_TEMPLATE = frozenset({"type", "metadata", "mergePolicy", "data"})
_INTERVAL = "1h"


def external_secret_keys(stated: Mapping[Key, Manifest]) -> dict[Key, dict[str, Any]]:
    """The ExternalSecrets among objects that the format can say."""
    found: dict[Key, dict[str, Any]] = {}
    for key, manifest in stated.items():
        if (manifest["apiVersion"], key.kind) == (API_VERSION, "ExternalSecret") and (said := _said(key, manifest)):
            found[key] = said
    return found


def _said(key: Key, manifest: Manifest) -> dict[str, Any] | None:
    spec = mapping(manifest, "spec")
    target, store = mapping(spec, "target"), mapping(spec, "secretStoreRef")
    data, items = entries(spec, "data"), [_item(each) for each in entries(spec, "dataFrom")]
    keys = {text(each, "secretKey"): _remote(mapping(each, "remoteRef")) for each in data}
    template = _template(mapping(target, "template"))
    if (
        spec.keys() - _OF_SPEC
        or target.keys() - {"name", "creationPolicy", "template"}
        or store.keys() - {"kind", "name"}
        or any(set(each) != {"secretKey", "remoteRef"} for each in data)
        or len(keys) != len(data)
        or not data + items
        or None in items
        or None in keys.values()
        or template is None
    ):
        return None
    called, interval = text(target, "name") or key.name, text(spec, "refreshInterval") or _INTERVAL
    is_own = text(store, "kind") != "ClusterSecretStore"
    creation = text(target, "creationPolicy") or "Owner"
    return {
        "store": f"SecretStore/{text(store, 'name')}" if is_own else text(store, "name"),
        **({"keys": keys} if keys else {}),
        **({"items": FlowList(items)} if items else {}),
        **template,
        **({"refresh": interval} if interval != _INTERVAL else {}),
        **({"creation": creation} if creation != "Owner" else {}),
        **({"secret": called} if called != key.name else {}),
        **_marks(mapping(manifest, "metadata"), "own_"),
    }


def _marks(metadata: Fields, prefix: str = "") -> dict[str, Flow]:
    stated = {field: mapping(metadata, field) for field in ("labels", "annotations")}
    return {f"{prefix}{field}": Flow(marks) for field, marks in stated.items() if marks}


def _remote(reference: Fields) -> Flow | None:
    """Where a value is in the store."""
    if reference.keys() - {"key", "property", "version", "decodingStrategy"}:
        return None
    decoding = reference.get("decodingStrategy")
    if decoding not in (None, "Base64"):
        return None
    stated = {"path": text(reference, "key"), "key": reference.get("property"), "version": reference.get("version")}
    return Flow({key: each for key, each in stated.items() if each}, **({"base64": True} if decoding else {}))


def _item(source: Fields) -> Flow | None:
    """An item of which every field becomes a key."""
    extract, renamed = mapping(source, "extract"), entries(source, "rewrite")
    if set(extract) != {"key"} or source.keys() - {"extract", "rewrite"}:
        return None
    names = _renamed(renamed)
    return None if names is None else Flow(path=text(extract, "key"), **({"rename": names} if names else {}))


def _renamed(rules: Sequence[Fields]) -> dict[str, str] | None:
    patterns = [mapping(each, "regexp") for each in rules if set(each) == {"regexp"}]
    names = {text(each, "source"): text(each, "target") for each in patterns if set(each) == {"source", "target"}}
    return names if len(names) == len(rules) else None


def _template(stated: Fields) -> dict[str, Any] | None:
    """Keys of the Secret that are made of others, and its type and labels."""
    metadata = mapping(stated, "metadata")
    policy = stated.get("mergePolicy")
    if stated.keys() - _OF_TEMPLATE or metadata.keys() - {"labels", "annotations"} or policy not in (None, "Merge"):
        return None
    return {
        **({"template": dict(mapping(stated, "data"))} if stated.get("data") else {}),
        **({"keeps_others": True} if policy else {}),
        **_marks(metadata),
        **({"type": text(stated, "type")} if stated.get("type") else {}),
    }
