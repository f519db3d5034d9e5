"""How the tools that wrote a cluster until now release its objects, without touching them."""

from collections.abc import Iterable
from typing import NamedTuple

from observation.objects import MANAGER
from operations.adopt.cluster.argo import argo_steps
from operations.adopt.cluster.flux import flux_steps
from operations.adopt.cluster.helm import helm_steps
from operations.adopt.cluster.k3s import k3s_steps
from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.origins import OfRelease
from operations.adopt.cluster.steps import Step
from operations.adopt.cluster.terraform import terraform_steps
from operations.adopt.cluster.tools import tool_called
from operations.adopt.cluster.world import World
from plan.model.fields import entries, text


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
        *terraform_steps(world, released, releases),
        *helm_steps(world, released, releases),
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
