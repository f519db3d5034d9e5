"""How the tools that wrote a cluster until now release its objects, without touching them."""

import shlex
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from observation.objects import annotations_of, labels_of
from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.tools import Tool, tool_called, tools_of
from operations.adopt.cluster.world import World
from operations.adopt.takeover.ownership import MANAGER
from plan.model import Manifest
from plan.model.fields import entries, text

TRACKING = "argocd.argoproj.io/tracking-id"
_FLUX = "kustomize.toolkit.fluxcd.io"
_FLUX_HELM = "helm.toolkit.fluxcd.io"
PRUNE = f"{_FLUX}/prune=disabled"
HAND = "hand-over"
"""The field manager of the mark that keeps Flux from pruning. The next `up` would remove the mark of one called
`kubectl...`, and Flux the object."""

_ADDRESSES = (
    "terraform show -json | jq -r --argjson ids {ids} '[.. | objects | select(.address? and .values?) | "
    'select((.values.id? // "") as $id | $ids | index($id)) | .address] | unique | .[]\''
)
"""The addresses of objects in Terraform's state, by their ids: it calls them as its modules do."""


class Step(NamedTuple):
    """Something to do, in this order."""

    tool: Tool
    purpose: str
    command: str


class StillWriting(NamedTuple):
    """A tool that wrote to an object after it was taken over."""

    key: Key
    manager: str
    time: str


class HandOver(NamedTuple):
    """Steps by which the old tools release their objects, and the tools that still write."""

    steps: tuple[Step, ...]
    still_writing: tuple[StillWriting, ...]
    taken_over: int
    """Objects that the program owns already."""


def hand_over(world: World, keys: Iterable[Key]) -> HandOver:
    """The steps for exactly these objects."""
    wanted = [key for key in keys if key in world.manifests]
    steps = (*_argo(world, wanted), *_flux(world, wanted), *_terraform(world, wanted))
    times = {key: _own_time(world, key) for key in wanted}
    still = tuple(
        StillWriting(key, text(entry, "manager"), text(entry, "time"))
        for key in wanted
        for entry in entries(world.manifests[key], "metadata", "managedFields")
        if (time := times[key])
        and text(entry, "subresource") != "status"
        and tool_called(text(entry, "manager")) not in (None, "Pulumi")
        and text(entry, "time") > time
    )
    return HandOver(steps, still, sum(time is not None for time in times.values()))


def _own_time(world: World, key: Key) -> str | None:
    managed = entries(world.manifests[key], "metadata", "managedFields")
    return next((text(each, "time") for each in managed if text(each, "manager") == MANAGER), None)


def _argo(world: World, keys: Iterable[Key]) -> Iterator[Step]:
    applications: dict[str, None] = {}
    for key in keys:
        if name := _tracked_by(world.manifests[key]):
            applications[name] = None
    for name in applications:
        yield from _made_again(world, name)
    for name in applications:
        yield Step("Argo CD", f"{name} is no longer synchronized", f"argocd app set {name} --sync-policy none")
    for name in applications:
        purpose = f"{name} is deleted, and its objects stay"
        yield Step("Argo CD", purpose, f"argocd app delete {name} --cascade=false --yes")


def _made_again(world: World, name: str) -> Iterator[Step]:
    """How whatever makes an Application stops doing so: one of Applications, or an ApplicationSet."""
    application = next(
        (each for key, each in world.manifests.items() if (key.kind, key.name) == ("Application", name)), None
    )
    if application is None:
        return
    parent = _tracked_by(application)
    if parent and parent != name:
        purpose = f"{parent} does not make {name} again"
        yield Step("Argo CD", purpose, f"argocd app set {parent} --sync-policy none")
    for owner in entries(application, "metadata", "ownerReferences"):
        if text(owner, "kind") == "ApplicationSet":
            where = f"--namespace {text(application, 'metadata', 'namespace')}"
            purpose = f"{text(owner, 'name')} does not make {name} again, and its other Applications stay"
            yield Step(
                "Argo CD", purpose, f"kubectl {where} delete applicationset {text(owner, 'name')} --cascade=orphan"
            )


def _tracked_by(manifest: Manifest) -> str:
    """The Application that an object is of, by Argo CD's mark; empty where it has none."""
    tracked = str(annotations_of(manifest).get(TRACKING, "")).partition(":")[0]
    name = tracked or str(labels_of(manifest).get("argocd.argoproj.io/instance", ""))
    return name.rpartition("_")[2]


def _flux(world: World, keys: Iterable[Key]) -> Iterator[Step]:
    drivers: dict[tuple[str, str, str], list[Key]] = defaultdict(list)
    for key in keys:
        labels = labels_of(world.manifests[key])
        for group, kind in ((_FLUX, "kustomization"), (_FLUX_HELM, "helmrelease")):
            if name := labels.get(f"{group}/name"):
                drivers[kind, str(labels.get(f"{group}/namespace", "flux-system")), str(name)].append(key)
    for kind, namespace, name in drivers:
        yield Step("Flux", f"{name} is no longer applied", f"flux suspend {kind} {name} --namespace {namespace}")
    for (kind, _, _), objects in drivers.items():
        for key in objects if kind == "kustomization" else ():
            where = f" --namespace {key.namespace}" if key.namespace else ""
            command = f"kubectl annotate --field-manager {HAND} {key.kind_and_group.lower()} {key.name}{where} {PRUNE}"
            yield Step("Flux", f"{key.name} stays when it is removed from the repository", command)


def _terraform(world: World, keys: Iterable[Key]) -> Iterator[Step]:
    ids = [
        f"{key.namespace}/{key.name}" if key.namespace else key.name
        for key in keys
        if "Terraform" in tools_of(world.manifests[key])
    ]
    ids += [
        release.name
        for release in world.releases.values()
        if any(each.startswith("terraform") for each in _record_writers(world, release.namespace, release.name))
    ]
    if ids:
        stated = shlex.quote("[" + ",".join(f'"{each}"' for each in dict.fromkeys(ids)) + "]")
        purpose = "they are forgotten, and stay; look at the list first"
        yield Step("Terraform", "the addresses of these objects", _ADDRESSES.format(ids=stated))
        yield Step("Terraform", purpose, _ADDRESSES.format(ids=stated) + " | xargs -d '\\n' terraform state rm")


def _record_writers(world: World, namespace: str, name: str) -> Iterator[str]:
    for key, manifest in world.manifests.items():
        if key.kind == "Secret" and key.namespace == namespace and key.name.startswith(f"sh.helm.release.v1.{name}.v"):
            for entry in entries(manifest, "metadata", "managedFields"):
                yield text(entry, "manager")
