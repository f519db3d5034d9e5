"""Claims of a service that exist, and the volumes of shares behind them, in the keys of the format."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.yaml_text import Flow, FlowList
from plan.model import Manifest
from plan.model.fields import Fields, mapping, text, values
from plan.model.metadata import NOT_AWAITED

_OF_CLAIM = frozenset({"accessModes", "resources", "storageClassName", "volumeName", "dataSourceRef"})
_OF_VOLUME = frozenset({"capacity", "nfs", "csi", "accessModes", "claimRef", "mountOptions", "storageClassName"})
_OF_CSI = frozenset({"driver", "volumeHandle", "volumeAttributes", "nodeStageSecretRef", "fsType", "readOnly"})


class SaidClaim(NamedTuple):
    """A claim as a volume of its service, and the objects that it stands for."""

    meaning: Flow
    objects: frozenset[Key]


def claim_keys(stated: Mapping[Key, Manifest], modes: Mapping[str, str]) -> dict[str, SaidClaim]:
    """The claims among objects that the format can say, by name. `modes` are the access modes of the lab's storage
    classes."""
    volumes = {key.name: (key, each) for key, each in stated.items() if key.kind == "PersistentVolume"}
    found: dict[str, SaidClaim] = {}
    for key, claim in stated.items():
        if key.kind == "PersistentVolumeClaim" and (said := _claim(key, claim, volumes, modes)):
            found[key.name] = said
    return found


def _claim(
    key: Key, claim: Fields, volumes: Mapping[str, tuple[Key, Manifest]], modes: Mapping[str, str]
) -> SaidClaim | None:
    spec = mapping(claim, "spec")
    access = values(spec, "accessModes")
    if spec.keys() - _OF_CLAIM or len(access) != 1 or "storageClassName" not in spec:
        return None
    size = text(spec, "resources", "requests", "storage")
    storage_class, volume = text(spec, "storageClassName"), text(spec, "volumeName")
    labels = mapping(claim, "metadata", "labels")
    objects = {key}
    said: dict[str, Any] = {"size": size, "claim": key.name, **({"volume": volume} if volume else {})}
    usual = "ReadWriteMany"
    if storage_class in modes:
        said = {"storage_class": storage_class, **said}
        usual = modes[storage_class]
    elif not volume:
        return None
    elif volume in volumes and (source := _source(volumes[volume][1], key, size, access, labels, storage_class)):
        said |= source | ({"static_class": storage_class} if storage_class else {})
        objects.add(volumes[volume][0])
        usual = "ReadWriteOnce" if "csi" in source else usual
    elif storage_class:
        return None
    said |= {"access": access[0]} if access[0] != usual else {}
    said |= {"labels": dict(labels)} if labels else {}
    said |= claim_annotations(claim)
    if content := mapping(spec, "dataSourceRef"):
        if content.keys() - {"apiGroup", "kind", "name"}:
            return None
        group = {"api_group": text(content, "apiGroup")} if content.get("apiGroup") else {}
        said["restored_from"] = Flow(kind=text(content, "kind"), name=text(content, "name"), **group)
    return SaidClaim(Flow(said), frozenset(objects))


def claim_annotations(claim: Fields) -> dict[str, Any]:
    """The annotations of a claim, but for the one that the program writes itself."""
    stated = mapping(claim, "metadata", "annotations")
    found = {name: each for name, each in stated.items() if name not in NOT_AWAITED}
    return {"annotations": found} if found else {}


def _source(
    volume: Fields, claim: Key, size: str, access: Iterable[object], labels: Mapping[str, Any], storage_class: str
) -> dict[str, Any] | None:
    """The share, or the volume of a CSI driver, behind a volume that is there for this claim alone; None where it is
    another one."""
    spec = mapping(volume, "spec")
    fits = (
        not spec.keys() - _OF_VOLUME
        and dict(mapping(spec, "claimRef")) == {"namespace": claim.namespace, "name": claim.name}
        and text(spec, "capacity", "storage") == size
        and list(values(spec, "accessModes")) == list(access)
        and text(spec, "storageClassName") == storage_class
        and mapping(volume, "metadata", "labels") == labels
    )
    options = values(spec, "mountOptions")
    more = {"options": FlowList(options)} if options else {}
    if not fits:
        return None
    if share := _share(mapping(spec, "nfs")):
        return {"share": {**share, **more}}
    if csi := _csi(mapping(spec, "csi"), claim.namespace):
        return {"csi": {**csi, **more}}
    return None


def _share(nfs: Fields) -> dict[str, Any] | None:
    if not nfs or nfs.keys() - {"server", "path", "readOnly"}:
        return None
    return {
        "server": text(nfs, "server"),
        "path": text(nfs, "path"),
        **({"read_only": True} if nfs.get("readOnly") else {}),
    }


def _csi(source: Fields, namespace: str) -> dict[str, Any] | None:
    if not source or source.keys() - _OF_CSI:
        return None
    secret = mapping(source, "nodeStageSecretRef")
    stated = {
        "driver": text(source, "driver"),
        "handle": text(source, "volumeHandle"),
        "attributes": dict(mapping(source, "volumeAttributes")),
        "secret": "/".join(filter(None, (_unless(text(secret, "namespace"), namespace), text(secret, "name")))),
        "file_system": text(source, "fsType"),
        "read_only": source.get("readOnly"),
    }
    return {key: each for key, each in stated.items() if each}


def _unless(name: str, usual: str) -> str:
    return "" if name == usual else name
