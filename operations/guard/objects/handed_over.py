"""Fields that the program states no more, because something else decides them from then on."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from operations.guard.consequence import Consequence
from operations.guard.objects.consequences import kind_of, target_of
from operations.guard.reading.step import Step
from operations.guard.reading.values import block, is_known
from plan.changes.object_rules import Kind
from plan.model.fields import entries, mapping, text, value

SCALED: tuple[Kind, ...] = (("apps", "Deployment"), ("apps", "StatefulSet"))
AUTOSCALER: Kind = ("autoscaling", "HorizontalPodAutoscaler")
ASKS_EVERY = 15
"""Seconds between two looks of an autoscaler (kube-controller-manager, horizontal-pod-autoscaler-sync-period)."""
HANDED_OVER = (
    "let another field manager own it first: `kubectl apply --server-side --field-manager=handover -f FILE`, where "
    "FILE holds apiVersion, kind, metadata and {field} alone"
)
LIMITED = "The LimitRange of its namespace decides from then on, or nothing."


def handed_over(steps: Sequence[Step]) -> Iterator[Consequence]:
    """Value of a field after the program gives it up: server-side apply removes what nobody else owns."""
    scalers = [each for each in steps if each.is_object and kind_of(each.type) == AUTOSCALER]
    for step in steps:
        if step.action != "update" or not step.is_object or not step.before or not step.after:
            continue
        yield from _replicas(step, scalers)
        yield from _resources(step)


def _replicas(step: Step, scalers: Sequence[Step]) -> Iterator[Consequence]:
    old, new = (value(inputs, "spec", "replicas") for inputs in (step.before, step.after))
    if kind_of(step.type) not in SCALED or new is not None or not isinstance(old, int) or old < 2:
        return
    scaler = next((each for each in scalers if _scales(each, step)), None)
    until = "until something scales it"
    if scaler is not None and scaler.action == "create":
        least = value(scaler.after, "spec", "minReplicas")
        until = f"until the autoscaler acts, which looks every {ASKS_EVERY} s and makes {least or 1} of it"
    message = f"Its pods fall from {old} to 1 {until}: the program states replicas no more, and nobody else does yet."
    yield Consequence(
        "SCALE-DOWN", "warning", target_of(step), ("spec.replicas",), message, HANDED_OVER.format(field="spec.replicas")
    )


def _scales(scaler: Step, step: Step) -> bool:
    inputs = scaler.after or scaler.before
    reference, metadata = block(block(inputs, "spec"), "scaleTargetRef"), block(inputs, "metadata")
    own = block(step.after, "metadata")
    return (
        reference.get("kind") == kind_of(step.type)[1]
        and reference.get("name") == own.get("name")
        and metadata.get("namespace") == own.get("namespace")
    )


def _resources(step: Step) -> Iterator[Consequence]:
    """Containers of which the program stated requests or limits, and states none any more."""
    new = {text(each, "name"): each for each in entries(step.after, "spec", "template", "spec", "containers")}
    for each in entries(step.before, "spec", "template", "spec", "containers"):
        name, stated = text(each, "name"), _amounts(each)
        if name in new and stated and not _amounts(new[name]):
            field = f"spec.template.spec.containers[{name}].resources"
            message = f"Container {name} has no requests or limits any more ({', '.join(stated)}). {LIMITED}"
            fix = "state them as long as nothing else does; a recommender that only recommends writes none"
            yield Consequence("SCALE-DOWN", "warning", target_of(step), (field,), message, fix)


def _amounts(container: Mapping[str, Any]) -> list[str]:
    return [
        f"{group}.{resource}={amount}"
        for group in ("requests", "limits")
        for resource, amount in mapping(container, "resources", group).items()
        if is_known(amount)
    ]
