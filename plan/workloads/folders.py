"""Folders of Secrets and ConfigMaps that exist, and of several sources, as volumes of a pod."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from config.service.app import OwnWorkloads
from config.service.folder import KeyFolder, Source
from plan.model import Manifest


def folders(service: OwnWorkloads, used: Collection[str]) -> Iterator[Manifest]:
    """The volumes among those that are used."""
    for name in (each for each in service.config_maps if each in used):
        yield {"name": name, "configMap": {"name": service.config_maps[name].name, **_keys(service.config_maps[name])}}
    for name in (each for each in service.secret_volumes if each in used):
        folder = service.secret_volumes[name]
        yield {"name": name, "secret": {"secretName": folder.name, **_keys(folder)}}
    for name in (each for each in service.projections if each in used):
        folder = service.projections[name]
        yield {"name": name, "projected": {"sources": [*map(_source, folder.sources)], **_mode(folder.mode)}}


def _keys(folder: KeyFolder) -> dict[str, Any]:
    return {**_items(folder.items), **_mode(folder.mode), **({"optional": True} if folder.optional else {})}


def _items(items: Mapping[str, str]) -> dict[str, Any]:
    return {"items": [{"key": key, "path": path} for key, path in items.items()]} if items else {}


def _mode(mode: str | None) -> dict[str, int]:
    return {"defaultMode": int(mode, 8)} if mode else {}


def _source(source: Source) -> dict[str, Any]:
    if source.token is not None:
        token = source.token
        audience = {"audience": token.audience} if token.audience else {}
        return {"serviceAccountToken": {"path": token.path, "expirationSeconds": token.seconds, **audience}}
    if source.fields:
        files = [{"path": path, "fieldRef": {"fieldPath": field}} for path, field in source.fields.items()]
        return {"downwardAPI": {"items": files}}
    kind = "secret" if source.secret else "configMap"
    optional = {"optional": True} if source.optional else {}
    return {kind: {"name": source.secret or source.config_map, **_items(source.items), **optional}}
