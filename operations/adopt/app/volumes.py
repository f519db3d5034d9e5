"""Volumes of running pods and their mounts, in the keys of the format.

The order of volumes and mounts is a part of a pod. The program writes volumes by key or in an order that is stated, and
all mounts of a volume together: mounts are said as far as they run so, and the rest is left to a patch.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from config.service.mount import PROPAGATIONS
from operations.adopt.app.claims import claim_annotations
from operations.adopt.app.folders import fields_folder, host_folder, inline_csi, key_folder, projection
from operations.adopt.cluster.services import as_name
from operations.adopt.cluster.yaml_text import Flow, FlowList
from plan.model.fields import Fields, entries, mapping, text, values
from plan.model.templates import containers_of

_KEYS = (
    "volumes",
    "scratch",
    "host_paths",
    "shares",
    "claims",
    "config_maps",
    "secret_volumes",
    "projections",
    "inline_csi",
)
"""Keys in the order in which the program writes their volumes into a pod."""


class Declared(NamedTuple):
    """A volume of a service, as its file says it."""

    key: str
    meaning: Any


class Mounted(NamedTuple):
    """The volumes of a pod that are said, and the mounts of each of its containers, by their keys in the file."""

    volumes: Mapping[str, Declared]
    mounts: Mapping[str, Mapping[str, Any]]
    """By container, of those that have any."""
    names: Mapping[str, str]
    """The names of volumes in the pod, where these differ from their keys."""


_MEDIA = (None, "", "Memory")
"""The media of scratch space; huge pages are left to a patch."""


def mounted(
    pod: Fields,
    templates: Mapping[str, Declared],
    claims: Mapping[str, Any],
    said: Mapping[str, Declared],
    modes: Mapping[str, str],
    workload: str,
) -> Mounted:
    """Volumes and mounts of a pod. `templates` are the claims of its controller, `claims` what the file would say of
    each claim of the service, and `said` the volumes that other workloads of the service have already: one that is
    called like another of these gets the name of its `workload` in front. `modes` are the access modes of the lab's
    storage classes."""
    known = {**templates, **_in_order(entries(pod, "volumes"), claims, said, modes)}
    containers = [*containers_of(pod)]
    while True:
        mounts = {text(each, "name"): _until(entries(each, "volumeMounts"), known) for each in containers}
        used = {text(mount, "name") for each in mounts.values() for mount in each}
        kept = _until_unused(known, used, templates)
        if len(kept) == len(known):
            break
        known = kept
    keys = {name: _key(name, each, said, workload) for name, each in known.items()}
    return Mounted(
        {keys[name]: each for name, each in known.items()},
        {name: points for name, each in mounts.items() if (points := _points(each, keys))},
        {key: name for name, key in keys.items() if key != name},
    )


def _key(name: str, meaning: Declared, said: Mapping[str, Declared], workload: str) -> str:
    """The key of a volume in the file: its name, unless that is another volume there."""
    key = name
    while said.get(key, meaning) != meaning:
        key = as_name(f"{workload}-{key}")
    return key


def _in_order(
    volumes: Iterable[Fields], claims: Mapping[str, Any], said: Mapping[str, Declared], modes: Mapping[str, str]
) -> dict[str, Declared]:
    """The volumes before the first that has no key."""
    found: dict[str, Declared] = {}
    for each in volumes:
        name = text(each, "name")
        possible = tuple(_declarations(each, claims, said, modes))
        if name in said and said[name] in _declarations(each, claims, {}, modes):
            possible = (said[name],)
        if not possible:
            break
        found[name] = possible[0]
    return found


def volume_order(pod: Fields, said: Mounted, declared: Mapping[str, Declared]) -> list[str]:
    """The volumes of a pod that are said, in their order; empty where the program writes them so. `declared` are all of
    its service."""
    keys = {name: key for key, name in said.names.items()}
    stated = (text(each, "name") for each in entries(pod, "volumes"))
    runs = [key for name in stated if (key := keys.get(name, name)) in said.volumes]
    written = [name for key in _KEYS for name, each in declared.items() if each.key == key and name in runs]
    return [] if runs == written else runs


def _declarations(
    volume: Fields, claims: Mapping[str, Any], said: Mapping[str, Declared], modes: Mapping[str, str]
) -> Iterable[Declared]:
    """The ways to say a volume, the best first."""
    match {key: each for key, each in volume.items() if key != "name"}:
        case {"nfs": {"server": str(server), "path": str(path), **more}} if not more.keys() - {"readOnly"}:
            read_only = {"read_only": True} if more.get("readOnly") else {}
            return (Declared("shares", Flow(server=server, path=path, **read_only)),)
        case {"persistentVolumeClaim": {"claimName": str(claim), "readOnly": True, **more}} if not more:
            return (Declared("claims", Flow(claim=claim, read_only=True)),)
        case {"persistentVolumeClaim": {"claimName": str(claim), **more}} if not more:
            own = Declared("volumes", claims.get(claim))
            other = Declared("claims", claim)
            return (own, other) if own.meaning is not None and own not in said.values() else (other,)
        case {"configMap": source}:
            return _declared("config_maps", key_folder(source, "name"))
        case {"secret": source}:
            return _declared("secret_volumes", key_folder(source, "secretName"))
        case {"projected": source}:
            return _declared("projections", projection(source))
        case {"downwardAPI": source}:
            return _declared("projections", fields_folder(source))
        case {"csi": source}:
            return _declared("inline_csi", inline_csi(source))
        case {"emptyDir": {**more}} if not more.keys() - {"medium", "sizeLimit"} and more.get("medium") in _MEDIA:
            size = {"size": str(more["sizeLimit"])} if "sizeLimit" in more else {}
            medium = {"medium": "memory"} if more.get("medium") == "Memory" else {}
            return (Declared("scratch", Flow(**size, **medium)),)
        case {"ephemeral": {"volumeClaimTemplate": claim, **more}} if not more:
            return _declared("scratch", _temporary(claim, modes))
        case {"hostPath": source}:
            return _declared("host_paths", host_folder(source))
        case _:
            return ()


def _declared(key: str, meaning: Any) -> Iterable[Declared]:
    return () if meaning is None else (Declared(key, meaning),)


def _until(mounts: Iterable[Fields], names: Collection[str]) -> list[Fields]:
    """The mounts before the first that is of another volume, that the format cannot say, or of a volume that was
    mounted before others."""
    found: list[Fields] = []
    for each in mounts:
        name = text(each, "name")
        again = any(text(one, "name") == name for one in found[:-1]) and text(found[-1], "name") != name
        if name not in names or again or not _is_plain(each):
            break
        found.append(each)
    return found


def _until_unused(
    known: Mapping[str, Declared], used: Collection[str], templates: Mapping[str, Declared]
) -> dict[str, Declared]:
    """The volumes before the first that no container mounts; templates of claims are in no order."""
    kept = {name: each for name, each in known.items() if name in templates and name in used}
    for name, each in known.items():
        if name in templates:
            continue
        if name not in used:
            break
        kept[name] = each
    return kept


def _is_plain(mount: Fields) -> bool:
    known = {"name", "mountPath", "subPath", "subPathExpr", "readOnly", "mountPropagation"}
    if "$(" in text(mount, "subPath") or ("subPathExpr" in mount and "$(" not in text(mount, "subPathExpr")):
        return False
    return not mount.keys() - known and mount.get("mountPropagation") in (None, *PROPAGATIONS)


def _points(mounts: Iterable[Fields], keys: Mapping[str, str]) -> dict[str, Any]:
    said: dict[str, list[Any]] = {}
    for each in mounts:
        more = {
            "sub_path": each.get("subPath") or each.get("subPathExpr"),
            "read_only": each.get("readOnly") or None,
            "propagation": each.get("mountPropagation"),
        }
        stated = {key: found for key, found in more.items() if found is not None}
        path = text(each, "mountPath")
        said.setdefault(keys[text(each, "name")], []).append(Flow(path=path, **stated) if stated else path)
    return {name: FlowList(points) if len(points) > 1 else points[0] for name, points in said.items()}


def declarations(volumes: Mapping[str, Declared]) -> dict[str, dict[str, Any]]:
    """The volumes of a service as its file has them: by key and name."""
    return {
        key: {name: each.meaning for name, each in volumes.items() if each.key == key}
        for key in _KEYS
        if any(each.key == key for each in volumes.values())
    }


def claim_templates(controller: Fields, modes: Mapping[str, str]) -> dict[str, Declared]:
    """The claims that a statefulset makes for each replica, as far as the format makes them so too. `modes` are the
    access modes of the lab's storage classes."""
    found: dict[str, Declared] = {}
    for each in entries(controller, "spec", "volumeClaimTemplates"):
        meaning = template_keys(each, modes)
        if meaning is None:
            break
        found[text(each, "metadata", "name")] = Declared("volumes", meaning)
    return found


def _temporary(claim: Fields, modes: Mapping[str, str]) -> Flow | None:
    """A claim that is made with each pod."""
    access = [str(each) for each in values(claim, "spec", "accessModes")]
    return _claim_keys(claim, modes, access) if len(access) == 1 else None


def template_keys(claim: Fields, modes: Mapping[str, str]) -> Flow | None:
    """The keys of a claim of one node at a time, and of a storage class that the lab has; None for any other."""
    access = [str(each) for each in values(claim, "spec", "accessModes")]
    return _claim_keys(claim, modes, access) if access in (["ReadWriteOnce"], ["ReadWriteOncePod"]) else None


def _claim_keys(claim: Fields, modes: Mapping[str, str], access: Sequence[str]) -> Flow | None:
    spec = mapping(claim, "spec")
    storage_class = text(spec, "storageClassName")
    if storage_class not in modes:
        return None
    more = {} if access[0] == modes[storage_class] else {"access": access[0]}
    labels = mapping(claim, "metadata", "labels")
    return Flow(
        storage_class=storage_class,
        size=text(spec, "resources", "requests", "storage"),
        **more,
        **({"labels": dict(labels)} if labels else {}),
        **claim_annotations(claim),
    )
