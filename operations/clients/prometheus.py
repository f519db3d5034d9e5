"""Prometheus, asked by its HTTP API: what is now, and ranges in parts that can be asked again."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any, NamedTuple, cast

import requests

from observation import json_file
from operations.clients.bounded import TooLarge, bound
from operations.clients.refusals import NotAnswered
from operations.clients.silence import why_silent
from plan.model.fields import entries, mapping, text, values

Tell = Callable[[int, int], None]
"""Told how many of how many parts have been answered."""
_SECONDS = 60
_POINTS = 10_000
"""Points of a series that are asked for at a time; Prometheus refuses more than 11,000."""
_TRIES = 3
_MOST_BYTES = 256 * 2**20
"""Size of an answer: 10,000 points of 500 series are about 120 MiB."""


class Sample(NamedTuple):
    """A value at a time."""

    at: datetime
    value: float


class Series(NamedTuple):
    """The samples of one set of labels, oldest first."""

    labels: Mapping[str, str]
    samples: tuple[Sample, ...]


class Prometheus:
    """A client that only queries."""

    def __init__(self, url: str, *, token: str | None = None, verify: bool | str = True) -> None:
        self.url = url.rstrip("/")
        self._session = requests.Session()
        self._session.verify = verify
        bound(self._session, seconds=2 * _SECONDS, most_bytes=_MOST_BYTES)
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def now(self, query: str, at: datetime | None = None) -> tuple[Series, ...]:
        """The value of each series at a time. Raises NotAnswered."""
        asked = {"query": query, **({"time": str(at.timestamp())} if at else {})}
        return tuple(_series(each, [each.get("value")]) for each in self._ask("query", asked))

    def range(
        self,
        query: str,
        end: datetime,
        span: timedelta,
        step: timedelta,
        tell: Tell = lambda done, of: None,
    ) -> tuple[Series, ...]:
        """The series over a span. A part that is not answered is asked again before all fails. Raises NotAnswered."""
        parts = list(_parts(end - span, end, step))
        found: dict[tuple[tuple[str, str], ...], list[Sample]] = {}
        for done, (begin, last) in enumerate(parts, 1):
            asked = {
                "query": query,
                "start": str(begin.timestamp()),
                "end": str(last.timestamp()),
                "step": str(step.total_seconds()),
            }
            for each in self._ask("query_range", asked):
                series = _series(each, values(each, "values"))
                found.setdefault(tuple(sorted(series.labels.items())), []).extend(series.samples)
            tell(done, len(parts))
        return tuple(Series(dict(labels), tuple(samples)) for labels, samples in found.items())

    def knows(self, metric: str) -> bool:
        """Whether it has any series of a metric. Raises NotAnswered."""
        return bool(self.now(f"count({metric})"))

    def _ask(self, what: str, asked: Mapping[str, str]) -> list[Mapping[str, Any]]:
        failed = ""
        for _ in range(_TRIES):
            try:
                answer = self._session.post(f"{self.url}/api/v1/{what}", data=dict(asked), timeout=_SECONDS)
                content = json_file.parse(answer.content)
            except TooLarge as error:
                raise NotAnswered("unreadable", f"{self.url} answers without end: {error}") from None
            except requests.RequestException as error:
                failed = failed or why_silent(error)
                continue
            except ValueError:
                raise NotAnswered("unreadable", f"{self.url} is not a Prometheus: it does not answer in JSON") from None
            stated = mapping({"answer": content}, "answer")
            if text(stated, "status") == "success":
                return entries(stated, "data", "result")
            why = "forbidden" if answer.status_code in (401, 403) else "unreadable"
            raise NotAnswered(
                why,
                f"{self.url} refuses {asked['query']}: {' '.join(text(stated, 'error').split()) or answer.status_code}",
            )
        raise NotAnswered("unreachable", f"{self.url} does not answer: {failed}")


def _parts(begin: datetime, end: datetime, step: timedelta) -> Iterator[tuple[datetime, datetime]]:
    """A span in parts of as many points as are answered at a time, without a point twice."""
    while begin <= end:
        last = min(end, begin + step * (_POINTS - 1))
        yield begin, last
        begin = last + step


def _series(found: Mapping[str, Any], points: list[Any]) -> Series:
    labels = {key: str(value) for key, value in mapping(found, "metric").items()}
    samples: list[Sample] = []
    for point in points:
        if isinstance(point, list) and len(cast(list[Any], point)) == 2:
            samples += _sample(*cast(list[Any], point))
    return Series(labels, tuple(samples))


def _sample(at: Any, value: Any) -> Iterator[Sample]:
    """A point; none where it is not one, or where its value is no number, as that of a division by zero."""
    try:
        point = Sample(datetime.fromtimestamp(float(at), UTC), float(value))
    except (ValueError, TypeError, OverflowError, OSError):
        return
    if isfinite(point.value):
        yield point
