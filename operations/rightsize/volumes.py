"""Sizes of volumes from how full they were. A claim grows and never shrinks, so nothing is ever cut."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from observation import Observation
from observation.objects import name_of, namespace_of
from observation.usage import VolumeUsage
from plan.model import Manifest
from plan.model.fields import entries, number, text, value
from plan.model.resources import MEMORY, read_amount

Answer = Literal["grow", "enough", "cannot be said"]
FULL = 0.8
"""Share of a volume from which it is to grow."""
ROOM = 0.7
"""Share of it that is used when it has grown."""
ENOUGH_DAYS = 8
"""Days of data from which growth is a trend."""
AHEAD_DAYS = 90
"""Days of growth that a volume has room for when it has grown."""
SOON_DAYS = 30
"""A volume that is full so soon is to grow now."""
_WHOLE_SERVER = 1.5
"""Where the file system is so many times the claim, it is the whole server that is measured, and not the claim."""
_GIB = 1 << 30


class SizedVolume(NamedTuple):
    """A claim, how full it was, and the size that it should have."""

    namespace: str
    claim: str
    size: int
    """Bytes, as the claim has them."""
    used: int | None
    """Most bytes that were seen used; None where nothing tells."""
    growth_per_day: int | None
    """Bytes; None without enough days of data."""
    days: float
    """Of data; 0 for a single look at the kubelets."""
    source: Literal["prometheus", "kubelet", "none"]
    answer: Answer
    proposed: int | None
    """Bytes; None: left alone."""
    why: str
    can_grow: bool | None
    """Whether its class lets claims grow; None where that is not known."""


def size_volumes(observation: Observation) -> tuple[SizedVolume, ...]:
    """Each bound claim of a cluster."""
    recorded = {(each.namespace, each.claim): each for each in observation.usage.volumes} if observation.usage else {}
    seen = dict(_seen(observation))
    found: list[SizedVolume] = []
    for claim in observation.of("PersistentVolumeClaim"):
        key, capacity = (namespace_of(claim) or "", name_of(claim)), text(claim, "status", "capacity", "storage")
        if text(claim, "status", "phase") == "Bound" and capacity:
            used = recorded.get(key) or seen.get(key)
            source = "prometheus" if key in recorded else "kubelet" if key in seen else "none"
            sized = sized_volume(key, read_amount(MEMORY, capacity), used, source)
            found.append(sized._replace(can_grow=_can_grow(observation, claim)))
    return tuple(found)


def sized_volume(
    key: tuple[str, str], size: int, used: VolumeUsage | None, source: Literal["prometheus", "kubelet", "none"]
) -> SizedVolume:
    """The answer about one claim."""
    base = SizedVolume(*key, size, None, None, 0, source, "cannot be said", None, "nobody measured it", None)
    if used is None:
        return base
    if used.capacity > size * _WHOLE_SERVER:
        return base._replace(why="the file system of the whole server is measured, not the claim's")
    growth = used.growth_per_day if used.days >= ENOUGH_DAYS else None
    told = base._replace(used=used.used, growth_per_day=growth, days=used.days)
    left = (size - used.used) / growth if growth and growth > 0 else None
    if used.used < size * FULL and (left is None or left > SOON_DAYS):
        return told._replace(answer="enough", why="it has room")
    wanted = max(used.used / ROOM, used.used + max(growth or 0, 0) * AHEAD_DAYS, size + 1)
    is_full = used.used >= size * FULL
    why = f"{used.used / size:.0%} of it was used" if is_full else f"it is full in {left:.0f} days as it grows now"
    return told._replace(answer="grow", proposed=-(-int(wanted) // _GIB) * _GIB, why=why)


def _seen(observation: Observation) -> Iterator[tuple[tuple[str, str], VolumeUsage]]:
    """The kubelets' answers on the volumes that are mounted now."""
    for kubelet in observation.kubelets.values():
        for pod in entries({"of": kubelet.statistics or {}}, "of", "pods"):
            for volume in entries(pod, "volume"):
                namespace, name = text(volume, "pvcRef", "namespace"), text(volume, "pvcRef", "name")
                if name:
                    used, capacity = number(volume, "usedBytes"), number(volume, "capacityBytes")
                    yield (namespace, name), VolumeUsage(namespace, name, 0, used, capacity, 0)


def _can_grow(observation: Observation, claim: Manifest) -> bool | None:
    storage_class = observation.get("StorageClass", text(claim, "spec", "storageClassName"))
    return None if storage_class is None else value(storage_class, "allowVolumeExpansion") is True
