"""A file of Prometheus' answers, so that a long, interrupted reading continues where it stopped."""

import json
from collections.abc import Iterable, Iterator, MutableMapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from operations.clients.prometheus import Sample, Series

GOOD_FOR = timedelta(hours=6)
"""Answers that are older are asked for again."""


class AnswerFile(MutableMapping[str, tuple[Series, ...]]):
    """Answers by query, each written as it comes; a file that cannot be read or written is done without."""

    def __init__(self, file: Path, now: datetime) -> None:
        self._file = file
        self.end = now
        """The time that all queries are asked for: that of the first reading, if it was interrupted."""
        self._found: dict[str, tuple[Series, ...]] = {}
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
            begun = datetime.fromisoformat(json.loads(lines[0])["end"])
            if timedelta() <= now - begun < GOOD_FOR:
                self.end = begun
                self._found = dict(_answers(lines[1:]))
        except (OSError, ValueError, LookupError, TypeError):
            self._found = {}
        if not self._found:
            self.end = now
            self._write("w", {"end": now.astimezone(UTC).isoformat()})

    def __getitem__(self, query: str) -> tuple[Series, ...]:
        return self._found[query]

    def __setitem__(self, query: str, answer: tuple[Series, ...]) -> None:
        self._found[query] = answer
        series = [
            {"labels": dict(each.labels), "samples": [(at.timestamp(), value) for at, value in each.samples]}
            for each in answer
        ]
        self._write("a", {"query": query, "series": series})

    def __delitem__(self, query: str) -> None:
        del self._found[query]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def done(self) -> None:
        """Nothing is left to ask: the next reading begins anew."""
        self._file.unlink(missing_ok=True)

    def _write(self, mode: str, line: dict[str, Any]) -> None:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open(mode, encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        except OSError:
            return  # the answers are kept in memory, and an interrupted reading begins anew


def _answers(lines: Iterable[str]) -> Iterator[tuple[str, tuple[Series, ...]]]:
    """The answers up to the first that was not written whole."""
    for line in lines:
        try:
            yield _answer(line)
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, OSError):
            return


def _answer(line: str) -> tuple[str, tuple[Series, ...]]:
    stated: Any = json.loads(line)
    return stated["query"], tuple(
        Series(
            dict(each["labels"]),
            tuple(Sample(datetime.fromtimestamp(at, UTC), float(value)) for at, value in each["samples"]),
        )
        for each in stated["series"]
    )
