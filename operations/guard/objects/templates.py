"""Pod templates that change: selectors that they leave, amounts that containers lose, volumes that one node has."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from operations.guard.consequence import Consequence
from operations.guard.objects.consequences import kind_of, target_of
from operations.guard.reading.stack import Stack
from operations.guard.reading.step import State, Step
from operations.guard.reading.values import is_known, number
from plan.changes.object_rules import CLAIM, MAKES_PODS
from plan.model.fields import entries, mapping, text, value

POD = ("spec", "template", "spec")
LABELS = "spec.template.metadata.labels"
OWN = frozenset({"cpu", "ephemeral-storage", "memory"})
"""Amounts that every node has; all others are of devices or pages."""
SHARED = ("ReadOnlyMany", "ReadWriteMany")

UNSELECTED = (
    "Its selector does not match the labels of its pods any more ({missing}): the API server refuses the change, and "
    "the `up` ends half-way."
)
FEWER = "Container {name} may use {after} of memory instead of {before}: it is killed where it uses more."
WITHOUT = "Container {name} has no {device} any more."
ONE_NODE = (
    "It mounts {claims}: on another node a new pod waits for the volume as long as an old one has it, and the rollout "
    "may stand still."
)
MEMBERS = "Where they are members of one database or queue, take them out there first: most members have to stay."
SPREAD = "The others take their requests; with one left, the loss of its node interrupts the service."
ONE_NODE_FIX = "take the change back, unless the volume can be mounted on several nodes (ReadWriteMany)"


def template_consequences(steps: Sequence[Step], stack: Stack | None) -> Iterator[Consequence]:
    """Consequences of new values in the templates of controllers. `stack` says how claims that stay can be mounted."""
    claims = {**_claims(stack.resources.values() if stack else ()), **_claims(each.resource for each in steps)}
    for step in steps:
        if not step.is_object or kind_of(step.type) not in MAKES_PODS or not step.after:
            continue
        if step.action in ("create", "replace", "update"):
            yield from _unselected(step)
        if step.action in ("replace", "update") and step.before:
            yield from _containers(step)
            yield from _one_node(step, claims)
            yield from _fewer(step)


def _unselected(step: Step) -> Iterator[Consequence]:
    wanted = mapping(step.after, "spec", "selector", "matchLabels")
    labels = mapping(step.after, *LABELS.split("."))
    if not labels or not all(map(is_known, (*wanted.values(), *labels.values()))):
        return
    missing = ", ".join(f"{key}={each}" for key, each in wanted.items() if labels.get(key) != each)
    if missing:
        message = UNSELECTED.format(missing=missing)
        yield Consequence("FAIL", "error", target_of(step), (LABELS,), message, "keep these labels")


def _containers(step: Step) -> Iterator[Consequence]:
    before, after = (_limits(inputs) for inputs in (step.before, step.after))
    for name, old in before.items():
        if name not in after:
            continue
        new, path = after[name], f"spec.template.spec.containers[{name}].resources.limits"
        less, more = number(new.get("memory")), number(old.get("memory"))
        if less is not None and more is not None and less < more:
            message = FEWER.format(name=name, before=old["memory"], after=new["memory"])
            fix = "compare it with the peak of 30 days: `homelab rightsize`"
            yield Consequence("UPDATE", "warning", target_of(step), (f"{path}.memory",), message, fix)
        for device in sorted(old.keys() - new.keys() - OWN):
            message = WITHOUT.format(name=name, device=device)
            fix = "take the change back, unless it needs none"
            yield Consequence("UPDATE", "warning", target_of(step), (f"{path}.{device}",), message, fix)


def _limits(inputs: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {text(each, "name"): mapping(each, "resources", "limits") for each in entries(inputs, *POD, "containers")}


def _one_node(step: Step, claims: Mapping[tuple[str, str], Sequence[str]]) -> Iterator[Consequence]:
    """Pods that need a volume of one node twice, where they did not before."""
    causes = tuple(_together(step))
    namespace = text(step.after, "metadata", "namespace")
    names = [
        name
        for volume in entries(step.after, *POD, "volumes")
        if (name := text(volume, "persistentVolumeClaim", "claimName"))
        and not set(claims.get((namespace, name), ())) & {*SHARED}
    ]
    if causes and names:
        message = ONE_NODE.format(claims=", ".join(f"the claim {name}" for name in names))
        yield Consequence("UPDATE", "warning", target_of(step), causes, message, ONE_NODE_FIX)


def _fewer(step: Step) -> Iterator[Consequence]:
    """Pods that stop, where others of them run on and no claim is deleted with them."""
    old, new = (value(inputs, "spec", "replicas") for inputs in (step.before, step.after))
    policy = text(step.after, "spec", "persistentVolumeClaimRetentionPolicy", "whenScaled")
    if isinstance(old, int) and isinstance(new, int) and old > new > 0 and policy != "Delete":
        told = MEMBERS if kind_of(step.type)[1] == "StatefulSet" else SPREAD
        message = f"{old - new} of its {old} pods stop. {told}"
        yield Consequence("SCALE-DOWN", "warning", target_of(step), ("spec.replicas",), message, "")


def _together(step: Step) -> Iterator[str]:
    """Fields by which two pods of it run at a time from now on."""
    strategies = [text(inputs, "spec", "strategy", "type") for inputs in (step.before, step.after)]
    if strategies[0] == "Recreate" and strategies[1] != "Recreate":
        yield "spec.strategy.type"
    old, new = (value(inputs, "spec", "replicas") for inputs in (step.before, step.after))
    if kind_of(step.type)[1] == "Deployment" and isinstance(new, int) and new > 1 and old in (None, 0, 1):
        yield "spec.replicas"


def _claims(states: Any) -> dict[tuple[str, str], Sequence[str]]:
    """How claims can be mounted, by namespace and name."""
    found: dict[tuple[str, str], Sequence[str]] = {}
    for state in states:
        assert isinstance(state, State)
        if state.type.startswith("kubernetes:") and kind_of(state.type) == CLAIM:
            metadata = mapping(state.inputs, "metadata")
            modes = value(state.inputs, "spec", "accessModes")
            found[text(metadata, "namespace"), text(metadata, "name")] = modes if isinstance(modes, list) else ()
    return found
