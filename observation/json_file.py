"""Files of JSON of which nothing is known: pipes, devices, huge ones, and lists within lists without end."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from config.files import UnreadableFile, read_file
from config.reasons import reason_of
from plan.model.fields import Fields, mapping

LARGEST = 1 << 30
"""Bytes. The pods of 5,000 nodes are about half of it."""
DEEPEST = 200
"""Levels of lists and objects within each other; what real servers answer has about twenty."""
_HALF = re.compile(r"\\u[dD]")
_HALF_IN_BYTES = re.compile(rb"\\u[dD]")
"""Beginnings of escapes that may be half of a character."""


def parse(content: bytes | str) -> Any:
    """JSON of a depth that all readers can go through. Raises ValueError."""
    try:
        found = json.loads(content)
    except RecursionError:
        raise ValueError("it nests too deep") from None
    if _has_half_character(content, found):
        raise ValueError("it holds half a character")
    level: list[Any] = [found]
    for _ in range(DEEPEST):
        level = [below for each in level for below in _below(each) if isinstance(below, (dict, list))]
        if not level:
            return found
    raise ValueError("it nests too deep")


def _has_half_character(content: bytes | str, found: Any) -> bool:
    """Whether an escape is one of a pair without the other, which could not be written into a file again."""
    escaped = _HALF_IN_BYTES.search(content) if isinstance(content, bytes) else _HALF.search(content)
    if not escaped:
        return False
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    except RecursionError:
        return False  # told as nesting too deep
    return False


def _below(found: Any) -> Iterable[Any]:
    if isinstance(found, dict):
        return cast(dict[str, Any], found).values()
    return cast(list[Any], found) if isinstance(found, list) else ()


def read_text(file: Path) -> str:
    """A file of a dump. Raises UnreadableFile and ValueError."""
    return read_file(file, LARGEST).decode("utf-8-sig")


def read_fields(file: Path, refusal: type[Exception]) -> Fields:
    """The mapping in a file, empty where it holds something else. Raises `refusal`, with the file and the reason,
    where it cannot be read or is not JSON."""
    try:
        content: Any = parse(read_text(file))
    except UnreadableFile as error:
        raise refusal(f"{file} {error}") from None
    except ValueError as error:
        raise refusal(f"{file} is not JSON: {reason_of(error)}") from None
    return mapping({"content": content}, "content")
