"""Schedules that no longer come up."""

from collections.abc import Iterator

from config.schedule import schedule_refusal
from operations.guard.consequence import Consequence
from operations.guard.step import Step
from operations.guard.values import block

NEVER = "It no longer runs, and nothing says so: backups stop silently."


def no_more_runs(step: Step, target: str, *, with_seconds: bool = False) -> Iterator[Consequence]:
    """The consequence of a new schedule that Kubernetes refuses, or that no day meets."""
    old, new = (block(inputs, "spec").get("schedule") for inputs in (step.before, step.after))
    if isinstance(new, str) and new != old and not new.startswith("@"):
        reason = schedule_refusal(" ".join(_fields(new, with_seconds)))
        if reason:
            yield Consequence("STOP", "error", target, ("spec.schedule",), NEVER, f"take the change back: {reason}")


def _fields(schedule: str, with_seconds: bool) -> list[str]:
    """Minute, hour, day, month and weekday: a time zone may stand before them, and the seconds of some operators."""
    fields = [field for field in schedule.split() if "TZ=" not in field]
    return fields[1:] if with_seconds and len(fields) == 6 else fields
