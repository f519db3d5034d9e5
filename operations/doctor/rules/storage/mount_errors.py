"""The error with which a kubelet does not mount a volume, as a cause."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from observation.model import Observation
from observation.objects import name_of, namespace_of, reference
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import node_of
from operations.doctor.rules.placement.blockers import blockers
from operations.doctor.rules.storage.volumes import is_of_driver
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, text
from plan.wording import listed

_NOT_REGISTERED = re.compile(r"driver name (\S+) not found in the list of registered CSI drivers")
_DAMAGED = re.compile(r"fsck.{0,20} found errors|bad superblock|structure needs cleaning|input/output error", re.I)
_NOT_OF_TYPE = "hostPath type check failed: "


def mount_error(observed: Observation, pod: Manifest, base: Finding, said: list[str]) -> Finding:
    """The finding with the cause that the kubelet's messages give, where they give one."""
    words = said[-1]
    for each in reversed(said):
        if (found := _NOT_REGISTERED.search(each)) is not None:
            driver, node = found[1], node_of(pod)
            daemons = [d for d in observed.of("DaemonSet") if _has_driver(d, driver)]
            reasons = list(dict.fromkeys(why for d in daemons for why in _keeps_away(observed, d, node)))
            because = f", as {listed(reasons)}" if reasons else ""
            return base._replace(
                code="CSI-DRIVER-NOT-ON-NODE",
                cause=f"{driver} {node}",
                message=f"The CSI driver {driver} is not registered on {node}, so its volumes cannot be mounted "
                f"there{because}",
                fix=f"see why its node plugin does not run on {node}: a taint, a nodeSelector, a crash",
                evidence=(*base.evidence, *(Evidence(reference(d), "is the driver's node plugin") for d in daemons)),
                upstream=base.upstream | {reference(d) for d in daemons},
            )
    for volume in entries(pod, "spec", "volumes"):
        if (found := _host_path(pod, base, volume, words)) is not None:
            return found
    if _DAMAGED.search(words):
        return base._replace(
            code="FILE-SYSTEM-DAMAGED",
            message=f"The file system of a volume of its pod is damaged, and {node_of(pod)} does not mount it: {words}",
            fix=f"copy the disk first, then stop the pod and repair it where it is attached, on {node_of(pod)}: fsck; "
            "or restore the data from a backup",
        )
    return _nfs(observed, pod, base, words) or base


def _host_path(pod: Manifest, base: Finding, volume: Fields, words: str) -> Finding | None:
    name, path, node = text(volume, "name"), text(volume, "hostPath", "path"), node_of(pod)
    if not path or _NOT_OF_TYPE not in words or not (path in words or f'"{name}"' in words):
        return None
    kind = text(volume, "hostPath", "type")
    return base._replace(
        code="HOST-PATH-MISSING",
        message=f"Its volume {name} is {path} of {node}, where that is not as it must be"
        f"{f' (type {kind})' if kind else ''}: {words.partition(_NOT_OF_TYPE)[2]}",
        fix=f"see on {node} whether the disk of {path} is mounted: findmnt -T {path}; or create {path}",
        evidence=(*base.evidence, Evidence(reference(pod), f"volume {name} is {path}")),
    )


class _Share(NamedTuple):
    volume: str
    host: str
    path: str
    persistent: str
    """The PersistentVolume's name; empty for an inline volume."""

    def meant_by(self, words: str) -> int:
        """How surely a message means this volume: by its name, by what is mounted, by its server; 0 if not at all."""
        names = (self.persistent or self.volume, f"{self.host}:{self.path}", self.volume, self.host)
        found = (
            place for place, each in enumerate(names) if re.search(rf"(?<![\w./-]){re.escape(each)}(?![\w./-])", words)
        )
        return len(names) - next(found, len(names))


def _nfs(observed: Observation, pod: Manifest, base: Finding, words: str) -> Finding | None:
    """The finding about the NFS volume of the pod that a message means."""
    shares = [each for volume in entries(pod, "spec", "volumes") if (each := _share(observed, pod, volume)) is not None]
    meant = max(shares, key=lambda each: each.meant_by(words), default=None)
    if meant is None or not meant.meant_by(words):
        return None
    name, host, path, persistent = meant
    return base._replace(
        code="NFS-MOUNT-FAILS",
        cause=host,
        message=f"Its volume {name} ({f'PersistentVolume/{persistent}' if persistent else 'inline'}: {host}:{path}) "
        f"cannot be mounted on {node_of(pod)}: {words}",
        fix=f"see whether {host} runs and exports {path} to {node_of(pod)}: showmount -e {host}",
        evidence=(*base.evidence, Evidence(reference(pod), f"volume {name} is {host}:{path}")),
    )


def _keeps_away(observed: Observation, daemon: Manifest, node: str) -> Iterator[str]:
    """Why a DaemonSet has no pod on a node: what its pods do not tolerate or what the node's labels lack."""
    manifest = observed.get("Node", node)
    if manifest is None or any(node_of(pod) == node for pod in observed.pods_of(daemon)):
        return
    spec = mapping(daemon, "spec", "template", "spec")
    pod: Manifest = {"kind": "Pod", "metadata": {"name": name_of(daemon)}, "spec": spec}
    for blocker in blockers(observed, pod, manifest, {}):
        if blocker.kind == "taint":
            yield f"{reference(daemon)} has no pod there: it does not tolerate {blocker.what}"
        elif blocker.kind == "label":
            yield f"{reference(daemon)} has no pod there: it asks for {blocker.what}"


def _has_driver(daemon: Manifest, driver: str) -> bool:
    return is_of_driver(name_of(daemon), driver) or driver in str(daemon.get("spec", ""))


def _share(observed: Observation, pod: Manifest, volume: Fields) -> _Share | None:
    """The share that an NFS volume of a pod mounts; none for a volume of another kind."""
    name = text(volume, "name")
    claim = observed.get("PersistentVolumeClaim", text(volume, "persistentVolumeClaim", "claimName"), namespace_of(pod))
    found: Manifest = (observed.get("PersistentVolume", text(claim, "spec", "volumeName")) if claim else None) or {}
    persistent = text(found, "metadata", "name")
    nfs = mapping(volume, "nfs") or mapping(found, "spec", "nfs")
    attributes = mapping(found, "spec", "csi", "volumeAttributes")
    host = text(nfs, "server") or text(attributes, "server")
    path = text(nfs, "path") or text(attributes, "share")
    return _Share(name, host, path, persistent) if name and host and path else None
