"""Folders of Secrets and ConfigMaps that exist, and of several sources, as volumes of a pod."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from config.service.app import OwnWorkloads
from config.service.folder import FieldFile, InlineCsi, KeyFolder, Source
from plan.model import Manifest


def folders(service: OwnWorkloads, used: Collection[str], main: str) -> Iterator[Manifest]:
    """The volumes among those that are used. `main` is the main container."""
    for name in (each for each in service.config_maps if each in used):
        yield {"name": name, "configMap": {"name": service.config_maps[name].name, **_keys(service.config_maps[name])}}
    for name in (each for each in service.secret_volumes if each in used):
        folder = service.secret_volumes[name]
        yield {"name": name, "secret": {"secretName": folder.name, **_keys(folder)}}
    for name in (each for each in service.projections if each in used):
        folder = service.projections[name]
        if folder.fields:
            yield {"name": name, "downwardAPI": {**_fields(folder.fields, main), **_mode(folder.mode)}}
        else:
            sources = [_source(each, main) for each in folder.sources or ()]
            yield {"name": name, "projected": {"sources": sources, **_mode(folder.mode)}}
    for name in (each for each in service.inline_csi if each in used):
        yield {"name": name, "csi": _inline(service.inline_csi[name])}


def _inline(volume: InlineCsi) -> dict[str, Any]:
    more = {
        "readOnly": volume.read_only,
        "fsType": volume.file_system,
        "volumeAttributes": dict(volume.attributes),
        "nodePublishSecretRef": {"name": volume.secret} if volume.secret else None,
    }
    return {"driver": volume.driver, **{key: each for key, each in more.items() if each}}


def _fields(stated: Mapping[str, FieldFile], main: str) -> dict[str, Any]:
    return {"items": [{"path": path, **_field(source, main)} for path, source in stated.items()]}


def _field(source: FieldFile, main: str) -> dict[str, Any]:
    if not source.is_amount:
        return {"fieldRef": {"fieldPath": source.field}}
    divisor = {"divisor": source.divisor} if source.divisor else {}
    return {"resourceFieldRef": {"containerName": source.container or main, "resource": source.field, **divisor}}


def _keys(folder: KeyFolder) -> dict[str, Any]:
    return {**_items(folder.items), **_mode(folder.mode), **({"optional": True} if folder.optional else {})}


def _items(items: Mapping[str, str]) -> dict[str, Any]:
    return {"items": [{"key": key, "path": path} for key, path in items.items()]} if items else {}


def _mode(mode: str | None) -> dict[str, int]:
    return {"defaultMode": int(mode, 8)} if mode else {}


def _source(source: Source, main: str) -> dict[str, Any]:
    if source.token is not None:
        token = source.token
        audience = {"audience": token.audience} if token.audience else {}
        return {"serviceAccountToken": {"path": token.path, "expirationSeconds": token.seconds, **audience}}
    if source.fields:
        return {"downwardAPI": _fields(source.fields, main)}
    kind = "secret" if source.secret else "configMap"
    optional = {"optional": True} if source.optional else {}
    return {kind: {"name": source.secret or source.config_map, **_items(source.items), **optional}}
