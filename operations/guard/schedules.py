"""Schedules that no longer come up."""

from collections.abc import Iterator

from config.schedule import schedule_refusal
from operations.guard.consequence import Consequence
from operations.guard.step import Step
from operations.guard.values import block

NEVER = "It no longer runs, and nothing says so: backups stop silently."


def no_more_runs(step: Step, target: str) -> Iterator[Consequence]:
    """The consequence of a new schedule that Kubernetes refuses, or that no day meets."""
    old, new = (block(inputs, "spec").get("schedule") for inputs in (step.before, step.after))
    if isinstance(new, str) and new != old and not new.startswith("@"):
        reason = schedule_refusal(new.partition("TZ=")[2].partition(" ")[2] if "TZ=" in new else new)
        if reason:
            yield Consequence("STOP", "error", target, ("spec.schedule",), NEVER, f"take the change back: {reason}")
