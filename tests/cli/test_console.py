"""No text that is printed gives a command to a terminal or to the runner of a pipeline."""

import ast
from collections.abc import Callable

import pytest
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cli.output import say, tell, warn
from cli.text.console import make_console
from plan.model.findings import Rule
from tests.plan.labs import ROOT

HOSTILE = "a\x1b[2J\r::error::x\n::set-output name=a::b\n  ::add-mask::c ##[group]d\u202ee\u2028"


def table() -> Table:
    made = Table(box=None)
    made.add_column("name")
    made.add_row(HOSTILE)
    return made


@pytest.mark.parametrize(
    "shown", [HOSTILE, Text(HOSTILE), Padding(HOSTILE, (0, 0, 0, 2)), table(), Padding("::error::x", (0, 0, 0, 2))]
)
def test_a_text_gives_no_command(shown: object, capsys: pytest.CaptureFixture[str]) -> None:
    make_console().print(shown)
    printed = capsys.readouterr().out
    assert all(line.isprintable() for line in printed.split("\n"))
    assert not any(line.lstrip().startswith("::") for line in printed.split("\n"))
    assert "##[" not in printed


def test_what_a_text_says_otherwise_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    make_console().print("std::vector and fe80::1 at ::1 # [x]")
    assert capsys.readouterr().out == "std::vector and fe80::1 at ::1 # [x]\n"


@pytest.mark.parametrize("write", [say, tell, warn])
def test_a_line_gives_no_command(write: Callable[[str], None], capsys: pytest.CaptureFixture[str]) -> None:
    write(HOSTILE)
    printed = "".join(capsys.readouterr())
    assert printed.removesuffix("\n").isprintable()
    assert "##[" not in printed


PRINTING = {"lab.py", "output.py", "main.py", "run.py", "watching.py", "planning.py"}
"""Modules of the command line that print for others, or words of their own alone."""
DOCUMENTS = {"against.py", "comment.py", "drift.py", "plan.py", "explain.py"}
"""Modules that print a document: JSON, Markdown that is escaped as such, or a page of the program."""


def test_no_command_prints_what_it_was_told_by_itself() -> None:
    found = {
        file.name
        for file in (ROOT / "cli").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    }
    assert found == PRINTING | DOCUMENTS


def test_a_finding_is_one_line() -> None:
    rule = Rule("SOME-RULE", "info", "Title", "Meaning", "Remedy")
    found = rule.finding(("site",), HOSTILE, HOSTILE)
    assert found.message.isprintable()
    assert found.fix.isprintable()
