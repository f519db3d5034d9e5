"""Says of every step of an `up` what it really does, and stops what does damage unless it is allowed by name."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from config.lab import Lab
from config.suggest import did_you_mean
from operations.guard.consequence import Consequence
from operations.guard.machines import INTERRUPTING, MACHINE, Role, is_template, machine_consequences
from operations.guard.objects import object_consequences
from operations.guard.preview import Preview, Stack, Step
from plan.model import worst_first
from plan.wording import listed


class UnknownAllowance(Exception):
    """Something is allowed that the preview does not do; the message is one sentence."""


class Judgement(NamedTuple):
    """What an `up` does, worst first."""

    consequences: tuple[Consequence, ...]
    allowed: frozenset[str]
    """Names of the consequences that may happen."""

    @property
    def refused(self) -> tuple[Consequence, ...]:
        """What does damage and was not allowed."""
        return tuple(each for each in self.consequences if each.severity == "error" and each.name not in self.allowed)


def judge(preview: Preview, lab: Lab, stack: Stack | None = None, allow: Sequence[str] = ()) -> Judgement:
    """What an `up` does. `allow` holds names like `REPLACE:k8s-node3`. Raises UnknownAllowance."""
    found: list[Consequence] = []
    nodes: set[str] = set()
    for step in _logical(preview):
        if step.type != MACHINE:
            found += object_consequences(step)
            continue
        role = role_of(lab, step)
        if role.is_node:
            nodes.add(step.name)
        found += machine_consequences(step, role, stack.resources.get(step.urn) if stack else None)
    found = _together(list(dict.fromkeys(found)), nodes)
    return Judgement(tuple(sorted(found, key=worst_first)), _allowed(allow, found))


def _logical(preview: Preview) -> Iterator[Step]:
    """The steps that do something, a replacement once even where the engine shows its halves as well."""
    replaced = {step.urn for step in preview.steps if step.op == "replace"}
    for step in preview.steps:
        half = step.action == "replace" and step.op != "replace" and step.urn in replaced
        if step.action != "nothing" and not half:
            yield step


def role_of(lab: Lab, step: Step) -> Role:
    """The machine's role in the lab. One that the lab does not know is taken for a node, unless it is a template."""
    if is_template(step):
        return Role("template", is_node=False)
    machine = lab.machines.get(step.name)
    if machine is None:
        return Role("worker", is_node=True)
    peers = sum(each.role == machine.role for each in lab.machines.values()) - 1
    return Role(machine.role, is_node=machine.role != "appliance", peers=peers)


def _together(found: list[Consequence], nodes: set[str]) -> list[Consequence]:
    """The same, where a node that restarts while another one is down does damage as well."""
    down = list(dict.fromkeys(each.target for each in found if each.effect in INTERRUPTING and each.target in nodes))
    if len(down) < 2:
        return found
    return [_while_others_are_down(each, down) if each.effect == "POWER-CYCLE" else each for each in found]


def _while_others_are_down(restart: Consequence, down: Sequence[str]) -> Consequence:
    others = [name for name in down if name != restart.target]
    if len(others) == len(down):
        return restart
    message = f"{restart.message} The same `up` takes {listed(others)} down too."
    return restart._replace(severity="error", message=message)


def _allowed(allow: Sequence[str], found: Iterable[Consequence]) -> frozenset[str]:
    names = sorted({each.name for each in found if each.effect != "UPDATE"})
    allowed = {f"{kind.upper()}{colon}{target}" for kind, colon, target in (each.partition(":") for each in allow)}
    for name in sorted(allowed):
        if name not in names:
            known = did_you_mean(name, names) or "; there is nothing to allow"
            raise UnknownAllowance(f"--allow {name}: the preview does not do that{known}")
    return frozenset(allowed)
