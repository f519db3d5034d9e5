"""Namespaces that get another tier where they are."""

from collections.abc import Iterator

from config.lab import Lab
from operations.guard.consequence import Consequence
from operations.guard.objects.consequences import target_of
from operations.guard.reading.step import Step
from operations.guard.reading.values import block
from plan.model.metadata import TIER_LABEL

ANOTHER_TIER = (
    "Its quota, limits and defaults become those of the other tier. Pods that run keep their priority until they are "
    "recreated, and are refused then where they do not fit."
)


def of_another_tier(step: Step, lab: Lab | None) -> Iterator[Consequence]:
    """The consequence of another label of the tier."""
    label = lab.cluster.platform.tier_label if lab else TIER_LABEL
    old, new = (block(block(each, "metadata"), "labels").get(label) for each in (step.before, step.after))
    if step.action == "update" and step.type.endswith(":Namespace") and old is not None and old != new:
        cause = (f"metadata.labels.{label}",)
        yield Consequence("UPDATE", "warning", target_of(step), cause, ANOTHER_TIER, "compare it with its pods' needs")
