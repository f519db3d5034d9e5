"""No text that is printed gives a command to a terminal or to the runner of a pipeline."""

import pytest
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cli.text.console import make_console
from plan.model.findings import Rule

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


def test_a_finding_is_one_line() -> None:
    rule = Rule("SOME-RULE", "info", "Title", "Meaning", "Remedy")
    found = rule.finding(("site",), HOSTILE, HOSTILE)
    assert found.message.isprintable()
    assert found.fix.isprintable()
