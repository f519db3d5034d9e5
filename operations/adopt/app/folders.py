"""Secrets, ConfigMaps, several sources and folders of nodes that pods mount, in the keys of the format."""

from collections.abc import Iterable
from typing import Any

from operations.adopt.cluster.yaml_text import Flow
from plan.model.fields import Fields, entries, mapping, text

_USUAL_MODE = 0o644
_FIRST_VERSION = {"apiVersion": "v1"}


def key_folder(source: Fields, name: str) -> Flow | str | None:
    """A Secret or ConfigMap, whose name is in a field; None where the format cannot say how it appears."""
    items = _items(entries(source, "items"))
    if items is None or source.keys() - {name, "items", "defaultMode", "optional"}:
        return None
    optional = {"optional": True} if source.get("optional") else {}
    more = {**({"items": items} if items else {}), **_mode(source), **optional}
    return Flow(name=text(source, name), **more) if more else text(source, name)


def projection(source: Fields) -> dict[str, Any] | None:
    """A folder of several sources."""
    sources = [_source(each) for each in entries(source, "sources")]
    if not sources or None in sources or source.keys() - {"sources", "defaultMode"}:
        return None
    return {"sources": sources, **_mode(source)}


def fields_folder(source: Fields) -> Flow | None:
    """Fields of the pod as files."""
    fields = _fields(entries(source, "items"))
    return None if fields is None or source.keys() - {"items", "defaultMode"} else Flow(fields=fields, **_mode(source))


def _fields(items: Iterable[Fields]) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    for each in items:
        match {key: said for key, said in each.items() if key != "path"}:
            case {"fieldRef": {"fieldPath": str(field), **more}, **rest} if not rest and more in ({}, _FIRST_VERSION):
                found[text(each, "path")] = field
            case {"resourceFieldRef": {"resource": str(amount), "containerName": str(container), **more}, **rest} if (
                not rest and not more.keys() - {"divisor"}
            ):
                divisor = {"divisor": str(more["divisor"])} if str(more.get("divisor", "0")) != "0" else {}
                found[text(each, "path")] = Flow(field=amount, container=container, **divisor)
            case _:
                return None
    return found or None


def inline_csi(source: Fields) -> Flow | None:
    """A volume that a driver makes with each pod."""
    if source.keys() - {"driver", "readOnly", "fsType", "volumeAttributes", "nodePublishSecretRef"}:
        return None
    more = {
        "attributes": dict(mapping(source, "volumeAttributes")),
        "secret": text(source, "nodePublishSecretRef", "name"),
        "file_system": text(source, "fsType"),
        "read_only": source.get("readOnly"),
    }
    return Flow(driver=text(source, "driver"), **{key: each for key, each in more.items() if each})


def host_folder(source: Fields) -> Flow | str | None:
    """A path of a node."""
    if source.keys() - {"path", "type"}:
        return None
    kind = text(source, "type")
    return Flow(path=text(source, "path"), type=kind) if kind else text(source, "path")


def _source(source: Fields) -> Flow | None:
    match dict(source):
        case {"secret": {"name": str(name), **more}, **rest} if not rest:
            return _named("secret", name, more)
        case {"configMap": {"name": str(name), **more}, **rest} if not rest:
            return _named("config_map", name, more)
        case {"downwardAPI": {"items": [*items], **more}, **rest} if not more and not rest:
            fields = _fields(items)
            return None if fields is None else Flow(fields=fields)
        case {"serviceAccountToken": {"path": str(path), **more}, **rest} if not rest:
            if more.keys() - {"expirationSeconds", "audience"}:
                return None
            named = {"audience": more.get("audience"), "seconds": more.get("expirationSeconds")}
            return Flow(token=Flow(path=path, **{key: each for key, each in named.items() if each}))
        case _:
            return None


def _named(key: str, name: str, more: Fields) -> Flow | None:
    items = _items(entries(more, "items"))
    if items is None or more.keys() - {"items", "optional"}:
        return None
    optional = {"optional": True} if more.get("optional") else {}
    return Flow({key: name}, **({"items": items} if items else {}), **optional)


def _items(stated: Iterable[Fields]) -> dict[str, str] | None:
    """Files by key; None where one has rights of its own, or a key appears twice."""
    items = list(stated)
    found = {text(each, "key"): text(each, "path") for each in items}
    plain = all(set(each) == {"key", "path"} for each in items) and len(found) == len(items)
    return found if plain else None


def _mode(source: Fields) -> dict[str, str]:
    mode = mapping(source).get("defaultMode", _USUAL_MODE)
    return {} if mode == _USUAL_MODE else {"mode": f"{mode:04o}"}
