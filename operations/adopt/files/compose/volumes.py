"""Volumes of a Compose project: whose they are, and who else mounts them."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

from operations.adopt.cluster.services import as_name
from operations.adopt.files.compose.project import Project
from operations.adopt.files.compose.values import Mount, mount_of
from plan.model.fields import values

_OF_THE_HOST = ("/bin", "/boot", "/dev", "/etc", "/lib", "/proc", "/root", "/run", "/sys", "/usr", "/var/lib/docker")
"""Folders of the Docker host's own system; `/var/run` and `/var/log` are below."""
_OF_ITS_RUNNING = ("/var/log", "/var/run")
_FILES = frozenset(
    {".cfg", ".cnf", ".conf", ".crt", ".env", ".ini", ".js", ".json", ".key", ".pem", ".py", ".sh", ".sock", ".sql"}
    | {".toml", ".txt", ".xml", ".yaml", ".yml"}
)
"""Endings of files: whether a path of the Docker host is one cannot be seen here."""


class Volume(NamedTuple):
    """A volume of the project."""

    source: str
    """A named volume, or a folder."""
    owner: str
    """Key of the service that has it: the first that mounts it."""
    is_shared: bool
    """Whether others mount it too."""


class Mounted(NamedTuple):
    """A volume as a service mounts it."""

    volume: Volume
    name: str
    """Name of the volume in the service."""
    sub_path: str
    """The folder in it; empty for all of it."""


MountedByService = Mapping[str, Mapping[Mount, Mounted]]


def _is_data(project: Project, mount: Mount) -> bool:
    """Whether it is data: a named volume, or a folder that is none of the Docker host's own system."""
    if mount.kind == "volume":
        return True
    path = PurePosixPath(mount.source)
    if mount.kind != "bind" or path.suffix in _FILES or path == PurePosixPath("/"):
        return False
    if mount.is_beside:
        return not (project.folder / mount.source).is_file()
    return not any(path.is_relative_to(each) for each in (*_OF_THE_HOST, *_OF_ITS_RUNNING))


def mounted_by_service(project: Project) -> MountedByService:
    """The volumes that each service mounts, its own and those of others, by its key. Those of sidecars are the
    service's."""
    data: dict[str, tuple[Mount, ...]] = {}
    for key in project.services:
        host = project.host_of(key)
        data[host] = (*data.get(host, ()), *_data(project, key))
    volumes = _volumes(data)
    return {key: _mounted(key, mounts, volumes) for key, mounts in data.items()}


def _mounted(key: str, mounts: Iterable[Mount], volumes: Mapping[str, Volume]) -> Mapping[Mount, Mounted]:
    found: dict[Mount, Mounted] = {}
    names: dict[str, str] = {}
    for mount in mounts:
        source = _source(key, mount)
        volume = volumes[min((each for each in volumes if _holds(each, source)), key=len)]
        name = names.setdefault(volume.source, _unique(volume.source, mount.target, names))
        found[mount] = Mounted(volume, name, source[len(volume.source) :].strip("/"))
    return found


def _volumes(data: Mapping[str, Iterable[Mount]]) -> Mapping[str, Volume]:
    users: dict[str, dict[str, None]] = {}
    for key, mounts in data.items():
        for mount in mounts:
            users.setdefault(_source(key, mount), {})[key] = None
    found: dict[str, Volume] = {}
    for source, keys in users.items():
        below = {key for other, others in users.items() if _holds(source, other) for key in others}
        found[source] = Volume(source, next(iter(keys)), is_shared=len(below) > 1)
    return found


def _data(project: Project, key: str) -> Iterator[Mount]:
    return (each for each in map(mount_of, values(project.services[key], "volumes")) if _is_data(project, each))


def _source(key: str, mount: Mount) -> str:
    """The same for two mounts of the same data. A volume without a name is the service's own."""
    if not mount.source:
        return f"{key}:{mount.target}"
    return str(PurePosixPath(mount.source)) if mount.kind == "bind" else mount.source


def _holds(folder: str, source: str) -> bool:
    return source == folder or source.startswith(f"{folder}/")


def _unique(source: str, target: str, names: Mapping[str, str]) -> str:
    name = as_name(PurePosixPath(source.partition(":")[2] or source).name or PurePosixPath(target).name) or "data"
    number = sum(each == name or each.rpartition("-")[0] == name for each in names.values())
    return f"{name}-{number + 1}" if number else name
