"""Secrets, ConfigMaps, several sources and folders of nodes that pods mount, in the keys of the format."""

from collections.abc import Iterable
from typing import Any

from operations.adopt.cluster.yaml_text import Flow
from plan.model.fields import Fields, entries, mapping, text

_USUAL_MODE = 0o644


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
            fields = {text(each, "path"): text(each, "fieldRef", "fieldPath") for each in items}
            plain = all(set(each) == {"path", "fieldRef"} for each in items) and all(fields.values())
            return Flow(fields=fields) if plain else None
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
