"""Says of every step of an `up` what it does to what runs, and stops what does damage, or may, unless it is allowed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from config.lab import Lab
from config.suggest import did_you_mean
from observation import Observation
from operations.guard.clashes import clashes, made_twice
from operations.guard.consequence import Consequence, Verdict, not_known
from operations.guard.ending import Ending, ending_of
from operations.guard.host_objects import host_consequences
from operations.guard.machines.consequences import INTERRUPTING, MACHINE, Role, machine_consequences
from operations.guard.machines.machine_values import is_template
from operations.guard.machines.user_data import from_emptied_user_data
from operations.guard.objects.charts import TYPE as CHART
from operations.guard.objects.charts import chart_consequences
from operations.guard.objects.consequences import object_consequences, target_of
from operations.guard.objects.data_formats import data_formats
from operations.guard.objects.granted import granted
from operations.guard.objects.handed_over import handed_over
from operations.guard.objects.imports import import_replaced
from operations.guard.objects.keys import lost_keys
from operations.guard.objects.live import Unasked, not_asked, seen_live
from operations.guard.objects.moves import moves
from operations.guard.objects.protection import unprotected
from operations.guard.objects.reached import reached_otherwise
from operations.guard.objects.rendered import Charts
from operations.guard.objects.templates import template_consequences
from operations.guard.objects.tiers import of_another_tier
from operations.guard.providers import PREFIX as PROVIDER
from operations.guard.providers import provider_consequences, through_another
from operations.guard.reading.preview import Preview
from operations.guard.reading.stack import Stack
from operations.guard.reading.step import Step
from plan.changes.effects import Effect
from plan.changes.engine_rules import OWNERS_OF_NOTHING
from plan.model import worst_first
from plan.wording import listed, printable

NEEDS_NO_LEAVE: tuple[Effect, ...] = ("UPDATE", "ROLLOUT", "FORGET", "DRIFT")
TOGETHER: tuple[Effect, ...] = ("POWER-CYCLE", "DISCONNECT")
"""Effects that are worse where they hit several nodes at once."""


NOT_NAMED = "The preview does not name what differs: there may be more than what its values show."


class UnknownAllowance(Exception):
    """Something is allowed that the preview does not do; the message is one sentence."""


class Judgement(NamedTuple):
    """Consequences of an `up`, worst first."""

    consequences: tuple[Consequence, ...]
    allowed: frozenset[str]
    """Names of the consequences that may happen."""
    ending: Ending
    """How far the preview came. What it does not show cannot be allowed."""
    unasked: tuple[Unasked, ...]

    @property
    def refused(self) -> tuple[Consequence, ...]:
        """Consequences that do damage, or may, and were not allowed."""
        return tuple(each for each in self.consequences if each.severity == "error" and each.name not in self.allowed)

    @property
    def passes(self) -> bool:
        """Whether the `up` may run."""
        return not self.refused and self.ending.is_whole

    @property
    def counts(self) -> Counter[Verdict]:
        """How many consequences there are of each verdict."""
        return Counter(each.verdict for each in self.consequences)


def judge(
    preview: Preview,
    lab: Lab | None,
    stack: Stack | None = None,
    allow: Sequence[str] = (),
    observation: Observation | None = None,
    charts: Charts | None = None,
) -> Judgement:
    """Consequences of an `up`. `allow` holds names like `REPLACE:k8s-node3`. Raises UnknownAllowance."""
    steps = tuple(_logical(preview))
    nodes = {step.name for step in steps if step.type == MACHINE and role_of(lab, step).is_node}
    imported = frozenset(each.urn for each in preview.steps if each.op == "import")
    found = [each for step in steps for each in _of_step(step, steps, imported, lab, stack, charts or {})]
    found += [
        *moves(steps),
        *clashes(steps, stack),
        *from_emptied_user_data(steps, stack),
        *made_twice(steps),
        *handed_over(steps),
        *unprotected(preview.steps),
    ]
    found += [each for step in steps for each in (*data_formats(step), *granted(step))]
    found += through_another(preview.steps)
    found += lost_keys(steps, preview.steps, stack)
    found += template_consequences(steps, stack)
    found += seen_live(steps, stack, observation, lab) if observation else ()
    found = reached_otherwise(found, steps)
    found = [_printable(each) for each in _together(list(dict.fromkeys(found)), nodes)]
    ordered = tuple(sorted(found, key=worst_first))
    unasked = tuple(not_asked(preview, steps, stack, observation))
    return Judgement(ordered, _allowed(allow, found), ending_of(preview, steps), unasked)


def _printable(each: Consequence) -> Consequence:
    """The same, so that nothing that others wrote acts on a terminal."""
    causes = tuple(map(printable, each.causes))
    message, fix = printable(each.message), printable(each.fix)
    return each._replace(target=printable(each.target), causes=causes, message=message, fix=fix)


def _of_step(
    step: Step, steps: Sequence[Step], imported: frozenset[str], lab: Lab | None, stack: Stack | None, charts: Charts
) -> Iterator[Consequence]:
    if step.op == "update" and step.changes and not step.says_what_differs:
        yield not_known(_target(step), (), NOT_NAMED)
    if step.action == "replace" and step.urn in imported:
        yield import_replaced(step)
    elif step.type == MACHINE:
        yield from machine_consequences(step, role_of(lab, step), stack.resources.get(step.urn) if stack else None)
    elif step.type.startswith(PROVIDER):
        yield from provider_consequences(step)
    elif step.type == CHART:
        yield from chart_consequences(step, steps, charts.get(step.urn))
    elif step.is_object:
        yield from of_another_tier(step, lab)
        yield from object_consequences(step, step.urn in imported, _new_namespaces(steps))
    elif not step.type.startswith(OWNERS_OF_NOTHING):
        going = {each.resource.parent for each in steps if each.type == MACHINE and each.action == "delete"}
        yield from host_consequences(step, going - {""})


def _new_namespaces(steps: Sequence[Step]) -> frozenset[str]:
    """Namespaces that the same `up` makes: nothing runs in them."""
    made = (each for each in steps if each.action == "create" and each.type.endswith(":Namespace"))
    return frozenset(target_of(each).rpartition("/")[2] for each in made)


def _target(step: Step) -> str:
    return step.name if step.type == MACHINE else target_of(step)


def _logical(preview: Preview) -> Iterator[Step]:
    """The steps that do something: a replacement once even where the engine shows its halves as well, and what is
    imported by the update that follows."""
    replaced = {step.urn for step in preview.steps if step.op == "replace"}
    followed = {step.urn for step in preview.steps if step.op in ("update", "replace")}
    for step in preview.steps:
        half = step.action == "replace" and step.op != "replace" and step.urn in replaced
        only_read = step.op == "import" and (step.urn in followed or not step.changes)
        if step.action != "nothing" and not half and not only_read:
            yield step


def role_of(lab: Lab | None, step: Step) -> Role:
    """The machine's role in the lab. One that the lab does not know is taken for a node, unless it is a template."""
    if is_template(step):
        return Role("template", is_node=False)
    machine = lab.machines.get(step.name) if lab else None
    if lab is None or machine is None:
        tags = step.resource.inputs.get("tags") or ()
        return Role("appliance", is_node=False) if "appliance" in tags else Role("worker", is_node=True)
    peers = sum(each.role == machine.role for each in lab.machines.values()) - 1
    return Role(machine.role, is_node=machine.role != "appliance", peers=peers)


def _together(found: list[Consequence], nodes: set[str]) -> list[Consequence]:
    """The same, where a node that restarts while another one is down does damage as well."""
    down = list(dict.fromkeys(each.target for each in found if each.effect in INTERRUPTING and each.target in nodes))
    if len(down) < 2:
        return found
    return [_while_others_are_down(each, down) if each.effect in TOGETHER else each for each in found]


def _while_others_are_down(each: Consequence, down: Sequence[str]) -> Consequence:
    others = [name for name in down if name != each.target]
    if len(others) == len(down):
        return each
    message = f"{each.message} The same `up` takes {listed(others)} down too."
    return each._replace(severity="error", message=message)


def _allowed(allow: Sequence[str], found: Iterable[Consequence]) -> frozenset[str]:
    names = sorted({each.name for each in found if each.effect not in NEEDS_NO_LEAVE})
    allowed = {f"{kind.upper()}{colon}{target}" for kind, colon, target in (each.partition(":") for each in allow)}
    for name in sorted(allowed):
        if name not in names:
            known = did_you_mean(name, names) or "; there is nothing to allow"
            raise UnknownAllowance(f"--allow {printable(name)}: the preview does not do that{known}")
    return frozenset(allowed)
