"""Amounts that a container of a workload that ran before does not state."""

from typing import Annotated, Any, Literal, cast

from pydantic import BeforeValidator, WithJsonSchema

from config.model import shown
from config.source import is_mapping

Amount = Literal["cpu", "memory"]
AMOUNTS: tuple[Amount, ...] = ("cpu", "memory")
_NOMINAL: dict[Amount, str] = {"cpu": "10m", "memory": "64Mi"}
"""Of what a container does not state: neither written nor counted."""


def _unsized(value: object) -> tuple[object, ...]:
    if isinstance(value, bool):
        return AMOUNTS if value else ()
    stated = _listed(value)
    wrong = next((each for each in stated or (value,) if each not in AMOUNTS), None)
    if wrong is not None or not stated:
        raise ValueError(f"{shown(wrong)} is no list of amounts; write true, [cpu] or [memory]")
    return stated


def _listed(value: object) -> tuple[object, ...]:
    return cast(tuple[object, ...], value) if isinstance(value, tuple) else ()


_LIST: dict[str, Any] = {"type": "array", "items": {"enum": [*AMOUNTS]}, "minItems": 1, "uniqueItems": True}
Unsized = Annotated[
    tuple[Amount, ...], BeforeValidator(_unsized), WithJsonSchema({"anyOf": [{"type": "boolean"}, _LIST]})
]


def sized_or_not(schema: dict[str, Any]) -> None:
    """A container has amounts, or says that it has none."""
    schema["required"] = [key for key in schema["required"] if key not in AMOUNTS]
    schema["anyOf"] = [{"required": [*AMOUNTS]}, {"required": ["unsized"]}]


def without_amounts(stated: Any) -> Any:
    """The keys of a container, with figures for the amounts that it says it does not state."""
    if not is_mapping(stated):
        return stated
    unstated = AMOUNTS if stated.get("unsized") is True else _listed(stated.get("unsized"))
    return {**{amount: figure for amount, figure in _NOMINAL.items() if amount in unstated}, **stated}
