"""Questions about a service that only its owner can answer, found in its objects."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Literal, NamedTuple

from observation.objects import annotations_of
from operations.adopt.cluster.comparison import Difference, differences, unstated
from operations.adopt.cluster.defaults import DEFAULTS
from operations.adopt.cluster.objects import LAST_APPLIED, Key, writers_of
from operations.adopt.cluster.services import FoundService
from operations.adopt.cluster.tools import tool_called
from operations.adopt.cluster.world import World
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, number, text
from plan.model.templates import containers_of, pod_spec, pod_template

What = Literal[
    "secret-withheld",
    "secret-value",
    "secret-kept",
    "secret-inside",
    "secret-argument",
    "moving-tag",
    "no-requests",
    "no-volume",
    "bare-pod",
    "no-address",
    "not-ready",
    "differs-from-applied",
    "several-writers",
    "repository-guessed",
    "repository-unknown",
]
_MOVING = re.compile(r"latest|stable|lts|main|master|edge|nightly|develop")
_RESTARTED = "kubectl.kubernetes.io/restartedAt"
"""A mark of a restart, which changes nothing else."""
_KEEPS_DATA = ("persistentVolumeClaim", "hostPath", "nfs", "iscsi", "csi", "cephfs", "ephemeral")


_BOUND = {"PersistentVolume": ("spec", "claimRef"), "PersistentVolumeClaim": ("spec", "volumeName")}
"""Fields by which a volume and its claim find each other, whoever writes them."""
_STRATEGIES = (("spec", "strategy", "type"), ("spec", "updateStrategy", "type"))


class Question(NamedTuple):
    """Something about an object that is to be looked at."""

    key: Key
    what: What
    names: tuple[str, ...] = ()
    """Containers, variables, fields or tools that it is about."""


def questions_about(service: FoundService, world: World) -> Iterator[Question]:
    """All questions about a service's objects."""
    for key in service.objects:
        manifest = world.manifests[key]
        if key.kind == "Secret":
            yield Question(key, "secret-kept")
        elif world.holds_secret(key):
            yield Question(key, "secret-inside")
        if key.kind == "Pod":
            yield Question(key, "bare-pod")
        if waits_for_address(manifest):
            yield Question(key, "no-address")
        if not _is_ready(manifest):
            yield Question(key, "not-ready")
        if spec := pod_spec(manifest):
            yield from _about_pods(key, spec)
        if paths := _changed_since_applied(manifest):
            yield Question(key, "differs-from-applied", paths)
        writers = tuple(dict.fromkeys(each.manager for each in writers_of(manifest) if tool_called(each.manager)))
        if len({_family(each) for each in writers}) > 1:
            yield Question(key, "several-writers", writers)


def waits_for_address(manifest: Manifest) -> bool:
    """Whether it is a Service that runs and that no load balancer has given an address: an `up` would wait for it."""
    return (
        manifest["kind"] == "Service"
        and "uid" in manifest["metadata"]
        and text(manifest, "spec", "type") == "LoadBalancer"
        and not entries(manifest, "status", "loadBalancer", "ingress")
    )


def _is_ready(manifest: Manifest) -> bool:
    """Whether all pods that a controller wants are ready, as far as it says so."""
    status = mapping(manifest, "status")
    wanted = number(status, "desiredNumberScheduled") if "desiredNumberScheduled" in status else None
    if manifest["kind"] in ("Deployment", "StatefulSet") and status:
        wanted = number(manifest, "spec", "replicas", default=1)
    ready = number(status, "numberReady") or number(status, "readyReplicas")
    return wanted is None or ready >= wanted


def _family(manager: str) -> str:
    """Terraform's two ways to write are one writer; changes by hand after an apply are another."""
    tool = tool_called(manager)
    return manager if tool == "kubectl" and manager != "kubectl-client-side-apply" else str(tool)


def _about_pods(key: Key, spec: Fields) -> Iterator[Question]:
    containers = list(containers_of(spec))
    moving = tuple(text(each, "image") for each in containers if _is_moving(text(each, "image")))
    if moving:
        yield Question(key, "moving-tag", tuple(dict.fromkeys(moving)))
    unsized = [each for each in entries(spec, "containers") if not mapping(each, "resources", "requests")]
    if unsized:
        yield Question(key, "no-requests", tuple(text(each, "name") for each in unsized))
    volumes = entries(spec, "volumes")
    if key.kind == "Deployment" and not any(each.get(field) for each in volumes for field in _KEEPS_DATA):
        yield Question(key, "no-volume")


def _is_moving(image: str) -> bool:
    if "@" in image:
        return False
    tag = image.rpartition("/")[2].partition(":")[2]
    return not tag or _MOVING.fullmatch(tag) is not None


def _is_left_out(change: Difference) -> bool:
    """Whether a field was applied with the value that the API server does not store: `readOnly: false`."""
    return change.live is None and change.stated in (False, "", 0)


def _is_filled_in(manifest: Manifest, path: tuple[str, ...]) -> bool:
    """Whether controllers or the API server write a field: what a volume is bound to, and a strategy of which figures
    alone were applied."""
    if path[:2] == _BOUND.get(manifest["kind"]):
        return True
    return path in _STRATEGIES and text(manifest, *path) == "RollingUpdate"


def _not_restarted(manifest: Manifest) -> Manifest:
    """An object without the mark of a restart."""
    copied = deepcopy(manifest)
    template: Any = mapping(pod_template(copied), "metadata")
    annotations: dict[str, str] = template.get("annotations") or {}
    annotations.pop(_RESTARTED, None)
    if template and not annotations:
        template.pop("annotations", None)
    return copied


def _changed_since_applied(manifest: Manifest) -> tuple[str, ...]:
    """Fields that were applied once and that run otherwise now."""
    applied = annotations_of(manifest).get(LAST_APPLIED)
    if applied is None or manifest["kind"] == "Secret":
        return ()
    try:
        stated: Manifest = json.loads(str(applied))
        changed = [each.path for each in differences(stated, manifest) if not _is_left_out(each)]
        added = unstated(stated, _not_restarted(manifest)) if manifest["kind"] in DEFAULTS else ()
        by_hand = [each for each in (*changed, *added) if each[:1] == ("spec",) and not _is_filled_in(manifest, each)]
        return tuple(dict.fromkeys(".".join(each) for each in by_hand))
    except (ValueError, KeyError, TypeError):
        return ()
