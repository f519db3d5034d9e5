"""JSON for programs: strict models, each document with the version of its format.

Names are stable. An amount says its unit in its name (`_bytes`, `_millicores`, `_seconds`, `_mib`) or in a `unit`
next to it; so do resources: `cpu_millicores`, `memory_bytes`, and others, such as `pods`, are counted.
"""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, computed_field, model_validator

FORMAT_VERSION = 3
"""Raised when a name of any document goes, or changes its meaning; 1 had no version in it, 2 had resources in the
notation of Kubernetes."""


class Report(BaseModel):
    """A part of a document."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Document(Report):
    """A whole document. Read back, it is in the same format: whoever reads it looks first."""

    @model_validator(mode="before")
    @classmethod
    def _without_version(cls, content: Any) -> Any:
        if not isinstance(content, dict):
            return content
        return {key: value for key, value in content.items() if key != "format_version"}

    @computed_field
    @property
    def format_version(self) -> int:
        """The version of the format that this document is in."""
        return FORMAT_VERSION


def plain(report: Report) -> dict[str, Any]:
    """A report as JSON's own types."""
    return report.model_dump(mode="json")


def json_text(document: Document, *, indent: int | None = 2) -> str:
    """The text of a document; laying out a large one takes a fifth of a plan's time."""
    return json.dumps(plain(document), indent=indent)
