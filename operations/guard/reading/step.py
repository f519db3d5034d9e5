"""A step of a preview: the resource before and after, and each property that differs."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import Field

from operations.guard.reading.document import Document, InvalidPreview
from operations.guard.reading.paths import python_path, without_indices
from operations.guard.reading.values import differing_paths
from plan.changes.effects import Change
from plan.changes.object_rules import touches

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
        return tuple(types_in(self.urn).split("$")[:-1])

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


def types_in(urn: str) -> str:
    """The types of a resource and of its owners, as its URN has them: `homelab:index:K8sApp$kubernetes:...`."""
    parts = urn.split("::", maxsplit=3)
    return parts[2] if len(parts) == 4 else ""
