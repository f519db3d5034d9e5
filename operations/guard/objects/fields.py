"""Consequences of new values in an object's fields, by the rules of its kind."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from config.image import tag_of
from operations.guard.consequence import Consequence, not_known
from operations.guard.reading.values import is_known, number, values_at
from plan.changes.field_rule import FieldRule
from plan.changes.object_rules import covers, touches

Inputs = Mapping[str, Any]
DIFFERS, NOT_TOLD = True, None


def by_value(
    rules: Iterable[FieldRule], target: str, before: Inputs, after: Inputs, paths: tuple[str, ...]
) -> Iterator[Consequence]:
    """Consequences by each rule for an object that changes. `paths` are those that differ.

    A field that differs, and whose values the preview does not show, is not known.
    """
    for rule in rules:
        causes = tuple(path for path in paths if covers(path, (rule.field,)))
        if not causes or not _is_given(rule, before, after):
            continue
        outcome = _applies(rule, before, after)
        if outcome is NOT_TOLD:
            yield not_known(target, causes, f"The preview does not show the values of {rule.field}. {rule.message}")
        elif outcome:
            named = tuple(path for path in causes if touches(path, (rule.field,))) or (rule.field,)
            message = f"{rule.message}{_numbers(rule, before, after)}"
            yield Consequence(rule.effect, rule.severity, target, named, message, rule.fix)


def _is_given(rule: FieldRule, before: Inputs, after: Inputs) -> bool:
    if rule.unless is not None and any(values_at(before, rule.unless)):
        return False
    if rule.given is None:
        return True
    path, value = rule.given
    return value in (*values_at(before, path), *values_at(after, path))


def _applies(rule: FieldRule, before: Inputs, after: Inputs) -> bool | None:
    """Whether the rule meets this change; None where the values are not shown."""
    old, new = _values(rule, before), _values(rule, after)
    if not all(map(is_known, (*old, *new))) or not after:
        return NOT_TOLD
    if rule.when == "becomes":
        return _has(rule, new) and (not before or _counted(new) != _counted(old))
    if not before:
        return NOT_TOLD
    if rule.when == "leaves":
        return _has(rule, old) and not _has(rule, new)
    if rule.when == "goes":
        return bool(_counted(old) - _counted(new))
    if rule.when == "narrows":
        return bool(new) and (not old or not _counted(old).keys() <= _counted(new).keys())
    if rule.when == "vanishes":
        return bool(old) and not new
    if rule.when == "appears":
        return bool(new) and not old
    if rule.when == "differs":
        return _counted(old) != _counted(new)
    if rule.when in ("major", "older"):
        return _major(old, new, back=rule.when == "older")
    if rule.when == "rises":
        return bool(old and new) and bool(_falls(new, old))
    return _falls(old, new)


def _values(rule: FieldRule, inputs: Inputs) -> tuple[object, ...]:
    found = tuple(values_at(inputs, rule.field)) if inputs else ()
    return found or ((rule.default,) if inputs and rule.default is not None else ())


def _has(rule: FieldRule, values: tuple[object, ...]) -> bool:
    """Whether one of the rule's values is among them, in any spelling: `0`, "0"; `true`, "True"."""
    spelled = {str(value).lower() for value in rule.values}
    return any(value in rule.values or str(value).lower() in spelled for value in values)


def _counted(values: tuple[object, ...]) -> Counter[str]:
    return Counter(map(repr, values))


def _falls(old: tuple[object, ...], new: tuple[object, ...]) -> bool | None:
    if len(new) < len(old):
        return NOT_TOLD
    pairs = [(number(before), number(after)) for before, after in zip(old, new, strict=False)]
    if any(after is not None and before is not None and after < before for before, after in pairs):
        return DIFFERS
    return NOT_TOLD if any(before is None or after is None for before, after in pairs) else False


def _major(old: tuple[object, ...], new: tuple[object, ...], *, back: bool) -> bool | None:
    """Whether a major version is newer, or with `back` older. Of versions that are not told, the first rule speaks."""
    versions = [each for each in (_major_of(str(value)) for value in (*old, *new)) if each is not None]
    if len(versions) != 2 or len(old) != 1:
        return False if back else NOT_TOLD
    was, becomes = versions
    return becomes < was if back else becomes > was


def _major_of(image: str) -> int | None:
    """The major version of `ghcr.io/x/postgresql:17.5-2@sha256:...`."""
    tag = tag_of(image)
    match = re.match(r"v?(\d+)", tag)
    return int(match[1]) if match else None


def _numbers(rule: FieldRule, before: Inputs, after: Inputs) -> str:
    if rule.when not in ("falls", "rises", "major", "older"):
        return ""
    old, new = (", ".join(map(str, _values(rule, inputs))) for inputs in (before, after))
    return f" ({old} -> {new})"
