"""Consequences of a step for objects on a Proxmox host, machines aside, and for generated keys and names."""

from collections.abc import Collection, Iterator

from operations.guard.consequence import Consequence, not_known
from operations.guard.objects.consequences import JOIN_TOKEN, USED_UP, target_of
from operations.guard.reading.step import Step
from plan.changes.host_rules import RULES, HostRule
from plan.changes.object_rules import touches

NO_RULE = "No rule says what it holds: what this does is not known."
NEW_ONE = "No rule says what a new one does to what is there: it may be a firewall, or a command that is run."
ONCE_FREE = "change it while nobody needs the host"
WITH_ITS_MACHINE = "It goes with its machine, which no longer starts without it, for instance after a power cut."


def host_consequences(step: Step, going: Collection[str]) -> Iterator[Consequence]:
    """Consequences of a step. `going` holds the components whose machine is deleted or forgotten in the same `up`."""
    rule, target = RULES.get(step.type), target_of(step)
    if step.action == "create":
        yield from _made(target, rule)
        return
    causes = tuple(dict.fromkeys(path for path, _ in step.changes))
    if step.action == "delete" and step.resource.retain_on_delete:
        yield Consequence("FORGET", "warning", target, (), "Pulumi forgets it; it stays where it is.", "")
    elif step.action == "delete" and JOIN_TOKEN in step.owners:
        yield Consequence("DELETE", "info", target, (), USED_UP, "")
    elif step.action == "delete" and step.resource.parent in going:
        yield Consequence("DELETE", "warning", target, (), WITH_ITS_MACHINE, "")
    elif rule is None:
        yield not_known(target, step.replacing or causes, NO_RULE)
    elif step.action in ("delete", "replace"):
        yield _loss(step, target, rule)
    elif not causes:
        yield not_known(target, (), "The preview does not say what differs.")
    else:
        yield _update(target, rule, causes)


def _made(target: str, rule: HostRule | None) -> Iterator[Consequence]:
    if rule is None:
        yield not_known(target, (), NEW_ONE)
    elif rule.made.sentence:
        yield Consequence("UPDATE", rule.made.severity, target, (), rule.made.sentence, ONCE_FREE)


def _loss(step: Step, target: str, rule: HostRule) -> Consequence:
    effect, what = ("DELETE", "deleted") if step.action == "delete" else ("REPLACE", "deleted and recreated")
    fix = "take the change back" if rule.loss.severity == "error" else ""
    return Consequence(effect, rule.loss.severity, target, step.replacing, f"It is {what}. {rule.loss.sentence}", fix)


def _update(target: str, rule: HostRule, causes: tuple[str, ...]) -> Consequence:
    cut_off = tuple(path for path in causes if touches(path, rule.disconnects))
    if cut_off:
        fix = "take the change back, or make it at the host's console"
        return Consequence("DISCONNECT", "error", target, cut_off, rule.loss.sentence, fix)
    fix = ONCE_FREE if rule.update.severity == "warning" else ""
    return Consequence("UPDATE", rule.update.severity, target, causes, rule.update.sentence, fix)
