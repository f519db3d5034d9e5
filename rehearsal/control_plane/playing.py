"""Plays a controller that cannot run here: what it would do is done again and again, while something else goes on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from operations.clients.kubernetes import Refused


@contextmanager
def played(name: str, act: Callable[[], None], seconds: float) -> Iterator[None]:
    """Act every so many seconds while this lasts. An object that changed meanwhile refuses, and is seen again."""
    ended = Event()

    def serve() -> None:
        while not ended.wait(seconds):
            try:
                act()
            except Refused:
                continue
            except Exception:
                if not ended.is_set():
                    raise

    thread = Thread(target=serve, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
