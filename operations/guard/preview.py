"""Reads what `pulumi preview --json` and `pulumi stack export` print.

A preview that is cut off, that ended with an error or that holds no steps says nothing about what `up` would do, so
it is refused: it must never pass for a harmless one.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeVar, cast

from pydantic import AliasGenerator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from plan.changes.provider_rules import Change

Action = Literal["nothing", "update", "replace", "delete"]

ACTIONS: Mapping[str, Action] = {
    "same": "nothing",
    "create": "nothing",
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
"""What the engine's operations come down to. What is imported is updated in the same `up` where it differs."""


class InvalidPreview(Exception):
    """The input is not a whole preview, or not a stack's state; the message is one sentence."""


class _Json(BaseModel):
    model_config = ConfigDict(alias_generator=AliasGenerator(validation_alias=to_camel), frozen=True)


class State(_Json):
    """A resource as the stack knows it."""

    urn: str
    type: str
    id: str = ""
    custom: bool = False
    external: bool = False
    retain_on_delete: bool = False
    import_id: str = Field("", validation_alias="importID")
    """What it was imported by; empty if the program made it."""
    inputs: Mapping[str, Any] = {}
    outputs: Mapping[str, Any] = {}


def block(properties: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A nested block; an empty one where it is missing, or known only after other steps."""
    value = properties.get(name)
    return cast(Mapping[str, Any], value) if isinstance(value, dict) else {}


class PropertyChange(_Json):
    """How one property differs: `add`, `update-replace`, ..."""

    kind: Literal["add", "add-replace", "delete", "delete-replace", "update", "update-replace"]

    @property
    def change(self) -> Change:
        """The same without whether it replaces."""
        if self.kind.startswith("add"):
            return "added"
        return "removed" if self.kind.startswith("delete") else "changed"


class Step(_Json):
    """What the engine would do to one resource."""

    op: str
    urn: str
    old_state: State | None = None
    new_state: State | None = None
    detailed_diff: Mapping[str, PropertyChange] | None = None
    diff_reasons: tuple[str, ...] | None = None
    replace_reasons: tuple[str, ...] | None = None

    @property
    def action(self) -> Action:
        """What it comes down to."""
        return ACTIONS[self.op]

    @property
    def is_import(self) -> bool:
        """Whether something that the program made is imported in place of itself."""
        old, new = self.old_state, self.new_state
        return bool(self.action == "replace" and old and new and new.import_id and not old.import_id)

    @property
    def resource(self) -> State:
        """The resource as it is, or as it will be if there is none yet."""
        state = self.old_state or self.new_state
        if state is None:
            raise InvalidPreview(f"the preview says neither what {self.urn} is nor what it becomes")
        return state

    @property
    def type(self) -> str:
        """For example `kubernetes:apps/v1:StatefulSet`."""
        return self.resource.type

    @property
    def name(self) -> str:
        """The name under which the program declares it."""
        return self.urn.rsplit("::", maxsplit=1)[-1]

    @property
    def changes(self) -> tuple[tuple[str, Change], ...]:
        """Every property that differs, by its path without indices, and how: `("disks.import_from", "changed")`."""
        detailed: list[tuple[str, Change]] = [(path, each.change) for path, each in self._detailed]
        properties = {path.split(".")[0] for path, _ in detailed}
        reasons: list[tuple[str, Change]] = [(each, "changed") for each in self._paths(self.diff_reasons or ())]
        return tuple(dict.fromkeys(detailed + [each for each in reasons if each[0].split(".")[0] not in properties]))

    @property
    def replacing(self) -> tuple[str, ...]:
        """The properties because of which it is replaced, as far as the preview names them."""
        detailed = [path for path, each in self._detailed if each.kind.endswith("-replace")]
        return tuple(dict.fromkeys(detailed or self._paths(self.replace_reasons or ())))

    @property
    def _detailed(self) -> list[tuple[str, PropertyChange]]:
        paths = self.detailed_diff or {}
        return [(name, each) for path, each in paths.items() for name in self._paths([path])]

    def _paths(self, paths: Iterable[str]) -> list[str]:
        """As people write them, without what is the engine's own, like `__meta`."""
        written = without_indices if self.type.startswith("kubernetes:") else python_path
        return [written(path) for path in paths if not path.startswith("__")]


class _Diagnostic(_Json):
    severity: str = ""
    message: str = ""


class Preview(_Json):
    """All that an `up` would do."""

    steps: tuple[Step, ...] = ()
    diagnostics: tuple[_Diagnostic, ...] = ()
    change_summary: Mapping[str, int] | None = None


class _Operation(_Json):
    resource: State


class _Deployment(_Json):
    resources: tuple[State, ...] = ()
    pending_operations: tuple[_Operation, ...] = ()


class Stack(_Json):
    """The state that `pulumi stack export` prints."""

    deployment: _Deployment

    @property
    def resources(self) -> dict[str, State]:
        """The resources by URN."""
        return {resource.urn: resource for resource in self.deployment.resources}


def read_preview(text: str) -> Preview:
    """What `pulumi preview --json` printed. Raises InvalidPreview."""
    preview = _read(text, Preview, "a preview; make one with `pulumi preview --json`")
    errors = [each.message.strip() for each in preview.diagnostics if each.severity == "error"]
    if errors:
        raise InvalidPreview(f"the preview ended with an error: {_first_line(errors)}")
    if not preview.steps or preview.change_summary is None:
        raise InvalidPreview("the preview holds no steps or no summary: it did not come to its end")
    unknown = next((step for step in preview.steps if step.op not in ACTIONS), None)
    if unknown is not None:
        raise InvalidPreview(f"the preview would do {unknown.op!r} to {unknown.name}, and what that does is not known")
    counted = Counter(step.op for step in preview.steps)
    for op, count in preview.change_summary.items():
        if op != "same" and counted[op] < count:
            raise InvalidPreview(f"the preview counts {count} {op!r} but shows {counted[op]}: it is not whole")
    for step in preview.steps:
        _ = step.resource
    return preview


def read_stack(text: str, preview: Preview) -> Stack:
    """What `pulumi stack export` printed, if the preview was made from it. Raises InvalidPreview."""
    stack = _read(text, Stack, "a stack's state; write one with `pulumi stack export`")
    if stack.deployment.pending_operations:
        name = stack.deployment.pending_operations[0].resource.urn.rsplit("::", maxsplit=1)[-1]
        raise InvalidPreview(
            f"an `up` was cut off while it changed {name}, so its state is not known: run `pulumi refresh` first"
        )
    known = stack.resources
    imported = {step.urn for step in preview.steps if step.op == "import"}
    for step in preview.steps:
        old = step.old_state
        if old is None or step.urn in imported:
            continue
        if old.urn not in known or known[old.urn].id != old.id:
            raise InvalidPreview(
                f"the preview was not made from this state: it changes {step.name}, which differs there"
            )
    return stack


def without_indices(path: str) -> str:
    """`containers[0].resources` as `containers.resources`, `metadata["labels"]` as `metadata.labels`."""
    return re.sub(r"\[\d+\]", "", re.sub(r'\["([^"]*)"\]', r".\1", path)).lstrip(".")


def python_path(path: str) -> str:
    """`disks[0].importFrom` as `disks.import_from`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", without_indices(path)).lower()


Document = TypeVar("Document", bound=_Json)


def _read(text: str, document: type[Document], what: str) -> Document:
    try:
        return document.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidPreview(f"this is not {what} ({f'{place}: ' if place else ''}{first['msg']})") from None


def _first_line(messages: Sequence[str]) -> str:
    return next(
        (message.removeprefix("error: ").splitlines()[0] for message in messages if message), "without saying which"
    )
