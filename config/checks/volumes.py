"""Volumes, scratch space and folders of the node: declared, and mounted."""

from collections.abc import Collection, Iterator

from config.draft import Draft
from config.parts import containers
from config.service import HelmService, Service
from config.service.app import OwnWorkloads
from config.source import Problem
from config.suggest import did_you_mean


def check_volumes(lab: Draft) -> Iterator[Problem]:
    """What is mounted is declared, what is declared is mounted, and a name means one thing."""
    for name, service in lab.services.items():
        kinds = _declared(service)
        declared = {volume for names in kinds.values() for volume in names}
        mounted = _mounted(name, service)
        for path, container in containers(name, service):
            for volume in container.mounts.keys() - declared:
                message = f"unknown volume or scratch {volume!r}{did_you_mean(volume, declared)}"
                yield lab.problem((*path, "mounts", volume), message)
        seen: set[str] = set()
        for kind, names in kinds.items():
            for volume in names:
                path = ("services", name, kind, volume)
                if volume in seen:
                    yield lab.problem(path, f"{volume!r} is a volume already; give one of them another name")
                elif volume not in mounted and mounted <= declared:
                    yield lab.problem(path, _unused(service))
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


def _declared(service: Service) -> dict[str, Collection[str]]:
    """What a service declares that can be mounted, by the key under which it does."""
    if isinstance(service, OwnWorkloads):
        return {"volumes": service.volumes, "scratch": service.scratch, "host_paths": service.host_paths}
    return {"volumes": service.volumes}


def _mounted(name: str, service: Service) -> set[str]:
    if isinstance(service, HelmService):
        return {volume for workload in service.footprint.values() for volume in workload.volumes}
    return {volume for _, container in containers(name, service) for volume in container.mounts}


def _unused(service: Service) -> str:
    if isinstance(service, HelmService):
        return "no workload of the footprint mounts it; name it under volumes of one, or remove it"
    if isinstance(service, OwnWorkloads):
        return "no container mounts it; name it under mounts of one, or remove it"
    return f"a {service.kind} service states its data volume with storage_class and size; remove it"
