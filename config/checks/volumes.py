"""Volumes, scratch space and folders of the node: declared, and mounted."""

from collections.abc import Iterator

from config.draft import Draft
from config.namespaces import namespace_of
from config.service import Service
from config.service.app import OwnWorkloads
from config.source import Problem
from config.storage_class import BlockStorageClass, NfsStorageClass
from config.suggest import did_you_mean


def check_volumes(lab: Draft) -> Iterator[Problem]:
    """Mounted volumes are declared, declared ones are mounted, and a name means one volume."""
    for name, service in lab.services.items():
        kinds = service.mountable()
        declared = {volume for names in kinds.values() for volume in names}
        mounted = service.mounted(name)
        for path, container in service.containers_of(name):
            for volume in container.mounts.keys() - declared:
                message = f"unknown volume {volume!r}{did_you_mean(volume, declared)}"
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


def check_claims(lab: Draft) -> Iterator[Problem]:
    """A volume of another service is there, and in the same namespace; a share that exists has no storage class."""
    for name, service in lab.services.items():
        for key, claim in service.claims.items() if isinstance(service, OwnWorkloads) else ():
            owner, volume = claim.owner, claim.name
            path = ("services", name, "claims", key)
            if not owner:
                continue
            if not lab.is_said("services", owner):
                near = did_you_mean(owner, lab.services, "the files in services/")
                yield lab.problem(path, f"unknown service {owner!r}{near}")
            elif (other := lab.services.get(owner)) and volume not in other.volumes:
                yield lab.problem(path, f"unknown volume {volume!r} of {owner}{did_you_mean(volume, other.volumes)}")
            elif other and namespace_of(lab, owner) != namespace_of(lab, name):
                message = f"{owner} lives in namespace {namespace_of(lab, owner)!r}, and pods mount claims of their own"
                yield lab.problem(path, f"{message}; put both services into one group")
        yield from _check_order(lab, name, service)
        yield from _check_scratch(lab, name, service)
        yield from _check_names(lab, name, service)
        for key, volume in service.volumes.items():
            path = ("services", name, "volumes", key)
            if volume.share and volume.csi:
                yield lab.problem((*path, "csi"), "a volume is one of a share and a CSI driver; leave one of them out")
            if volume.restored_from and (volume.exists or volume.volume):
                message = "is the content of a new volume, and this one is there; leave it out"
                yield lab.problem((*path, "restored_from"), message)
            if volume.exists and volume.storage_class:
                which = "share" if volume.share else "csi"
                message = (
                    f"the program makes the volume of what {which} names; write static_class, or leave out {which}"
                )
                yield lab.problem((*path, "storage_class"), message)
            if volume.static_class and not volume.exists:
                message = "is of a share or a volume of a driver that exists; write storage_class"
                yield lab.problem((*path, "static_class"), message)


def _check_scratch(lab: Draft, name: str, service: Service) -> Iterator[Problem]:
    """A volume that is made for a pod goes with it."""
    for key, scratch in service.scratch.items() if isinstance(service, OwnWorkloads) else ():
        row = lab.storage_classes.get(scratch.storage_class or "")
        if isinstance(row, BlockStorageClass | NfsStorageClass) and not row.existing and row.reclaim == "Retain":
            message = (
                f"volumes of {scratch.storage_class!r} stay, and each pod would leave one behind; name a class with "
                "reclaim: Delete (storage.yaml)"
            )
            yield lab.problem(("services", name, "scratch", key, "storage_class"), message)


def _check_names(lab: Draft, name: str, service: Service) -> Iterator[Problem]:
    """Volumes of a pod have different names."""
    known = {each for names in service.mountable().values() for each in names}
    for path, _, workload in service.parts(name):
        names = workload.adopt.volume_names
        mounted = {volume for container in workload.containers for volume in container.mounts} & known
        for volume, called in names.items():
            where = (*path, "adopt", "volume_names", volume)
            if volume not in known:
                yield lab.problem(where, f"there is no volume {volume!r}{did_you_mean(volume, known)}")
            elif other := next((each for each in mounted - {volume} if names.get(each, each) == called), None):
                yield lab.problem(where, f"{other!r} is called {called!r} in its pods already; give another name")


def _check_order(lab: Draft, name: str, service: Service) -> Iterator[Problem]:
    known = {each for names in service.mountable().values() for each in names}
    for path, _, workload in service.parts(name):
        for index, volume in enumerate(workload.adopt.volume_order):
            if volume not in known:
                message = f"there is no volume {volume!r}{did_you_mean(volume, known)}"
                yield lab.problem((*path, "adopt", "volume_order", index), message)


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
