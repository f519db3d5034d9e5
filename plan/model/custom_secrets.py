"""Fields of objects of operators that hold a secret themselves, where most name a Secret that has it."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from plan.model import Manifest
from plan.model.fields import Fields
from plan.model.metadata import api_group, is_custom
from plan.model.secrecy import states_secret

_NOT_CONTENT = frozenset({"apiVersion", "kind", "metadata", "status", "encryptedData"})
"""Parts of an object that its owner does not state in the clear."""

Hidden = Callable[[str], str]
"""The text in place of a secret."""


def without_stated_secrets(manifest: Manifest, hidden: Hidden) -> Manifest:
    """An object of a custom kind without the texts in it that are secrets; the same object where it has none."""
    if not is_custom(api_group(manifest)):
        return manifest
    return cast(Manifest, _public(manifest, hidden))


def states_secrets(manifest: Manifest, marker: str) -> bool:
    """Whether an object of a custom kind has a secret in it, or a `marker` in the place of one."""
    if not is_custom(api_group(manifest)):
        return False
    seen: list[str] = []
    _public(manifest, lambda value: seen.append(value) or value, marker)
    return bool(seen)


def _public(part: Any, hidden: Hidden, marker: str | None = None) -> Any:
    if isinstance(part, Mapping):
        fields = cast(Fields, part)
        named = str(fields.get("name", "")) if "value" in fields else ""
        return {
            key: each
            if key in _NOT_CONTENT
            else _value(named if key == "value" and named else key, each, hidden, marker)
            for key, each in fields.items()
        }
    if isinstance(part, list):
        return [_value("", each, hidden, marker) for each in cast(list[Any], part)]
    return part


def _value(name: str, value: Any, hidden: Hidden, marker: str | None) -> Any:
    if not isinstance(value, str):
        return _public(value, hidden, marker)
    left_out = marker is not None and (value == marker or f": {marker}\n" in value)
    return hidden(value) if left_out or states_secret(name, value) else value
