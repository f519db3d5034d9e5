"""Mounts of a Compose service: volumes, memory, files, secrets."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from config.files import UnreadableFile
from operations.adopt.cluster.objects import is_fields
from operations.adopt.cluster.services import as_name
from operations.adopt.cluster.withheld import is_secret
from operations.adopt.cluster.yaml_text import Flow
from operations.adopt.files.compose.project import Project
from operations.adopt.files.compose.taken import Taken, together
from operations.adopt.files.compose.values import Mount, memory_of, mount_of
from operations.adopt.files.compose.volumes import MountedByService
from plan.model.fields import Fields, mapping, text, values

ASSUMED_SIZE = "10Gi"
"""Of a volume: Compose states no sizes."""
_CLOCK = ("/etc/localtime", "/etc/timezone")
"""The clock of the host, which a pod gets as a variable."""


def storage(project: Project, key: str, stated: Fields, volumes: MountedByService) -> Taken:
    """All that is mounted."""
    mounts = [mount_of(each) for each in values(stated, "volumes")]
    return together(
        (
            *(
                _volume(project, key, each, volumes) if each in volumes[key] else _other(project, key, each)
                for each in mounts
            ),
            _in_memory(stated),
            *_configs(project, stated),
            *_secrets(project, key, stated),
            *_devices(stated),
        )
    )


def _volume(project: Project, key: str, mount: Mount, volumes: MountedByService) -> Taken:
    """A volume of its own, or of the service that mounts it first."""
    found = volumes[key][mount]
    where: Any = mount.target
    if found.sub_path or mount.read_only:
        more = {"sub_path": found.sub_path} if found.sub_path else {}
        where = Flow(path=mount.target, **more, **({"read_only": True} if mount.read_only else {}))
    volume, receiver = found.volume, project.receiver
    if volume.owner != key:
        owner = next(each.name for each in volumes[volume.owner].values() if each.volume == volume)
        claim = f"{project.name_of(volume.owner)}/{owner}"
        return Taken({"claims": {found.name: claim}, "mounts": {found.name: where}})
    if share := project.share_of(volume.source):
        stated = Flow(size=ASSUMED_SIZE, share=share)
        where_it_is = f"{share['server']}:{share['path']}"
        note = f"volume {found.name}: its size is assumed; it is the share {where_it_is}, as before"
        return Taken({"volumes": {found.name: stated}, "mounts": {found.name: where}}, (note,))
    storage_class = receiver.shared_class if volume.is_shared else receiver.storage_class
    if storage_class is None:
        return Taken(lacking=("it has volumes, and the lab has no storage class",))
    origin = mount.source or f"the volume at {mount.target}"
    note = f"volume {found.name}: its size and class {storage_class} are assumed; copy {origin} into it"
    stated = Flow(size=ASSUMED_SIZE, storage_class=storage_class)
    return Taken({"volumes": {found.name: stated}, "mounts": {found.name: where}}, (note,))


def _other(project: Project, key: str, mount: Mount) -> Taken:
    """A mount that is no volume: memory, a file beside the compose file, or a part of the Docker host."""
    if mount.source in _CLOCK:
        return Taken(notes=("the time zone of the host is not mounted: set TZ",))
    if mount.kind == "tmpfs":
        return _memory(mount.target, f"size={mount.size}" if mount.size else "")
    if mount.is_beside:
        return _file(project, key, mount.source, mount.target)
    if mount.source.endswith("docker.sock"):
        return Taken(lacking=("it uses Docker's own socket, which a node of the cluster does not have",))
    if PurePosixPath(mount.source).suffix:
        return Taken(
            lacking=(
                f"{mount.source} is a file of the Docker host: copy it beside the compose file and mount it there",
            )
        )
    return Taken(lacking=(f"{mount.source} is of the Docker host itself: a node of the cluster has another",))


def _file(project: Project, key: str, source: str, target: str) -> Taken:
    try:
        content = project.read(source)
    except UnreadableFile as error:
        return Taken(lacking=(f"{source} {error}",))
    if not is_secret(target, content):
        return Taken({"files": {target: content}})
    return _secret_file(project, key, as_name(PurePosixPath(source).name), target)


def _secret_file(project: Project, key: str, name: str, target: str) -> Taken:
    service = project.name_of(key)
    kept = Flow(path=service, key=name) if project.receiver.has_vault else Flow(secret=service, key=name)
    where = f"into secret/{service} of Vault" if project.receiver.has_vault else f"into the Secret {service}"
    return Taken({"secret_files": {target: kept}}, (f"put {name} {where}; its content is not written",))


def _in_memory(stated: Fields) -> Taken:
    folders = stated.get("tmpfs")
    every = [folders] if isinstance(folders, str) else [str(each) for each in values(stated, "tmpfs")]
    found = [_memory(*each.partition(":")[::2]) for each in every]
    if size := stated.get("shm_size"):
        found.append(_memory("/dev/shm", f"size={size}"))
    return together(found)


def _memory(target: str, options: str) -> Taken:
    """A folder in memory, which counts towards that of the container."""
    name = as_name(target.strip("/").replace("/", "-")) or "memory"
    size = next((memory_of(each[5:]) for each in options.split(",") if each.startswith("size=")), None)
    scratch = Flow(medium="memory", size=size) if size else Flow(medium="memory")
    return Taken({"scratch": {name: scratch}, "mounts": {name: target}})


def _configs(project: Project, stated: Fields) -> Iterator[Taken]:
    for each in values(stated, "configs"):
        name = text(each, "source") if is_fields(each) else str(each)
        target = (text(each, "target") if is_fields(each) else "") or f"/{name}"
        config = mapping(project.stated, "configs", name)
        if content := text(config, "content"):
            yield Taken({"files": {target: content}})
        elif file := text(config, "file"):
            yield _file(project, name, file, target)
        else:
            yield Taken(lacking=(f"config {name} is not in the file: state its content under files",))


def _secrets(project: Project, key: str, stated: Fields) -> Iterator[Taken]:
    for each in values(stated, "secrets"):
        name = text(each, "source") if is_fields(each) else str(each)
        target = (text(each, "target") if is_fields(each) else "") or name
        yield _secret_file(project, key, name, target if target.startswith("/") else f"/run/secrets/{target}")


def _devices(stated: Fields) -> Iterator[Taken]:
    for each in values(stated, "devices"):
        path = text(each, "source") if is_fields(each) else str(each).partition(":")[0]
        way = "request it from a device plugin under devices, or write host_paths and privileged: true"
        yield Taken(lacking=(f"it opens {path} of the Docker host: {way}, with the exception host-access",))
