"""Where the containers of a controller find their data, and whether a new template still leads there."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from operations.guard.consequence import Consequence, not_known
from operations.guard.reading.step import Step
from operations.guard.reading.values import SIGNATURE, block, items
from plan.changes.object_rules import covers
from plan.wording import listed

OF_THE_SYSTEM = ("/dev", "/etc", "/lib", "/proc", "/run", "/sys", "/var/run")
"""Folders of a node that hold no data of a service."""

OF_THE_POD = ("configMap", "downwardAPI", "emptyDir", "ephemeral", "gitRepo", "image", "projected", "secret")
"""Sources of volumes that are made with each pod. Any other holds data."""
OF_THE_POD_BY_CSI = ("csi.cert-manager.io", "csi.spiffe.io", "image.csi.k8s.io", "secrets-store.csi.k8s.io")
"""Drivers of which a pod gets secrets or images instead of data."""
Inputs = Mapping[str, Any]
USERS = ("fsGroup", "runAsGroup", "runAsUser", "supplementalGroups")


class Mount(NamedTuple):
    """Data in a container."""

    data: str
    """As `claim library-data` or `nfs host:/path`."""
    path: str


def lost_mounts(step: Step, target: str, template: str, paths: tuple[str, ...]) -> Iterator[Consequence]:
    """Data that a new template of pods does not mount any more, or elsewhere, or not as it was. `paths` are those that
    differ."""
    if not step.before or not step.after:
        places = tuple(f"{template}.spec.{place}" for place in ("volumes", "containers", "initContainers"))
        causes = tuple(path for path in paths if covers(path, places))
        if causes:
            yield not_known(target, causes, "The preview does not show whether the pods still mount their data.")
        return
    yield from data_left_behind(step, target, template)
    before, after = (dict(_mounts(inputs, template)) for inputs in (step.before, step.after))
    kept = sorted(mount for mount in before.keys() & after.keys() if before[mount] and not after[mount])
    if kept:
        places = listed([f"{mount.data} at {mount.path}" for mount in kept])
        message = f"Its pods can only read what they wrote until now: {places}."
        yield Consequence("UPDATE", "warning", target, (f"{template}.spec.containers",), message, _UNLESS_READ)
    users = tuple(path for path in paths if after and path.rpartition(".")[2] in USERS)
    if users:
        yield Consequence("UPDATE", "warning", target, users, OTHER_USER, "compare it with the owner of the files")


def data_left_behind(step: Step, target: str, template: str) -> Iterator[Consequence]:
    """Data that the new template of a controller does not mount any more, or elsewhere; none where it is not shown."""
    lost = lost_data(step.before, template, step.after, template) if step.after else ()
    if lost:
        message = f"Its pods start without the data that they had: {listed(lost)}."
        yield Consequence("START-EMPTY", "error", target, (f"{template}.spec.volumes",), message, HOW_DATA_FOLLOWS)


def lost_data(before: Inputs, was: str, after: Inputs, becomes: str) -> list[str]:
    """Data that one template of pods mounts and another does not, as `claim library-data at /data`. `was` and `becomes`
    are where in their objects the templates are."""
    lost = {mount for mount, _ in _mounts(before, was)} - {mount for mount, _ in _mounts(after, becomes)}
    return [f"{mount.data} at {mount.path}" for mount in sorted(lost)]


HOW_DATA_FOLLOWS = "take the change back, or copy the data to where it is looked for first"
_UNLESS_READ = "take the change back, unless they only read it"
OTHER_USER = "Its pods may not be allowed to read or write data that another user wrote."


def _mounts(inputs: Mapping[str, Any], template: str) -> Iterator[tuple[Mount, bool]]:
    """The data of each container, and whether it may write there."""
    spec, pod = block(inputs, "spec"), inputs
    for name in (*template.split("."), "spec"):
        pod = block(pod, name)
    volumes = {str(volume.get("name")): volume for volume in items(pod, "volumes")}
    data = {name: _data(volume) for name, volume in volumes.items()}
    claims = (str(block(claim, "metadata").get("name")) for claim in items(spec, "volumeClaimTemplates"))
    data |= {name: f"claim template {name}" for name in claims}
    for container in (*items(pod, "initContainers"), *items(pod, "containers")):
        for mount in items(container, "volumeMounts"):
            name = str(mount.get("name"))
            if source := data.get(name):
                sub_path = f"/{mount['subPath']}" if mount.get("subPath") else ""
                claim = block(volumes.get(name, {}), "persistentVolumeClaim")
                writes = mount.get("readOnly") is not True and claim.get("readOnly") is not True
                yield Mount(f"{source}{sub_path}", str(mount.get("mountPath"))), writes


def _data(volume: Mapping[str, Any]) -> str:
    """The data behind a volume; empty where it is recreated with each pod."""
    claim, nfs, host, csi = (block(volume, name) for name in ("persistentVolumeClaim", "nfs", "hostPath", "csi"))
    if claim:
        return f"claim {claim.get('claimName')}"
    if nfs:
        return f"nfs {nfs.get('server')}:{nfs.get('path')}"
    if csi:
        driver = csi.get("driver")
        return "" if driver in OF_THE_POD_BY_CSI else f"{driver} {_values(block(csi, 'volumeAttributes'))}".strip()
    if "hostPath" in volume:
        path = str(host.get("path", ""))
        return f"host path {path}" if path and not path.startswith(OF_THE_SYSTEM) else ""
    others = (name for name in volume if name != "name" and name not in OF_THE_POD and name != SIGNATURE)
    return next((f"{name} {_values(block(volume, name))}".strip() for name in others), "")


def _values(source: Mapping[str, Any]) -> str:
    plain = (str(cast(object, value)) for _, value in sorted(source.items()) if isinstance(value, str | int))
    return ":".join(plain)
