"""Reads JSON that the engine wrote, and refuses what only looks like it."""

import json
from typing import Any, TypeVar

from pydantic import AliasGenerator, BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from config.model import shown
from config.reasons import reason_of

LONGEST = 400_000_000
"""Characters: fifty times the preview of a large lab from nothing."""


class InvalidPreview(Exception):
    """The input is not a whole preview, or not a stack's state; the message is one sentence."""


class Document(BaseModel):
    """A part of what the engine wrote. Types are not converted: `"true"` is not true."""

    model_config = ConfigDict(
        alias_generator=AliasGenerator(validation_alias=to_camel), frozen=True, strict=True, allow_inf_nan=False
    )


Read = TypeVar("Read", bound=Document)


def read_document(text: str, document: type[Read], meaning: str) -> Read:
    """The document that a text holds. Raises InvalidPreview."""
    try:
        json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_refused)
        return document.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidPreview(f"this is not {meaning} ({f'{shown(place)}: ' if place else ''}{first['msg']})") from None
    except RecursionError:
        raise InvalidPreview(f"this is not {meaning} (it is nested too deeply)") from None
    except ValueError as error:
        raise InvalidPreview(f"this is not {meaning} ({reason_of(error)})") from None


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for index, (name, _) in enumerate(pairs) if name in dict(pairs[:index]))
        raise ValueError(f"the key {shown(twice)} is twice in one object, and one value is lost")
    return found


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
