"""Reads what `pulumi preview --json` printed.

A preview that is cut off, or that holds no steps, says nothing about what an `up` would do, so it is refused. One that
ended with an error shows some of its steps: they are judged, and it passes for harmless never.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from pydantic import Field

from operations.guard.document import Document, InvalidPreview, read_document
from operations.guard.paths import python_path, without_indices
from operations.guard.values import differing_paths
from operations.guard.ways_out import Interrupted, interrupted
from plan.changes.effects import Change
from plan.changes.object_rules import touches
from plan.wording import printable

Action = Literal["nothing", "create", "update", "replace", "delete"]

ACTIONS: Mapping[str, Action] = {
    "same": "nothing",
    "create": "create",
    "read": "nothing",
    "refresh": "nothing",
    "discard": "nothing",
    "discard-replaced": "nothing",
    "remove-pending-replace": "nothing",
    "import": "update",
    "update": "update",
    "replace": "replace",
    "create-replacement": "replace",
    "delete-replaced": "replace",
    "import-replacement": "replace",
    "read-replacement": "nothing",
    "delete": "delete",
}
"""The guard's action for each of the engine's operations. An import also updates in the same `up` what differs."""

COUNTED = frozenset({"create", "update", "replace", "delete", "import", "read", "discard"})
"""Operations that the engine counts in its summary. Halves of a replacement, and what a refresh reads, it does not."""

QUIET = frozenset({"debug", "info", "info#err", "warning"})
"""Severities of a diagnostic that do not end a preview. Any other, however it is spelt, does."""

LONGEST_REASON = 400
"""Characters of what the engine says."""

PENDING = "pending operations"
"""Words of the engine's warning about an interrupted `up` (pulumi v3.274, printPendingOperationsWarning): there is no
other sign of it in a preview."""


class State(Document):
    """A resource as the stack knows it."""

    urn: str
    type: str
    id: str = ""
    parent: str = ""
    provider: str = ""
    protect: bool = False
    retain_on_delete: bool = False
    import_id: str = Field("", validation_alias="importID")
    """Id by which it was imported; empty if the program made it."""
    ignore_changes: tuple[str, ...] = ()
    """Properties that an update leaves alone, whatever the program states."""
    inputs: Mapping[str, Any] = {}
    outputs: Mapping[str, Any] = {}


class PropertyChange(Document):
    """How one property differs: `add`, `update-replace`, ..."""

    kind: Literal["add", "add-replace", "delete", "delete-replace", "update", "update-replace"]

    @property
    def change(self) -> Change:
        """The same without whether it replaces."""
        if self.kind.startswith("add"):
            return "added"
        return "removed" if self.kind.startswith("delete") else "changed"


class Step(Document):
    """A step of the engine for one resource."""

    op: str
    urn: str
    old_state: State | None = None
    new_state: State | None = None
    detailed_diff: Mapping[str, PropertyChange] | None = None
    diff_reasons: tuple[str, ...] | None = None
    replace_reasons: tuple[str, ...] | None = None

    @property
    def action(self) -> Action:
        """Its action; an update with a property or a reason that replaces is a replacement."""
        action = ACTIONS[self.op]
        return "replace" if action == "update" and self.replacing else action

    @property
    def is_import_in_place(self) -> bool:
        """Whether something that the program made is imported in place of itself."""
        old, new = self.old_state, self.new_state
        return bool(self.action == "replace" and old and new and new.import_id and not old.import_id)

    @property
    def resource(self) -> State:
        """The resource as it is, or as it will be if there is none yet."""
        state = self.old_state or self.new_state
        if state is None:
            raise InvalidPreview(f"the preview says neither what {self.urn!r} is nor what it becomes")
        return state

    @property
    def before(self) -> Mapping[str, Any]:
        """Inputs that the program stated before; empty where it is new."""
        return self.old_state.inputs if self.old_state else {}

    @property
    def after(self) -> Mapping[str, Any]:
        """Inputs that the program states now; empty where it is deleted."""
        return self.new_state.inputs if self.new_state else {}

    @property
    def type(self) -> str:
        """For example `kubernetes:apps/v1:StatefulSet`."""
        return self.resource.type

    @property
    def is_object(self) -> bool:
        """Whether it is a Kubernetes object, or a chart."""
        return self.type.startswith("kubernetes:")

    @property
    def name(self) -> str:
        """The name under which the program declares it."""
        return self.urn.split("::", maxsplit=3)[-1]

    @property
    def owners(self) -> tuple[str, ...]:
        """Types of the components that it belongs to, the outermost first."""
        return tuple(_type_in(self.urn).split("$")[:-1])

    @property
    def changes(self) -> tuple[tuple[str, Change], ...]:
        """Every property that differs, by its path without indices, and how: `("disks.import_from", "changed")`.

        Both what the preview names, and what differs between the values that it shows: neither hides the other.
        """
        detailed: list[tuple[str, Change]] = [(path, each.change) for path, each in self._detailed]
        known = detailed + (self._by_value() if self.old_state and self.new_state else [])
        properties = {path.split(".")[0] for path, _ in known}
        reasons = [self._path(each) for each in self.diff_reasons or () if not each.startswith("__")]
        coarse: list[tuple[str, Change]] = [(each, "changed") for each in reasons]
        found = dict.fromkeys([*known, *(each for each in coarse if each[0].split(".")[0] not in properties)])
        return tuple(each for each in found if not (self.is_object and _has_parts(each[0], found)))

    def _by_value(self) -> list[tuple[str, Change]]:
        """Differences between the values, except for those that the engine ignores."""
        ignored = tuple(self._path(path) for path in (self.new_state.ignore_changes if self.new_state else ()))
        found: list[tuple[str, Change]] = []
        for path, change in differing_paths(self.before, self.after):
            if not touches(self._path(path), ignored):
                found.append((self._path(path), change))
        return found

    @property
    def says_what_differs(self) -> bool:
        """Whether the preview names a property that differs. A provider also compares what no value shows."""
        return bool(
            self._detailed or self.replacing or any(not each.startswith("__") for each in self.diff_reasons or ())
        )

    @property
    def replacing(self) -> tuple[str, ...]:
        """The properties because of which it is replaced, as far as the preview names them."""
        detailed = [path for path, each in self._detailed if each.kind.endswith("-replace")]
        reasons = [self._path(each) for each in self.replace_reasons or () if not each.startswith("__")]
        return tuple(dict.fromkeys(detailed or reasons))

    @property
    def _detailed(self) -> list[tuple[str, PropertyChange]]:
        """Differences, without the engine's own properties, like `__meta`."""
        found = self.detailed_diff or {}
        return [(self._path(path), each) for path, each in found.items() if not path.startswith("__")]

    def _path(self, path: str) -> str:
        """As people write it."""
        return without_indices(path) if self.is_object else python_path(path)


def _has_parts(path: str, found: Iterable[tuple[str, Change]]) -> bool:
    """Whether a part of it is named as well."""
    return any(other.startswith(f"{path}.") for other, _ in found)


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
    lab = config.get("homelab:lab")
    return Preview(
        read.steps,
        errors,
        tuple(_missing(read.steps, read.change_summary)) if not errors else (),
        read.change_summary.get("same", 0),
        lab if isinstance(lab, str) and lab else None,
    )


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
    kind = _type_in(step.urn).rpartition("$")[2]
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


def _type_in(urn: str) -> str:
    """The types of a resource and of its owners, as its URN has them: `homelab:index:K8sApp$kubernetes:...`."""
    parts = urn.split("::", maxsplit=3)
    return parts[2] if len(parts) == 4 else ""


def _missing(steps: tuple[Step, ...], summary: Mapping[str, int]) -> list[Missing]:
    shown = Counter(step.op for step in steps)
    uncounted = [op for op in shown if op in COUNTED and op not in summary] if summary else []
    return [*(Missing(op, 0, shown[op]) for op in uncounted), *_not_shown(summary, shown)]


def _not_shown(summary: Mapping[str, int], shown: Counter[str]) -> list[Missing]:
    return [Missing(op, count, shown[op]) for op, count in summary.items() if op != "same" and shown[op] < count]
