"""Recommendations of a Vertical Pod Autoscaler, where there is one: Goldilocks makes one for each workload."""

from typing import NamedTuple

from observation import Observation
from observation.objects import name_of, namespace_of, spec_of
from plan.model import Manifest
from plan.model.fields import entries, mapping, text
from plan.model.resources import MEMORY, read_amount

LEAST_RECOMMENDED = 250_000_000
"""Bytes below which the recommender never goes, so that it says nothing of the need: its own default of 250 MB."""


class Witness(NamedTuple):
    """A recommendation for a container's memory."""

    object: str
    """The autoscaler's name."""
    target: int
    """Bytes."""
    upper_bound: int
    """Bytes that it would not exceed."""


def binding(found: Witness | None) -> int | None:
    """Bytes below which no limit is cut because of it; None where it says nothing."""
    return found.upper_bound if found and found.upper_bound > LEAST_RECOMMENDED else None


def witness(observed: Observation, manifest: Manifest, container: str) -> Witness | None:
    """The recommendation for a container of a workload."""
    for scaler in observed.in_namespace("VerticalPodAutoscaler", namespace_of(manifest)):
        target = mapping(spec_of(scaler), "targetRef")
        if (text(target, "kind"), text(target, "name")) != (manifest["kind"], name_of(manifest)):
            continue
        for each in entries(scaler, "status", "recommendation", "containerRecommendations"):
            amounts = [text(each, field, MEMORY) for field in ("target", "upperBound")]
            if text(each, "containerName") == container and all(amounts):
                return Witness(name_of(scaler), *(read_amount(MEMORY, amount) for amount in amounts))
    return None
