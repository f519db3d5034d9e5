"""Turns pydantic's errors into problems with a place, in words that say what would be right."""

from collections.abc import Callable, Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.model import MEANINGS, shown
from config.source import Path, Places, Problem
from config.suggest import did_you_mean

_KINDS = {
    "dict_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
    "tuple_type": "a list",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "float_type": "a number",
}

_BOUNDS = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}


def problems_of(error: ValidationError, model: Any, at: Path, places: Places) -> list[Problem]:
    """The problems behind a ValidationError of `model`, whose document stands at `at` in the lab."""
    problems: list[Problem] = []
    for details in error.errors(include_url=False):
        path, keys = _follow(details["loc"], model)
        if details["type"].startswith("union_tag"):
            path += (details.get("ctx", {})["discriminator"].strip("'"),)
        place = places.find(at + path)
        assert place is not None, "every document has a place"
        problems.append(Problem(place, at + path, _message(details, keys)))
    return problems


def _follow(location: tuple[str | int, ...], model: Any) -> tuple[Path, tuple[str, ...]]:
    """The path in the file for pydantic's location, and the keys that are known where it ends.

    A location names the chosen member of a union, and marks a refused key with `[key]`; the file has neither.
    """
    path: list[str | int] = []
    known: tuple[str, ...] = ()
    for part in location:
        if part == "[key]":
            break
        member = _member(model, part)
        if member is not None:
            model = member
            continue
        known = _fields(model)
        path.append(part)
        model = _child(model, part)
    return tuple(path), known


def _bare(model: Any) -> Any:
    return _bare(get_args(model)[0]) if get_origin(model) is Annotated else model


def _member(model: Any, tag: str | int) -> Any:
    """The member of a discriminated union that carries `tag`; None if `model` is no such union."""
    model = _bare(model)
    if get_origin(model) not in (Union, UnionType):
        return None
    for member in get_args(model):
        fields: dict[str, Any] = getattr(member, "model_fields", {})
        for field in fields.keys() & {"kind", "backend"}:
            if tag in get_args(fields[field].annotation):
                return member
    return None


def _child(model: Any, part: str | int) -> Any:
    model = _bare(model)
    if isinstance(model, type) and issubclass(model, BaseModel):
        return model.model_fields[str(part)].annotation if part in model.model_fields else None
    arguments = [argument for argument in get_args(model) if argument not in (None, type(None), ...)]
    if get_origin(model) in (Union, UnionType):
        return _child(arguments[0], part) if arguments else None
    return arguments[-1] if arguments else None


def _fields(model: Any) -> tuple[str, ...]:
    model = _bare(model)
    if get_origin(model) in (Union, UnionType):
        model = next((_bare(argument) for argument in get_args(model) if argument is not type(None)), None)
    return tuple(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else ()


def _message(details: ErrorDetails, known: tuple[str, ...]) -> str:
    kind, value, context = details["type"], details["input"], details.get("ctx", {})
    explain: Mapping[str, Callable[[], str]] = {
        "missing": lambda: "is required and missing",
        "extra_forbidden": lambda: f"unknown key{did_you_mean(str(details['loc'][-1]), known)}",
        "literal_error": lambda: _not_one_of(value, context["expected"]),
        "union_tag_invalid": lambda: _not_one_of(context["tag"], context["expected_tags"]),
        "union_tag_not_found": lambda: "is required and missing",
        "string_pattern_mismatch": lambda: f"{shown(value)} is not {MEANINGS[context['pattern']]}",
        "string_type": lambda: f"must be text, not {shown(value)}{_in_quotes(value)}",
        "string_too_short": lambda: f"must have at least {context['min_length']} characters, and has {len(value)}",
        "too_short": lambda: "must not be empty",
        "too_long": lambda: f"must not have more than {context['max_length']}",
        "value_error": lambda: str(context["error"]),
    }
    if kind in explain:
        return explain[kind]()
    if kind in _KINDS:
        return f"must be {_KINDS[kind]}, not {shown(value)}"
    if kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        return f"must be {words} {context[key]}, not {shown(value)}"
    return f"{details['msg'][0].lower()}{details['msg'][1:]}, not {shown(value)}"


def _not_one_of(value: object, expected: str) -> str:
    suggestion = did_you_mean(str(value), expected.replace("'", "").replace(" or ", ", ").split(", "))
    return f"{shown(value)} is not one of {expected}{suggestion if suggestion.startswith('; did') else ''}"


def _in_quotes(value: object) -> str:
    return f'; write "{shown(value)}", in quotes' if isinstance(value, bool | int | float) else ""
