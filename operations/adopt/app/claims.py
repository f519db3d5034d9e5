"""Claims of a service that exist, and the volumes of shares behind them, in the keys of the format."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.yaml_text import Flow, FlowList
from plan.model import Manifest
from plan.model.fields import Fields, mapping, text, values

_OF_CLAIM = frozenset({"accessModes", "resources", "storageClassName", "volumeName"})
_OF_SHARE = frozenset({"capacity", "nfs", "accessModes", "claimRef", "mountOptions", "storageClassName"})


class SaidClaim(NamedTuple):
    """A claim as a volume of its service, and the objects that it stands for."""

    meaning: Flow
    objects: frozenset[Key]


def claim_keys(stated: Mapping[Key, Manifest], modes: Mapping[str, str]) -> dict[str, SaidClaim]:
    """The claims among objects that the format can say, by name. `modes` are the access modes of the lab's storage
    classes."""
    shares = {key.name: (key, each) for key, each in stated.items() if key.kind == "PersistentVolume"}
    found: dict[str, SaidClaim] = {}
    for key, claim in stated.items():
        if key.kind == "PersistentVolumeClaim" and (said := _claim(key, claim, shares, modes)):
            found[key.name] = said
    return found


def _claim(
    key: Key, claim: Fields, shares: Mapping[str, tuple[Key, Manifest]], modes: Mapping[str, str]
) -> SaidClaim | None:
    spec = mapping(claim, "spec")
    access = values(spec, "accessModes")
    if spec.keys() - _OF_CLAIM or len(access) != 1 or "storageClassName" not in spec:
        return None
    size = text(spec, "resources", "requests", "storage")
    storage_class, volume = text(spec, "storageClassName"), text(spec, "volumeName")
    mode = {} if access[0] == modes.get(storage_class, "ReadWriteMany") else {"access": access[0]}
    labels = mapping(claim, "metadata", "labels")
    more: dict[str, Any] = {**mode, **({"labels": dict(labels)} if labels else {})}
    if storage_class:
        known = storage_class in modes and not volume
        said = Flow(storage_class=storage_class, size=size, claim=key.name, **more) if known else None
        return SaidClaim(said, frozenset({key})) if said else None
    if not volume:
        return None
    bound = Flow(size=size, claim=key.name, volume=volume, **more)
    if volume in shares and (share := _share(shares[volume][1], key, size, access, labels)):
        return SaidClaim(Flow(**bound, share=share), frozenset({key, shares[volume][0]}))
    return SaidClaim(bound, frozenset({key}))


def _share(
    volume: Fields, claim: Key, size: str, access: Iterable[object], labels: Mapping[str, Any]
) -> dict[str, Any] | None:
    """The share of a volume that is there for this claim alone; None where it is another one."""
    spec = mapping(volume, "spec")
    nfs, bound = mapping(spec, "nfs"), mapping(spec, "claimRef")
    fits = (
        nfs
        and not spec.keys() - _OF_SHARE
        and not nfs.keys() - {"server", "path", "readOnly"}
        and dict(bound) == {"namespace": claim.namespace, "name": claim.name}
        and text(spec, "capacity", "storage") == size
        and list(values(spec, "accessModes")) == list(access)
        and not text(spec, "storageClassName")
        and mapping(volume, "metadata", "labels") == labels
    )
    if not fits:
        return None
    options = values(spec, "mountOptions")
    return {
        "server": text(nfs, "server"),
        "path": text(nfs, "path"),
        **({"read_only": True} if nfs.get("readOnly") else {}),
        **({"options": FlowList(options)} if options else {}),
    }
