"""Turns pydantic's errors into problems with a place, in words that say what would be right."""

import re
from collections.abc import Callable, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from config.kubernetes_words import field_here, place_of
from config.model import UNLIKE, shown
from config.source import Path, Places, Problem, is_mapping
from config.suggest import did_you_mean
from config.words import INSTEAD, LISTS, MAPPINGS, OF_NAMES, foreign_word, marked_word, text_of

_MAPPING = "a mapping (key: value)"
_LIST = "a list"
_KINDS = {
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "tuple_type": _LIST,
    "int_type": "a whole number",
    "bool_type": "true or false",
    "float_type": "a number",
}

_TRUTH = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
"""Truth values as people write them in quotes, or as numbers."""

_BOUNDS = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}


_KEYS_SHOWN = 12
"""Keys that a message names, if there are more by two."""

Choices = Mapping[str, Sequence[str]]
"""Names that are allowed at a key, for a message where it is missing: the tiers of the lab."""


class _Spot(NamedTuple):
    """The place of an error in the models."""

    path: Path
    keys: tuple[str, ...]
    """The keys that are known there."""
    model: Any
    """The model expected there; None where nothing is."""


def problems_of(
    error: ValidationError, model: Any, at: Path, places: Places, choices: Choices | None = None
) -> list[Problem]:
    """The problems behind a ValidationError of `model`, whose document stands at `at` in the lab."""
    problems: list[Problem] = []
    errors = error.errors(include_url=False)
    for details in errors:
        if details["type"] == "too_short" and any(_is_within(other, details) for other in errors):
            continue  # its elements are wrong, and so none of them counted
        spot = _follow(details["loc"], model)
        path = at + spot.path
        if details["type"].startswith("union_tag"):
            path += (details.get("ctx", {})["discriminator"].strip("'"),)
        place = places.find(path)
        assert place is not None, "every document has a place"
        problems.append(Problem(place, path, _message(details, spot, places.written.get(path), choices or {})))
    return problems


def _is_within(one: ErrorDetails, other: ErrorDetails) -> bool:
    length = len(other["loc"])
    return len(one["loc"]) > length and one["loc"][:length] == other["loc"]


def _follow(location: tuple[str | int, ...], model: Any) -> _Spot:
    """The spot in the file for pydantic's location.

    A location names the chosen member of a union, and marks a refused key with `[key]`; the file has neither.
    """
    path: list[str | int] = []
    known: tuple[str, ...] = ()
    for part in location:
        if part == "[key]":
            return _Spot(tuple(path), known, None)
        member = _member(model, part)
        if member is not None:
            model = member
            continue
        known = _fields(model)
        path.append(part)
        model = _child(model, part)
    return _Spot(tuple(path), known, model)


def _bare(model: Any) -> Any:
    return _bare(get_args(model)[0]) if get_origin(model) is Annotated else model


def _member(model: Any, tag: str | int) -> Any:
    """The member of a discriminated union that carries `tag`; None if `model` is not such a union."""
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
        field = model.model_fields.get(str(part))
        return field.rebuild_annotation() if field else None
    arguments = [argument for argument in get_args(model) if argument not in (None, type(None), ...)]
    if get_origin(model) in (Union, UnionType):
        return _child(arguments[0], part) if arguments else None
    return arguments[-1] if arguments else None


def _fields(model: Any) -> tuple[str, ...]:
    first = next(iter(_members(model)), None)
    return tuple(first.model_fields) if isinstance(first, type) and issubclass(first, BaseModel) else ()


def _members(model: Any) -> list[Any]:
    """The models of which one is expected."""
    model = _bare(model)
    if get_origin(model) not in (Union, UnionType):
        return [model]
    return [_bare(argument) for argument in get_args(model) if argument is not type(None)]


def _message(details: ErrorDetails, spot: _Spot, written: str | None, choices: Choices) -> str:
    kind, value, context = details["type"], details["input"], details.get("ctx", {})
    explain: Mapping[str, Callable[[], str]] = {
        "missing": lambda: _missing(choices.get(str(details["loc"][-1]), ())),
        "extra_forbidden": lambda: _unknown_key(str(details["loc"][-1]), spot.keys),
        "literal_error": lambda: _not_one_of(value, context["expected"]),
        "union_tag_invalid": lambda: _foreign_file(value) or _not_one_of(context["tag"], context["expected_tags"]),
        "union_tag_not_found": lambda: _foreign_file(value) or _missing(_tags(spot.model)),
        UNLIKE: lambda: f"{shown(value)} is not {context['meaning']}",
        "string_type": lambda: _no_text(value, spot.model, written),
        "string_too_short": lambda: f"must have at least {context['min_length']} characters, and has {len(value)}",
        "string_too_long": lambda: f"must have at most {context['max_length']} characters, and has {len(value)}",
        "too_short": lambda: "must not be empty",
        "too_long": lambda: f"must not have more than {context['max_length']}",
        "value_error": lambda: str(context["error"]),
    }
    if kind in explain:
        return explain[kind]()
    if kind in _KINDS:
        if (meant := _meant(kind, value)) is not None:
            return _in_form(_KINDS[kind], value, meant, spot.model)
        return (
            f"must be {_KINDS[kind]}, not {shown(value)}{_other_form(_KINDS[kind], details['loc'], value, spot.model)}"
        )
    if kind in _BOUNDS:
        words, bound = _BOUNDS[kind]
        instead = INSTEAD.get((str(spot.path[-1]), value)) if spot.path else None
        return f"must be {words} {context[bound]}, not {shown(value)}{f'; {instead}' if instead else ''}"
    return f"{details['msg'][0].lower()}{details['msg'][1:]}, not {shown(value)}"


def _missing(choices: Sequence[str]) -> str:
    return f"is required and missing; it is one of {', '.join(choices)}" if choices else "is required and missing"


def _unknown_key(key: str, known: tuple[str, ...]) -> str:
    meaning = marked_word(key, known) or field_here(key, known) or foreign_word(key, known) or place_of(key, known)
    if meaning:
        return f"unknown key; {meaning}"
    name, colon, rest = key.partition(":")
    if colon and rest and name in known:
        return f"unknown key; a space is missing after `{name}:`"
    return f"unknown key{did_you_mean(key, known)}"


def _not_one_of(value: object, expected: str) -> str:
    suggestion = did_you_mean(str(value), expected.replace("'", "").replace(" or ", ", ").split(", "))
    return f"{shown(value)} is not one of {expected}{suggestion if suggestion.startswith('; did') else ''}"


def _foreign_file(value: object) -> str | None:
    """Message for a whole file of another tool."""
    if is_mapping(value) and "apiVersion" in value:
        return "this is a Kubernetes manifest; a service says instead kind: app, tier, image, cpu, memory and so on"
    if is_mapping(value) and "services" in value:
        return "this is a Compose file; give each of its services a file of its own, services/NAME.yaml, with kind: app"
    return None


def _tags(model: Any) -> tuple[str, ...]:
    """The kinds of a discriminated union."""
    members = [getattr(member, "model_fields", {}) for member in get_args(_bare(model))]
    fields = [member[tag].annotation for member in members for tag in ("kind", "backend") if tag in member]
    return tuple(kind for field in fields for kind in get_args(field))


def _no_text(value: object, model: Any, written: str | None) -> str:
    """A number or a truth value where a text should be. In quotes it is one, which may be wrong as well."""
    if not isinstance(value, bool | int | float):
        return f"must be text, not {shown(value)}{text_of(value) if is_mapping(value) else ''}"
    text = written or shown(value)
    try:
        TypeAdapter(model).validate_python(text)
    except ValidationError as error:
        details = error.errors(include_url=False)[0]
        return _message(details, _Spot((), (), None), None, {})
    return f'must be text, not {text}; write "{text}", in quotes'


def _meant(kind: str, value: object) -> bool | int | float | None:
    """The number or truth value that a text in quotes, or a number of another form, stands for."""
    if kind == "bool_type":
        return _TRUTH.get(str(value).lower())
    if isinstance(value, float) and kind == "int_type" and value.is_integer():
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"-?(0|[1-9]\d{0,17})", value):
        return int(value) if kind in ("int_type", "float_type") else None
    if isinstance(value, str) and kind == "float_type" and re.fullmatch(r"-?(0|[1-9]\d{0,17})\.\d{1,17}", value):
        return float(value)
    return None


def _in_form(wanted: str, value: object, meant: bool | float, model: Any) -> str:
    """How it is written, unless it is refused in that form too: then why."""
    try:
        TypeAdapter(model).validate_python(meant)
    except ValidationError as error:
        details = error.errors(include_url=False)[0]
        return _message(details, _Spot((), (), None), None, {})
    quotes = ", without quotes" if value == shown(meant) else ""
    return f"must be {wanted}, not {shown(value)}; write {shown(meant)}{quotes}"


def _other_form(wanted: str, location: tuple[int | str, ...], value: object, model: Any) -> str:
    """The form that is meant: an example, the keys of a mapping, a list for a single text."""
    is_name = len(location) > 1 and location[-2] in OF_NAMES
    key = str(location[-1]) if location and not is_name else ""
    if wanted == _LIST and key in LISTS:
        return f"; for example {LISTS[key]}"
    if wanted == _LIST and isinstance(value, str):
        return _as_list(value)
    if space := _forgotten_space(value):
        return space
    if wanted != _MAPPING:
        return ""
    return f"; for example {MAPPINGS[key]}" if key in MAPPINGS else _keys_of(model)


def _keys_of(model: Any) -> str:
    """The keys of a mapping, where it has keys of its own and is of one kind."""
    keys = _fields(model) if len(_members(model)) == 1 else ()
    further = len(keys) - _KEYS_SHOWN
    if further > 1:
        return f"; its keys are {', '.join(keys[:_KEYS_SHOWN])} and {further} more"
    return f"; its keys are {', '.join(keys)}" if keys else ""


def _as_list(text: str) -> str:
    """The list of names that stand without brackets. `-a` on a line of its own is a text, which may mean either."""
    parts = [part.strip() for part in text.split(",")]
    if all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", part) for part in parts):
        return f"; write [{', '.join(parts)}]"
    return "; a list stands in brackets, or in lines that begin with a dash and a space"


def _forgotten_space(value: object) -> str:
    """`cpu:10m` on a line of its own is a text, where a mapping is wanted."""
    name, colon, rest = value.partition(":") if isinstance(value, str) else ("", "", "")
    is_key = (
        colon and rest and name.replace("_", "").isalnum() and not name.isdigit() and not rest.startswith(("/", " "))
    )
    return f"; a space is missing after `{name}:`" if is_key else ""
