"""Every command of the documentation: each exists with its options, and is run where it needs no host."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.main import get_command

from cli.main import app
from tests.cli.conftest import Homelab
from tests.plan.labs import ROOT

PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]
_BLOCK = re.compile(r"^(?P<indent> *)```(?P<kind>[^\n]*)\n(?P<body>.*?)^(?P=indent)```", re.MULTILINE | re.DOTALL)
_NEEDS_A_HOST = {
    "adopt", "comment", "doctor", "drain", "drift", "dump", "guard", "preflight", "rehearse", "rightsize", "scale",
    "up", "upgrade",
}  # fmt: skip
"""Commands that ask a live system, or read what another one printed. Their own tests run them."""
_OF_A_CLUSTER = {"moving-in.md", "adopting.md"}
"""Pages whose lab comes of a cluster: tests/conformance/adopt goes that way."""
_PLACEHOLDER = re.compile(r"[A-Z][A-Z_]+")


class Command(NamedTuple):
    """A line of a page that begins with `homelab`."""

    page: str
    words: tuple[str, ...]
    kind: str

    @property
    def is_run(self) -> bool:
        """Whether the test runs it: it waits for nobody, and every word of it is one that a reader types."""
        whole = not any(_PLACEHOLDER.fullmatch(each) for each in self.words)
        stands_alone = self.page not in _OF_A_CLUSTER and self.words[0] not in _NEEDS_A_HOST
        return whole and self.kind == "" and stands_alone


def commands(page: Path) -> Iterator[Command]:
    for block in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        kind = block["kind"].strip()
        lines = block["body"].replace("\\\n", " ").splitlines()
        for line in lines if kind in ("", "sh", "sh interactive") else ():
            words = shlex.split(line, comments=True) if "homelab " in line else []
            for each in _piped(words):
                if each[:1] == ["homelab"]:
                    yield Command(page.name, tuple(each[1:]), kind)


def _piped(words: list[str]) -> Iterator[list[str]]:
    part: list[str] = []
    for word in words:
        if word in ("|", ">", "<", "&&"):
            yield part
            part = []
        else:
            part.append(word)
    yield part


ALL = [each for page in PAGES for each in commands(page)]


def test_there_are_commands() -> None:
    assert len(ALL) > 25
    assert sum(each.is_run for each in ALL) > 5


@pytest.mark.parametrize("command", dict.fromkeys(ALL), ids=lambda each: f"{each.page} {' '.join(each.words)}")
def test_it_exists_with_its_options(command: Command) -> None:
    found: Any = get_command(app)
    words = list(command.words)
    while hasattr(found, "commands"):
        is_left_out = found.name == "adopt" and words[0].startswith("-")  # machines are meant
        name = "machines" if is_left_out else words.pop(0)
        assert name in found.commands, name
        found = found.commands[name]
    known = {name for each in found.params for name in (*each.opts, *each.secondary_opts)}
    assert {each.partition("=")[0] for each in words if each.startswith("-")} <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda each: each.name)
def test_it_runs(page: Path, homelab: Homelab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands of a page one after the other, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "140")
    (tmp_path / "config").symlink_to(ROOT / "config")
    for command in commands(page):
        if not command.is_run or "main" in command.words:
            continue  # a branch of a repository that is not here
        result = homelab(*command.words)
        assert result.exit_code in (0, 1), (command, result.stderr)
        assert result.exception is None or isinstance(result.exception, SystemExit)
