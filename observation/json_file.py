"""Files of JSON that stand beside the objects of a dump."""

import json
from pathlib import Path
from typing import Any

from plan.model.fields import Fields, mapping


def read_fields(file: Path, refusal: type[Exception]) -> Fields:
    """The mapping in a file, empty where it holds something else. Raises `refusal`, with the file and the reason,
    where it cannot be read or is not JSON."""
    try:
        content: Any = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise refusal(f"{file} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise refusal(f"{file} is not JSON: {error}") from None
    return mapping({"content": content}, "content")
