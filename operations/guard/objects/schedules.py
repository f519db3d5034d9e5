"""Schedules that no longer come up, or less often."""

from collections.abc import Iterator
from datetime import timedelta

from config.schedule import schedule_refusal
from operations.guard.consequence import Consequence
from operations.guard.reading.step import Step
from operations.guard.reading.values import block
from plan.changes.field_rule import UNLESS_INTENDED
from plan.ledger.copies import longest_pause

LONGER = 1.5
"""A pause that grows by less is no other rhythm: another hour, or a month of another length."""
RARER = "Up to {after} lie between two of its runs instead of {before}: a backup is as old as that when it is needed."
NEVER = "It no longer runs, and nothing says so: backups stop silently."


def fewer_runs(step: Step, target: str, *, with_seconds: bool = False) -> Iterator[Consequence]:
    """The consequence of a new schedule that Kubernetes refuses, that no day meets, or that leaves a longer pause."""
    old, new = (block(inputs, "spec").get("schedule") for inputs in (step.before, step.after))
    if not isinstance(new, str) or new == old:
        return
    if not new.startswith("@"):
        reason = schedule_refusal(" ".join(_fields(new, with_seconds)))
        if reason:
            yield Consequence("STOP", "error", target, ("spec.schedule",), NEVER, f"take the change back: {reason}")
            return
    if not isinstance(old, str):
        return
    less, more = (longest_pause(" ".join(_fields(each, with_seconds))) for each in (old, new))
    if less is not None and more is not None and more > LONGER * less:
        message = RARER.format(before=_hours(less), after=_hours(more))
        yield Consequence("UPDATE", "warning", target, ("spec.schedule",), message, UNLESS_INTENDED)


def _fields(schedule: str, with_seconds: bool) -> list[str]:
    """Minute, hour, day, month and weekday: a time zone may stand before them, and the seconds of some operators."""
    fields = [field for field in schedule.split() if "TZ=" not in field]
    return fields[1:] if with_seconds and len(fields) == 6 else fields


def _hours(pause: timedelta) -> str:
    hours = round(pause.total_seconds() / 3600)
    return f"{hours // 24} days" if hours >= 48 else f"{hours} h"
