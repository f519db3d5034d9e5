"""Answers with an end: a server that drips or never stops is told from one that answers."""

from collections.abc import Callable, Iterable, Mapping
from threading import Thread
from time import monotonic
from typing import TypeVar

import requests
from requests.adapters import HTTPAdapter

_CHUNK = 65_536

Answer = TypeVar("Answer")


class TooLarge(requests.exceptions.RequestException):
    """An answer has more bytes than are read."""


class Patience:
    """Seconds for which a server is waited for in vain, in all that it is asked; then it is asked no more.

    A bound for each question alone would let a server that drips keep a command for hours.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._left = seconds

    def within(self, seconds: float, ask: Callable[[], Answer]) -> Answer:
        """As the function of that name. Raises TimeoutError, and what the function raises."""
        if self._left <= 0:
            raise TimeoutError(f"after {self._seconds:.0f} s in vain it is not asked again")
        begin = monotonic()
        try:
            return within(seconds, ask)
        except BaseException:
            self._left -= monotonic() - begin
            raise


class BoundedAdapter(HTTPAdapter):
    """Reads each answer whole, within a time and a size. Raises requests' exceptions."""

    def __init__(self, *, seconds: float, most_bytes: int, patience: Patience) -> None:
        super().__init__()
        self._patience = patience
        self._seconds = seconds
        self._most_bytes = most_bytes

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        def ask() -> requests.Response:
            answer = super(BoundedAdapter, self).send(request, True, timeout, verify, cert, proxies)
            content = whole(answer.iter_content(_CHUNK), self._most_bytes)
            answer._content = content  # pyright: ignore[reportPrivateUsage]
            return answer

        try:
            return self._patience.within(self._seconds, ask)
        except TimeoutError as error:
            raise requests.exceptions.ReadTimeout(str(error), request=request) from None


def bound(session: requests.Session, *, seconds: float, most_bytes: int) -> None:
    """Make each answer to a session end, and waiting in vain for all of them too, after the time of one."""
    patience = Patience(seconds)
    for scheme in ("https://", "http://"):
        session.mount(scheme, BoundedAdapter(seconds=seconds, most_bytes=most_bytes, patience=patience))


def within(seconds: float, ask: Callable[[], Answer]) -> Answer:
    """The outcome of a function that has a time. Raises TimeoutError, and what the function raises.

    The thread that still waits is left behind, and ends with the program: nothing else stops a server that sends a byte
    now and then before its answer begins.
    """
    answered: list[Answer] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            answered.append(ask())
        except BaseException as error:
            failed.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    if not answered:
        raise TimeoutError(f"no whole answer in {seconds:.0f} s")
    return answered[0]


def whole(chunks: Iterable[bytes], most_bytes: int) -> bytes:
    """An answer in one piece. Raises TooLarge."""
    found = bytearray()
    for chunk in chunks:
        found += chunk
        if len(found) > most_bytes:
            raise TooLarge(f"its answer is larger than {most_bytes // 2**20} MiB")
    return bytes(found)
