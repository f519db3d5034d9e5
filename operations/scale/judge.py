"""The verdict: add a worker, remove one, or leave the cluster as it is."""

from typing import Literal, NamedTuple

from observation import Observation
from observation.history import History
from operations.scale.conditions import ADD, Condition, Present, bounds_of, reasons_to_add, reasons_to_remove
from operations.scale.removal import Removal, removals
from operations.scale.trend import NoTrend, Trend, trend
from operations.snapshot import NO_LIMIT_OF_VOLUMES, limited_drivers, snapshot
from plan.capacity.groups import ordinary, together
from plan.model import Plan
from plan.model.fields import text
from plan.model.resources import MEMORY

Verdict = Literal["add", "remove", "keep", "not known"]


class Scale(NamedTuple):
    """Whether the number of workers fits the cluster."""

    verdict: Verdict
    """`not known`: no reason to add is met, and of one it is not known whether it is."""
    to_add: tuple[Condition, ...]
    to_remove: tuple[Condition, ...]
    trends: tuple[Trend | NoTrend, ...]
    removals: tuple[Removal, ...]
    """The nodes, lightest first among those that could go."""


def judge(observed: Observation, history: History | None, plan: Plan | None) -> Scale:
    """The verdict on the cluster of an observation."""
    present = _present(observed)
    planned = _planned(observed, plan) if plan else None
    slots = _slots(observed)
    to_add = tuple(reasons_to_add(observed, history, present, planned, slots))
    to_remove = tuple(reasons_to_remove(observed, history, present, planned, slots))
    nodes = removals(observed)
    return Scale(
        verdict=_verdict(to_add, to_remove, nodes),
        to_add=to_add,
        to_remove=to_remove,
        trends=tuple(
            trend(bound.measure, history.measures.get(bound.measure, ()) if history else (), bound.threshold)
            for bound in bounds_of(ADD, slots)
            if bound.measure != "evictions"
        ),
        removals=nodes,
    )


def _present(observed: Observation) -> Present:
    workers = ordinary(snapshot(observed).uses)
    group = together("workers", workers)
    allocatable = group.allocatable.get(MEMORY, 0)
    if not allocatable:
        return {}
    return {
        "attachments": max(use.volumes for use in workers),
        "memory-requests": group.requests.get(MEMORY, 0) / allocatable,
        "memory-limits": max(
            use.limits.get(MEMORY, 0) / use.node.allocatable[MEMORY]
            for use in workers
            if use.node.allocatable.get(MEMORY)
        ),
    }


def _slots(observed: Observation) -> int | None:
    """Volume slots of the worker that has the fewest; None where no driver states how many."""
    fewest = min((use.node.volume_slots for use in ordinary(snapshot(observed).uses)), default=NO_LIMIT_OF_VOLUMES)
    return None if fewest == NO_LIMIT_OF_VOLUMES else fewest


def _verdict(to_add: tuple[Condition, ...], to_remove: tuple[Condition, ...], nodes: tuple[Removal, ...]) -> Verdict:
    if any(each.state == "met" for each in to_add):
        return "add"
    if all(each.state == "met" for each in to_remove) and any(each.kept_by is None for each in nodes):
        return "remove"
    measured = [each for each in to_add if each.subject != "planned-volumes"]
    return "not known" if any(each.state == "not known" for each in measured) else "keep"


def _planned(observed: Observation, plan: Plan) -> int:
    """Block volumes of the lab that the cluster does not have yet."""
    drivers = limited_drivers(observed)
    classes = {
        text(each, "metadata", "name")
        for each in (*plan.manifests, *observed.of("StorageClass"))
        if each["kind"] == "StorageClass" and text(each, "provisioner") in drivers
    }
    return sum(
        each["kind"] == "PersistentVolumeClaim"
        and text(each, "spec", "storageClassName") in classes
        and observed.get("PersistentVolumeClaim", text(each, "metadata", "name"), text(each, "metadata", "namespace"))
        is None
        for each in plan.manifests
    )
