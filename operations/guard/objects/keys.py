"""Keys of Secrets and ConfigMaps that go, and who reads them.

A preview masks the values of a Secret and names each key that differs. It does not show workloads that stay the same:
those are in the state.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, get_args

from observation import Reference
from observation.objects import reference
from operations.guard.consequence import Consequence, not_known
from operations.guard.objects.consequences import kind_of, target_of
from operations.guard.reading.stack import Stack
from operations.guard.reading.step import Step
from operations.pod_references import Wanted, wanted_by
from plan.changes.object_rules import Kind
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, text
from plan.wording import listed

HOLDING_KEYS: tuple[Kind, ...] = (("", "ConfigMap"), ("", "Secret"))
EXTERNAL: Kind = ("external-secrets.io", "ExternalSecret")
CONTENT = ("data", "stringData", "binaryData")
Reading = Literal["named", "mounted alone", "all"]
WORST_FIRST: tuple[Reading, ...] = get_args(Reading)
EFFECTS_ON: Mapping[Reading, str] = {
    "named": "{who} names it: its pods run on, and do not start again.",
    "mounted alone": "{who} mounts it: pods that start from then on find an empty folder in its place.",
    "all": "{who} reads all keys: pods that start from then on do not find it.",
}
NOBODY = "No workload of the program needs it; a chart, an operator or somebody by hand may read it."
WITHOUT_STATE = "Who reads it is in the stack's state: with `--stack FILE` the guard names them."
NOT_SHOWN = "The preview does not show whether it loses a key."
FIX = "take the change back, or change those that read it in the same `up`"


class Loss(NamedTuple):
    """A key that goes."""

    object: Reference
    """The Secret or ConfigMap that pods refer to."""
    key: str


class Reader(NamedTuple):
    """A workload, and what its pods refer to."""

    workload: str
    wanted: Wanted


def lost_keys(steps: Sequence[Step], shown: Iterable[Step], stack: Stack | None) -> Iterator[Consequence]:
    """Effects of keys that go on pods. `shown` are all steps of the preview, also those in which nothing changes."""
    losing = {step.urn: tuple(_losses(step)) for step in steps}
    readers = tuple(_readers(shown, stack)) if any(losing.values()) else ()
    for step in steps:
        for loss in losing[step.urn]:
            found = [each for each in readers if each.wanted.object == loss.object]
            yield from _consequence(step, loss, found, NOBODY if stack else WITHOUT_STATE)
        if _is_not_shown(step):
            yield not_known(target_of(step), CONTENT[:1], NOT_SHOWN)._replace(severity="warning")


def _losses(step: Step) -> Iterator[Loss]:
    if step.action not in ("update", "replace") or not step.is_object:
        return
    kind, metadata = kind_of(step.type), mapping(step.resource.inputs, "metadata")
    namespace, name = text(metadata, "namespace") or None, text(metadata, "name")
    if kind in HOLDING_KEYS:
        for key in sorted(_gone(step)):
            yield Loss(Reference(kind[1], namespace, name), key)
    elif kind == EXTERNAL:
        before, after = _brought(step.before), _brought(step.after)
        target = text(step.before, "spec", "target", "name") or name
        for key in sorted(before - after) if before is not None and after is not None else ():
            yield Loss(Reference("Secret", namespace, target), key)


def _gone(step: Step) -> set[str]:
    """Keys that no field has any more."""
    removed = {path.partition(".") for path, change in step.changes if change == "removed"}
    named = {key for field, _, key in removed if field in CONTENT and key}
    whole = {key for field, _, key in removed if field in CONTENT and not key for key in mapping(step.before, field)}
    return (named | whole) - {key for field in CONTENT for key in mapping(step.after, field)}


def _is_not_shown(step: Step) -> bool:
    """Whether its content differs, and the preview shows neither which key nor what it holds."""
    if step.action not in ("update", "replace") or not step.is_object or kind_of(step.type) not in HOLDING_KEYS:
        return False
    changed = {path for path, _ in step.changes} & {*CONTENT}
    return any(not (mapping(step.before, each) and mapping(step.after, each)) for each in changed)


def _brought(inputs: Fields) -> frozenset[str] | None:
    """Keys of the Secret that an ExternalSecret makes; None where not all of them are stated."""
    template = mapping(inputs, "spec", "target", "template")
    if not inputs or entries(inputs, "spec", "dataFrom") or entries(template, "templateFrom"):
        return None
    fetched = frozenset(text(each, "secretKey") for each in entries(inputs, "spec", "data"))
    written = frozenset(mapping(template, "data"))
    return fetched | written if text(template, "mergePolicy") == "Merge" or not written else written


def _readers(shown: Iterable[Step], stack: Stack | None) -> Iterator[Reader]:
    """Workloads of the program when the `up` is over."""
    after: dict[str, Manifest] = {urn: dict(each.inputs) for urn, each in stack.resources.items()} if stack else {}
    for step in shown:
        if step.action == "delete":
            after.pop(step.urn, None)
        elif step.after:
            after[step.urn] = dict(step.after)
    for inputs in after.values():
        if text(inputs, "kind") and text(inputs, "metadata", "name"):
            yield from (Reader(str(reference(inputs)), each) for each in wanted_by(inputs))


def _consequence(step: Step, loss: Loss, readers: Sequence[Reader], unread: str) -> Iterator[Consequence]:
    """The worst effect on those who read it. Who refers to other keys alone does not miss it. `unread` is said where
    nobody is known."""
    readings = {each: _reading(each.wanted, loss.key) for each in readers}
    worst: Reading | None = next((each for each in WORST_FIRST if each in readings.values()), None)
    if readers and worst is None:
        return
    who = [f"{each.workload} ({each.wanted.by})" for each, reading in readings.items() if reading == worst]
    message = EFFECTS_ON[worst] if worst else unread
    severity = "error" if worst in ("named", "mounted alone") else "warning"
    said = f"The key {loss.key} goes. {message.format(who=listed(who, most=3))}"
    yield Consequence("KEY-GONE", severity, target_of(step), (f"{CONTENT[0]}.{loss.key}",), said, FIX)


def _reading(wanted: Wanted, key: str) -> Reading | None:
    if wanted.key:
        return "named" if wanted.key == key else None
    if wanted.sub_paths:
        return "mounted alone" if key in wanted.sub_paths else None
    return "all"
