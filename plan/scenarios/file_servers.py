"""File servers that services mount from: NFS, and SMB through its CSI driver."""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.objects import StatedObject
from config.pod import POD_TEMPLATES
from config.service import Service
from config.service.app import OwnWorkloads
from config.service.volume import file_server_of
from config.source import Path
from config.storage_class import NfsStorageClass
from plan.model.fields import Fields, entries, mapping, text
from plan.workloads.objects import claimed


class Served(NamedTuple):
    """Files that a service mounts from a server."""

    server: str
    """Address or host name, as the lab writes it."""
    service: str
    path: Path
    """Where the lab names the server."""
    content: str
    """The files, for a sentence: `the volumes of nfs`, `jellyfin/media`."""


def served(lab: Lab) -> Iterator[Served]:
    """All that services mount from file servers."""
    classes = {name: str(row.server) for name, row in lab.storage_classes.items() if isinstance(row, NfsStorageClass)}
    for name, service in lab.services.items():
        used = {each for each, _ in service.stored()} | {each for _, _, each, _ in claimed(lab.objects.get(name, ()))}
        for each in sorted(used & classes.keys()):
            yield Served(classes[each], name, ("storage", each, "server"), f"the volumes of {each}")
        yield from _stated(name, service)
        for stated in lab.objects.get(name, ()):
            for server in dict.fromkeys(_named_by(stated)):
                yield Served(server, name, stated.path, f"{stated.kind} {stated.name} of {name}")


def users_by_server(lab: Lab) -> Mapping[str, Collection[str]]:
    """The services that mount from each file server."""
    found: dict[str, dict[str, None]] = {}
    for each in served(lab):
        found.setdefault(each.server, {})[each.service] = None
    return found


def _stated(name: str, service: Service) -> Iterator[Served]:
    path: Path = ("services", name)
    for key, volume in service.volumes.items():
        if volume.share:
            yield Served(volume.share.server, name, (*path, "volumes", key, "share"), f"{name}/{key}")
        elif volume.csi and (server := file_server_of(volume.csi.driver, volume.csi.attributes)):
            yield Served(server, name, (*path, "volumes", key, "csi"), f"{name}/{key}")
    for key, share in service.shares.items() if isinstance(service, OwnWorkloads) else ():
        yield Served(share.server, name, (*path, "shares", key), f"{name}/{key}")


def _named_by(stated: StatedObject) -> Iterator[str]:
    """Servers that an object names: a PersistentVolume, or the volumes of pods."""
    content = stated.content
    if stated.kind == "PersistentVolume":
        yield from _of_volume(mapping(content, "spec"))
    elif stated.kind in POD_TEMPLATES:
        for volume in entries(content, *POD_TEMPLATES[stated.kind], "spec", "volumes"):
            yield from _of_volume(volume)


def _of_volume(volume: Fields) -> Iterator[str]:
    if server := text(volume, "nfs", "server"):
        yield server
    if server := file_server_of(text(volume, "csi", "driver"), mapping(volume, "csi", "volumeAttributes")):
        yield server
