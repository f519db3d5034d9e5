"""Volumes, scratch space and folders of the node: declared, and mounted."""

from collections.abc import Iterator

from config.draft import Draft
from config.source import Problem
from config.suggest import did_you_mean


def check_volumes(lab: Draft) -> Iterator[Problem]:
    """Mounted volumes are declared, declared ones are mounted, and a name means one volume."""
    for name, service in lab.services.items():
        kinds = service.mountable()
        declared = {volume for names in kinds.values() for volume in names}
        mounted = service.mounted(name)
        for path, container in service.containers_of(name):
            for volume in container.mounts.keys() - declared:
                message = f"unknown volume or scratch {volume!r}{did_you_mean(volume, declared)}"
                yield lab.problem((*path, "mounts", volume), message)
        seen: set[str] = set()
        for kind, names in kinds.items():
            for volume in names:
                path = ("services", name, kind, volume)
                if volume in seen:
                    yield lab.problem(path, f"{volume!r} is a volume already; give one of them another name")
                elif volume not in mounted and declared.issuperset(mounted):
                    yield lab.problem(path, service.unmounted)
            seen.update(names)


def check_copies(lab: Draft) -> Iterator[Problem]:
    """A copy names volumes that exist, and not itself."""
    volumes = {f"{name}/{volume}" for name, service in lab.services.items() for volume in service.volumes}
    for name, service in lab.services.items():
        for key, volume in service.volumes.items():
            for index, original in enumerate(volume.copy_of):
                path = ("services", name, "volumes", key, "copy_of", index)
                full = original if "/" in original else f"{name}/{original}"
                if full == f"{name}/{key}":
                    yield lab.problem(path, f"{key!r} cannot be a copy of itself; name the volume that is copied")
                elif full not in volumes:
                    yield lab.problem(path, f"unknown volume {original!r}{did_you_mean(full, volumes)}")
