"""Where the containers of a controller find their data, and whether a new template still leads there."""

from collections.abc import Iterator, Mapping
from typing import Any

from operations.guard.consequence import Consequence, not_known
from operations.guard.step import Step
from operations.guard.values import block, items
from plan.changes.object_rules import covers
from plan.wording import listed

OF_THE_SYSTEM = ("/dev", "/etc", "/lib", "/proc", "/run", "/sys", "/var/run")
"""Folders of a node that hold no data of a service."""

Mount = tuple[str, str]
"""The data, as `claim library-data` or `nfs host:/path`, and where a container has it."""


def lost_mounts(step: Step, target: str, template: str, paths: tuple[str, ...]) -> Iterator[Consequence]:
    """Data that a new template of pods does not mount any more, or elsewhere. `paths` are those that differ."""
    if not step.before or not step.after:
        places = tuple(f"{template}.spec.{place}" for place in ("volumes", "containers", "initContainers"))
        causes = tuple(path for path in paths if covers(path, places))
        if causes:
            yield not_known(target, causes, "The preview does not show whether the pods still mount their data.")
        return
    before, after = (set(_mounts(inputs, template)) for inputs in (step.before, step.after))
    lost = sorted(before - after)
    if lost:
        places = listed([f"{data} at {path}" for data, path in lost])
        yield Consequence(
            "START-EMPTY",
            "error",
            target,
            (f"{template}.spec.volumes",),
            f"Its pods start without the data that they had: {places}.",
            "take the change back, or copy the data to where it is looked for first",
        )


def _mounts(inputs: Mapping[str, Any], template: str) -> Iterator[Mount]:
    spec, pod = block(inputs, "spec"), inputs
    for name in (*template.split("."), "spec"):
        pod = block(pod, name)
    data = {str(volume.get("name")): _data(volume) for volume in items(pod, "volumes")}
    claims = (str(block(claim, "metadata").get("name")) for claim in items(spec, "volumeClaimTemplates"))
    data |= {name: f"claim template {name}" for name in claims}
    for container in (*items(pod, "initContainers"), *items(pod, "containers")):
        for mount in items(container, "volumeMounts"):
            source = data.get(str(mount.get("name")))
            if source:
                sub_path = f"/{mount['subPath']}" if mount.get("subPath") else ""
                yield f"{source}{sub_path}", str(mount.get("mountPath"))


def _data(volume: Mapping[str, Any]) -> str:
    """The data behind a volume; empty where it is recreated with each pod."""
    claim, nfs, host = (block(volume, name) for name in ("persistentVolumeClaim", "nfs", "hostPath"))
    if claim:
        return f"claim {claim.get('claimName')}"
    if nfs:
        return f"nfs {nfs.get('server')}:{nfs.get('path')}"
    path = str(host.get("path", ""))
    return f"host path {path}" if path and not path.startswith(OF_THE_SYSTEM) else ""
