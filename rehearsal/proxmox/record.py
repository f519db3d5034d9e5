"""Record of requests and answers, one request a line."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

ELIDED = "..."
"""Instead of the answer to a successful read."""


class Request(NamedTuple):
    """A request and its answer."""

    method: str
    path: str
    """Below /api2/json/, as it was sent."""
    query: Mapping[str, str]
    form: Mapping[str, str]
    means: str
    """How it was authenticated: `token`, `ticket` or `-`."""
    csrf: bool
    status: int
    """HTTP status; 0 where the connection was cut."""
    answer: Any

    @property
    def is_write(self) -> bool:
        return self.method != "GET"

    def line(self) -> dict[str, Any]:
        """As it is logged."""
        silent = self.method == "GET" and self.status == 200
        return {
            "t": round(time.time(), 3),
            "m": self.method,
            "p": self.path,
            "q": dict(self.query),
            "f": dict(self.form),
            "auth": self.means,
            "csrf": self.csrf,
            "code": self.status,
            "resp": ELIDED if silent else self.answer,
        }


class Record:
    """The requests of an emulator, in the order in which they were answered; written to a file where one is named."""

    def __init__(self, path: Path | None = None) -> None:
        self._requests: list[Request] = []
        self._path = path
        self._lock = threading.Lock()

    def add(self, request: Request) -> None:
        with self._lock:
            self._requests.append(request)
            self._write(request.line())

    def mark(self, name: str) -> None:
        """Writes a mark into the file."""
        with self._lock:
            self._write({"mark": name})

    def clear(self) -> None:
        """Forgets what was asked so far; the file keeps it."""
        with self._lock:
            self._requests.clear()

    @property
    def writes(self) -> list[Request]:
        """The requests that are not reads."""
        return [request for request in self if request.is_write]

    def __iter__(self) -> Iterator[Request]:
        return iter(list(self._requests))

    def __len__(self) -> int:
        return len(self._requests)

    def _write(self, line: Mapping[str, Any]) -> None:
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
