"""Reads the events that `pulumi up --json` writes, one JSON object a line."""

import json
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from operations.guard.reading.document import Document
from operations.guard.reading.preview import Diagnostic

Result = Literal["succeeded", "failed"]


class Began(NamedTuple):
    """A step begins."""

    at: datetime
    op: str
    urn: str


class Ended(NamedTuple):
    """A step is done, or has failed."""

    at: datetime
    op: str
    urn: str
    failed: bool


class Said(NamedTuple):
    """The engine, a provider or the program says something."""

    at: datetime
    diagnostic: Diagnostic


class Summed(NamedTuple):
    """The `up` has ended by itself."""

    at: datetime
    result: Result
    seconds: int


Event = Began | Ended | Said | Summed


class _Metadata(Document):
    op: str
    urn: str


class _Step(Document):
    metadata: _Metadata


class _Summary(Document):
    result: str = ""
    duration_seconds: int = 0


class _Line(Document):
    timestamp: int = 0
    resource_pre_event: _Step | None = None
    res_outputs_event: _Step | None = None
    res_op_failed_event: _Step | None = None
    diagnostic_event: Diagnostic | None = None
    summary_event: _Summary | None = None


def read_event(line: str) -> Event | None:
    """The event on a line; None where the line holds none, or one that says nothing here."""
    try:
        content: Any = json.loads(line)
        read = _Line.model_validate(content)
    except (ValueError, RecursionError):
        return None
    at = _time(read.timestamp)
    if read.resource_pre_event:
        return Began(at, *_step(read.resource_pre_event))
    if read.res_outputs_event:
        return Ended(at, *_step(read.res_outputs_event), failed=False)
    if read.res_op_failed_event:
        return Ended(at, *_step(read.res_op_failed_event), failed=True)
    if read.diagnostic_event and read.diagnostic_event.severity != "debug":
        return Said(at, read.diagnostic_event)
    if read.summary_event:
        result: Result = "succeeded" if read.summary_event.result == "succeeded" else "failed"
        return Summed(at, result, read.summary_event.duration_seconds)
    return None


def _time(timestamp: int) -> datetime:
    """Now, where it is no time: what an event says is not lost for that."""
    try:
        return datetime.fromtimestamp(timestamp, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.now(UTC)


def _step(step: _Step) -> tuple[str, str]:
    return step.metadata.op, step.metadata.urn
