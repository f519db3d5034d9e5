"""Data that stays behind: with a claim that is deleted while an empty one is made for the same service elsewhere, or
with a controller that becomes one of another kind."""

from collections.abc import Iterator, Sequence

from operations.guard.consequence import Consequence
from operations.guard.objects.consequences import kind_of, target_of
from operations.guard.objects.mounts import HOW_DATA_FOLLOWS, lost_data
from operations.guard.objects.moving_data import HOW_CLAIMS_MOVE, HOW_DATABASES_MOVE
from operations.guard.reading.step import Step
from operations.guard.reading.values import block
from plan.changes.object_rules import CLAIM, POD_TEMPLATES, Kind
from plan.wording import listed

DATABASE: Kind = ("postgresql.cnpg.io", "Cluster")
HOLDING: tuple[Kind, ...] = (CLAIM, ("apps", "StatefulSet"), DATABASE)
"""Kinds that make or are a volume, by name and namespace."""


def moves(steps: Sequence[Step]) -> Iterator[Consequence]:
    """Resources that start empty because their name or namespace changes."""
    going = [step for step in steps if _holds(step, "delete")]
    for new in steps:
        if not _holds(new, "create"):
            continue
        old = [step for step in going if step.type == new.type and _name(step) == _name(new)]
        old = old or [step for step in going if step.type == new.type and _is_alone(step, new, steps)]
        old = old or [step for step in going if step.type == new.type and _is_alike(step, new)]
        if old:
            yield _left_behind(new, old)
    yield from _of_another_kind(steps)


def _of_another_kind(steps: Sequence[Step]) -> Iterator[Consequence]:
    """Controllers that leave the data of one that goes under the same name, as a Deployment after a StatefulSet."""
    controllers = [step for step in steps if step.is_object and kind_of(step.type) in POD_TEMPLATES]
    going = {(_namespace(step), _name(step)): step for step in controllers if step.action == "delete"}
    for new in (step for step in controllers if step.action == "create"):
        old = going.get((_namespace(new), _name(new)))
        if old is None or old.type == new.type:
            continue
        was, becomes = (POD_TEMPLATES[kind_of(step.type)] for step in (old, new))
        if lost := lost_data(old.before, was, new.after, becomes):
            message = f"Its pods start without the data of {target_of(old)}: {listed(lost)}."
            yield Consequence("START-EMPTY", "error", target_of(new), (), message, HOW_DATA_FOLLOWS)


def _holds(step: Step, action: str) -> bool:
    return step.action == action and step.is_object and kind_of(step.type) in HOLDING


def _name(step: Step) -> str:
    return str(block(step.resource.inputs, "metadata").get("name"))


def _namespace(step: Step) -> str:
    return str(block(step.resource.inputs, "metadata").get("namespace"))


def _is_alone(old: Step, new: Step, steps: Sequence[Step]) -> bool:
    """Whether one is deleted and one is made in the same namespace: it has another name."""
    if _namespace(old) != _namespace(new):
        return False
    beside = [each for each in steps if each.type == new.type and _namespace(each) == _namespace(new)]
    return sum(each.action == "delete" for each in beside) == sum(each.action == "create" for each in beside) == 1


def _is_alike(old: Step, new: Step) -> bool:
    """Whether one is as the other, but for its name and namespace: it is renamed."""
    return bool(block(old.before, "spec")) and block(old.before, "spec") == block(new.after, "spec")


def _left_behind(new: Step, old: Sequence[Step]) -> Consequence:
    kind = kind_of(new.type)
    fix = HOW_DATABASES_MOVE if kind == DATABASE else HOW_CLAIMS_MOVE
    return Consequence(
        "START-EMPTY",
        "error",
        target_of(new),
        (),
        f"It is new and empty, and the service starts on it; the data stays in {_names(old)}.",
        f"take the change back, or move the data: {fix}",
    )


def _names(steps: Sequence[Step]) -> str:
    return listed([target_of(step) for step in steps])
