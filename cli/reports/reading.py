"""Documents of this program, read back. They may come from a run that nobody vouches for."""

import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from cli.reports.document import FORMAT_VERSION, Document
from cli.reports.refusal import InvalidLabReport, Refusal
from config.files import UnreadableFile, read_file

LARGEST = 64 << 20
"""Bytes; the comparison of all of prod ten times over has 9 MiB."""
Read = TypeVar("Read", bound=Document)


class NoReport(Exception):
    """A file holds no report; the message is one sentence."""


def read_report(file: Path, *kinds: type[Read]) -> Read | InvalidLabReport | Refusal:
    """A report of one of the kinds, or the refusal that came instead. Raises NoReport."""
    try:
        content: Any = json.loads(read_file(file, LARGEST))
    except UnreadableFile as error:
        raise NoReport(f"{file} {error}") from None
    except (ValueError, RecursionError):
        raise NoReport(f"{file} is not JSON: the command that should have written it failed") from None
    if not isinstance(content, dict) or content.get("format_version") != FORMAT_VERSION:
        raise NoReport(f"{file} is no report in format {FORMAT_VERSION}, which this version of the program reads")
    for each in (InvalidLabReport, Refusal) if content.get("valid") is False else kinds:
        try:
            return each.model_validate_json(json.dumps(content))
        except (ValidationError, RecursionError):
            continue
    raise NoReport(f"{file} is the report of another command")
