"""Reads what `pulumi preview --json` printed.

A preview that is cut off, or that holds no steps, says nothing about what an `up` would do, so it is refused. One that
ended with an error shows some of its steps: they are judged, and it passes for harmless never.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from operations.guard.reading.document import Document, InvalidPreview, read_document
from operations.guard.reading.step import ACTIONS, Step, types_in
from operations.guard.reading.values import differing_paths
from operations.guard.ways_out import Interrupted, interrupted
from plan.wording import printable

COUNTED = frozenset({"create", "update", "replace", "delete", "import", "read", "discard"})
"""Operations that the engine counts in its summary. Halves of a replacement, and what a refresh reads, it does not."""

QUIET = frozenset({"debug", "info", "info#err", "warning"})
"""Severities of a diagnostic that do not end a preview. Any other, however it is spelt, does."""

LONGEST_REASON = 400
"""Characters of what the engine says."""

PENDING = "pending operations"
"""Words of the engine's warning about an interrupted `up` (pulumi v3.274, printPendingOperationsWarning): there is no
other sign of it in a preview."""


class Diagnostic(Document):
    """A message of the engine, a provider or the program."""

    severity: str = ""
    message: str = ""
    urn: str = ""

    @property
    def is_error(self) -> bool:
        """Whether the preview ended with it."""
        return self.severity.strip().casefold() not in QUIET

    @property
    def reason(self) -> str:
        """Its text, on one line and not too long: a traceback as its last line."""
        before, traceback, rest = self.message.removeprefix("error: ").partition("Traceback (most recent call last)")
        lines = [line.strip().removeprefix("* ") for line in before.splitlines()]
        lines += rest.strip().splitlines()[-1:] if traceback else []
        said = " ".join(line for line in lines if line and not line.endswith("occurred:"))
        return said if len(said) <= LONGEST_REASON else f"{said[:LONGEST_REASON]}..."


class _Preview(Document):
    steps: tuple[Step, ...] = ()
    diagnostics: tuple[Diagnostic, ...] | None = None
    change_summary: Mapping[str, int] | None = None
    config: Mapping[str, Any] | None = None


class Missing(NamedTuple):
    """Steps that a preview counts and does not show, or shows and does not count."""

    op: str
    counted: int
    shown: int


class Preview(NamedTuple):
    """Steps of an `up`, as far as the preview shows them."""

    steps: tuple[Step, ...]
    errors: tuple[Diagnostic, ...] = ()
    """Errors with which it ended; none where it completed."""
    missing: tuple[Missing, ...] = ()
    unchanged: int = 0
    """Resources that stay the same. The engine does not read them."""
    lab: str | None = None
    """The lab that it was made of, as the stack's configuration says it."""
    ssh_user: str | None = None
    """Who signs in to hosts by SSH, as that says it."""


def read_preview(text: str) -> Preview:
    """The preview that `pulumi preview --json` printed. Raises InvalidPreview."""
    read = read_document(text, _Preview, "a preview; make one with `pulumi preview --json`")
    diagnostics = read.diagnostics or ()
    _refuse_pending(diagnostics)
    errors = tuple(each for each in diagnostics if each.is_error)
    if not read.steps or read.change_summary is None:
        ended = f": {_first(errors)}" if errors else ": it did not come to its end"
        raise InvalidPreview(f"the preview holds no steps or no summary{ended}")
    for step in read.steps:
        _refuse_contradiction(step)
    if errors and all(step.action == "nothing" for step in read.steps) and not _has_refreshed(read):
        raise InvalidPreview(f"the preview ended with an error: {_first(errors)}")
    config = read.config or {}
    return Preview(
        read.steps,
        errors,
        tuple(_missing(read.steps, read.change_summary)) if not errors else (),
        read.change_summary.get("same", 0),
        _setting(config, "homelab:lab"),
        _setting(config, "homelab:proxmoxSshUsername"),
    )


def _setting(config: Mapping[str, Any], key: str) -> str | None:
    value = config.get(key)
    return value if isinstance(value, str) and value else None


def _has_refreshed(read: _Preview) -> bool:
    return any(step.op == "refresh" for step in read.steps)


def _first(errors: tuple[Diagnostic, ...]) -> str:
    return printable(errors[0].reason) or "without saying why"


def _refuse_pending(diagnostics: tuple[Diagnostic, ...]) -> None:
    """Refuse a preview of a stack whose last `up` was cut off."""
    for each in diagnostics:
        if PENDING in each.message.casefold():
            found = re.findall(r"(urn:pulumi:\S+), interrupted while (\w+)", each.message)
            operations = [Interrupted.of_urn(urn, doing) for urn, doing in found]
            raise InvalidPreview(interrupted(operations))


def _refuse_contradiction(step: Step) -> None:
    """Refuse a step that does not say what is done to what."""
    name = printable(step.name)
    if step.op not in ACTIONS:
        raise InvalidPreview(f"the preview would do {step.op!r} to {name}, and what that does is not known")
    kind = types_in(step.urn).rpartition("$")[2]
    action, resource = step.action, step.resource
    for state in (resource, step.new_state or resource):
        if state.type != kind:
            raise InvalidPreview(f"the preview says of {name} that it is {kind!r}, and {state.type!r} as well")
    if (action in ("update", "replace") and step.op in ("update", "replace") and not step.old_state) or (
        action == "delete" and not step.old_state
    ):
        raise InvalidPreview(f"the preview does not say what {name} was before the {step.op}")
    if action in ("update", "create") and not step.new_state:
        raise InvalidPreview(f"the preview does not say what {name} is after the {step.op}")
    if step.op == "same" and (_has_differences(step) or not step.new_state):
        raise InvalidPreview(f"the preview says of {name} that it stays the same, and that it differs")


def _has_differences(step: Step) -> bool:
    named = step.detailed_diff or step.diff_reasons or step.replace_reasons
    return bool(named) or any(True for _ in differing_paths(step.before, step.after))


def _missing(steps: tuple[Step, ...], summary: Mapping[str, int]) -> list[Missing]:
    shown = Counter(step.op for step in steps)
    uncounted = [op for op in shown if op in COUNTED and op not in summary] if summary else []
    return [*(Missing(op, 0, shown[op]) for op in uncounted), *_not_shown(summary, shown)]


def _not_shown(summary: Mapping[str, int], shown: Counter[str]) -> list[Missing]:
    return [Missing(op, count, shown[op]) for op, count in summary.items() if op != "same" and shown[op] < count]
