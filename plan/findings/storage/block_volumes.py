"""Block volumes that pods on several nodes mount."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from config.lab import Lab
from config.service import Service
from config.service.app import OwnWorkloads
from config.service.container import Part, Workload
from config.service.footprint import FootprintService
from config.source import Path
from plan.model.findings import Finding, Rule
from plan.wording import listed
from plan.workloads.volume_classes import is_block, takes_slot

BLOCK_VOLUME_SHARED = Rule(
    "BLOCK-VOLUME-SHARED",
    ("error", "warning"),
    title="Pods share a block volume",
    meaning=(
        "A block volume is attached to one node at a time. Replicas on other nodes stay in ContainerCreating "
        "with FailedAttachVolume: Multi-Attach error. For two workloads it is a warning: their pods may happen to "
        "be on one node."
    ),
    remedy=(
        "Use runs_as: statefulset, which gives each replica a volume of its own; or an NFS storage class; or "
        "one replica. Let two workloads have one pod, or select one node for both."
    ),
)


class _User(NamedTuple):
    """A workload that mounts a volume."""

    name: str
    path: Path
    """Of its mount."""
    is_bound: bool
    """Whether its pods are kept on the node of another's."""


def block_volume_findings(lab: Lab) -> Iterator[Finding]:
    """All findings about block volumes with several users."""
    for name, service in lab.services.items():
        for path, _, workload in service.parts(name):
            yield from _shared_block_volume(lab, service, workload, path)
        yield from _volumes_of_replicas(lab, name, service)
    yield from _between_workloads(lab)


def _between_workloads(lab: Lab) -> Iterator[Finding]:
    """Volumes that several workloads mount, which nothing keeps on one node."""
    for (owner, volume), users in _users(lab).items():
        loose = [each for each in users if not each.is_bound]
        if len(users) < 2 or len(loose) < 2:
            continue
        names = tuple(each.name for each in users)
        yield BLOCK_VOLUME_SHARED.finding(
            loose[-1].path,
            f"{listed(names)} mount the block volume {volume} of {owner}, which one node at a time can attach, and "
            f"nothing keeps the pods of {loose[-1].name} on its node: on another they stay in ContainerCreating",
            "write a required podAffinity to the pods of the other under placement, select one node for both, or use "
            "an NFS storage class",
            about=f"{owner}/{volume}",
            severity="warning",
            facts={"workloads": names, "volume": f"{owner}/{volume}"},
        )


def _users(lab: Lab) -> dict[tuple[str, str], list[_User]]:
    """By service and volume, the owner's own first. A statefulset has a volume for each replica, which no other
    workload mounts."""
    found: dict[tuple[str, str], list[_User]] = defaultdict(list)
    for name, service in lab.services.items():
        if isinstance(service, FootprintService):
            for key, workload in service.footprint.items():
                for volume in workload.volumes if workload.runs_as != "statefulset" and workload.replicas else ():
                    path = ("services", name, "footprint", key)
                    found[name, volume].append(_User(key, path, is_bound=False))
        for part in service.parts(name):
            if part.workload.replicas and part.workload.runs_as != "statefulset":
                for key in sorted(part.workload.mounted_names):
                    if (meant := _meant(lab, name, service, key)) is not None:
                        path = (*part.path, "mounts", key)
                        found[meant].append(_User(part.name, path, is_bound=_is_bound(lab, part, meant)))
    return {
        (owner, volume): sorted(users, key=lambda user: user.path[1] != owner)
        for (owner, volume), users in found.items()
        if takes_slot(lab, row := lab.services[owner].volumes[volume]) and row.access != "ReadWriteMany"
    }


def _meant(lab: Lab, name: str, service: Service, key: str) -> tuple[str, str] | None:
    """Service and volume that a workload mounts by a key; None for what is no volume of the lab's."""
    if key in service.volumes:
        return name, key
    claim = service.claims.get(key) if isinstance(service, OwnWorkloads) else None
    if claim is None or not claim.owner or claim.name not in lab.services[claim.owner].volumes:
        return None
    return claim.owner, claim.name


def _is_bound(lab: Lab, part: Part, volume: tuple[str, str]) -> bool:
    """Whether the pods of a part are kept on the node of another's that mounts the volume: by convention, unless it is
    the first of them, states an affinity of its own, or is left as it was."""
    workload = part.workload
    owner, key = volume
    if workload.node_selector:
        return True
    if stated := workload.placement.affinity:
        return bool(stated.get("podAffinity", {}).get("requiredDuringSchedulingIgnoredDuringExecution"))
    first = next((each for each in lab.services[owner].parts(owner) if key in each.workload.mounted_names), None)
    return first is not None and first.path != part.path and not workload.adopt.as_it_is


def _shared_block_volume(lab: Lab, service: Service, workload: Workload, path: Path) -> Iterator[Finding]:
    """Replicas on several nodes cannot mount one block volume; a statefulset has one for each."""
    pods = _pods_on_several_nodes(workload)
    for name in sorted(workload.mounted_names & set(service.volumes)) if pods else ():
        by_one_pod = service.volumes[name].access == "ReadWriteOncePod" and workload.runs_as != "statefulset"
        if by_one_pod or is_block(lab, service.volumes[name].storage_class):
            yield BLOCK_VOLUME_SHARED.finding(
                (*path, "mounts", name),
                f"{pods} mount {name}, which is ReadWriteOncePod: one pod has it, and the others stay Pending"
                if by_one_pod
                else f"{pods} mount the block volume {name}, which one node at a time can attach: the others stay in "
                "ContainerCreating",
                "use runs_as: statefulset (a volume each), an NFS storage class, or replicas: 1",
                facts={"volume": name},
            )


def _pods_on_several_nodes(workload: Workload) -> str | None:
    """The pods of a workload, if they may run on more nodes than one and have no volumes of their own."""
    if workload.runs_as == "daemonset":
        return "the pods of every node"
    replicas = workload.autoscale.max_replicas if workload.autoscale and workload.replicas else workload.replicas
    return f"{replicas} replicas" if workload.runs_as == "deployment" and replicas > 1 else None


def _volumes_of_replicas(lab: Lab, name: str, service: Service) -> Iterator[Finding]:
    """A volume of which each replica of a statefulset has its own is not there for other workloads."""
    parts = list(service.parts(name))
    owned = {
        volume: workload.replicas
        for _, _, workload in parts
        if workload.runs_as == "statefulset"
        for volume in workload.mounted_names & set(service.volumes)
        if is_block(lab, service.volumes[volume].storage_class)
    }
    for path, _, workload in parts:
        for volume in sorted(workload.mounted_names & owned.keys()) if workload.runs_as != "statefulset" else ():
            yield BLOCK_VOLUME_SHARED.finding(
                (*path, "mounts", volume),
                f"{volume} is a block volume of a statefulset, one for each of its replicas ({owned[volume]}): there "
                "is none that another workload could mount, and its pods stay Pending",
                "use an NFS storage class, run the statefulset as a deployment, or mount the volume in a sidecar of it",
                facts={"volume": volume, "replicas": owned[volume]},
            )
