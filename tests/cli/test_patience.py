"""Who waits at a terminal is told so; a file and a quick command stay as they are."""

import io
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli import patience, planned
from cli.patience import told_while
from tests.cli.conftest import Homelab


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


def test_what_takes_long_is_told_and_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FIRST_SECONDS", 0.01)
    terminal = Terminal()
    with told_while("planning prod", terminal):
        until = time.monotonic() + 30
        while "planning prod" not in terminal.getvalue() and time.monotonic() < until:
            time.sleep(0.01)
    assert "planning prod: 0 s" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_a_second_part_of_a_command_waits_no_further_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "BEGAN", time.monotonic() - 60)
    monkeypatch.setattr(patience, "FIRST_SECONDS", 30.0)
    terminal = Terminal()
    with told_while("looking ahead", terminal):
        until = time.monotonic() + 20
        while "looking ahead" not in terminal.getvalue() and time.monotonic() < until:
            time.sleep(0.01)
    assert "looking ahead: 0 s" in terminal.getvalue()


def test_what_is_quick_says_nothing() -> None:
    terminal = Terminal()
    with told_while("planning prod", terminal):
        pass
    assert terminal.getvalue() == ""


def test_a_file_gets_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FIRST_SECONDS", 0.01)
    file = io.StringIO()
    with told_while("planning prod", file):
        time.sleep(0.1)
    assert file.getvalue() == ""


@pytest.mark.parametrize(
    "command",
    [
        ("plan",),
        ("plan", "--format", "json"),
        ("findings",),
        ("explain", "traefik"),
        ("render", "rendered"),
        ("report", "--output", "page.html"),
        ("adopt", "tidy", "traefik", "--dry-run"),
        ("preflight",),
        ("adopt", "hand-over"),
        ("scale", "--dump", "tests/dumps/shed"),
    ],
    ids=" ".join,
)
def test_every_command_that_plans_tells_who_waits(
    command: tuple[str, ...], homelab: Homelab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    @contextmanager
    def recorded(doing: str) -> Generator[None]:
        told.append(doing)
        yield

    monkeypatch.setattr(planned, "told_while", recorded)
    homelab(*(tmp_path / each if each in ("rendered", "page.html") else each for each in command), "--lab", "small")
    assert told[0].startswith("planning ")
