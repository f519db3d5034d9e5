"""How the tools that wrote a cluster until now release its objects, without touching them."""

import shlex
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from observation.objects import MANAGER
from operations.adopt.cluster.argo import argo_steps
from operations.adopt.cluster.flux import flux_steps
from operations.adopt.cluster.k3s import k3s_steps
from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.origins import OfRelease
from operations.adopt.cluster.steps import Step
from operations.adopt.cluster.tools import tool_called, tools_of
from operations.adopt.cluster.world import World
from plan.model.fields import entries, text

_ADDRESSES = (
    "terraform show -json | jq -r --argjson ids {ids} '[.. | objects | select(.address? and .values?) | "
    'select((.values.id? // "") as $id | $ids | index($id)) | .address] | unique | .[]\''
)
"""The addresses of objects in Terraform's state, by their ids: it calls them as its modules do."""


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


def hand_over(world: World, keys: Iterable[Key], releases: Iterable[OfRelease] = ()) -> HandOver:
    """The steps for exactly these objects and releases, and for the Secrets that they use: these are not declared, and
    go when the old tool no longer finds them in its files."""
    wanted, releases = [key for key in keys if key in world.manifests], tuple(releases)
    used = {other for key in wanted for other in world.references.get(key, ()) if other.kind == "Secret"}
    released = [*wanted, *sorted(each for each in used - set(wanted) if world.is_own(each))]
    steps = (
        *argo_steps(world, released),
        *flux_steps(world, released, releases),
        *k3s_steps(world.manifests, released, releases),
        *_terraform(world, released),
    )
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
