"""Text holds at every width: nothing is cut, no number and no bar is broken."""

import io
import re
from dataclasses import replace
from functools import cache

import pytest
from rich.cells import cell_len
from rich.console import Console

from cli.text.node import print_node
from cli.text.plan import print_plan
from cli.text.service import print_service
from cli.text.tables import BAR_WIDTH, Column, Table, number
from config.load import load_lab
from plan import Plan, make_plan
from tests.plan.labs import FOLDERS, ROOT, lab_of, plan_of

WIDTHS = (40, 50, 60, 72, 80, 90, 100, 120, 160, 200)
AMOUNT = re.compile(r"\d[\d.,]*(?: GiB| MiB|%)?/\d[\d.,]*(?: GiB| MiB)?")
BARS = re.compile("[█░]+")


def shown(table: Table, width: int) -> str:
    """A table as text."""
    output = io.StringIO()
    Console(file=output, width=width, color_system=None).print(table)
    return output.getvalue()


def printed(plan: Plan, width: int, *, whole: bool = True) -> str:
    """A plan as text."""
    output = io.StringIO()
    print_plan(plan, Console(file=output, width=width, color_system=None), whole=whole)
    return output.getvalue()


def with_long_names() -> Plan:
    """A lab whose machines have the longest names."""
    lab = lab_of("every_kind")
    names = {name: f"{name}-in-the-rack-behind-the-washing-machine" for name in lab.machines}
    return make_plan(replace(lab, machines={names[name]: machine for name, machine in lab.machines.items()}))


@cache
def plan_in_the_project() -> Plan:
    """Prod, read from the project's folder."""
    return make_plan(load_lab(FOLDERS["prod"].relative_to(ROOT)))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("lab", ["prod", "small", "every_kind"])
def test_a_plan_holds_at_every_width(lab: str, width: int) -> None:
    text = printed(plan_of(lab), width)
    assert max(map(cell_len, text.splitlines())) <= width
    assert "…" not in text
    assert {len(each) for each in BARS.findall(text)} <= {BAR_WIDTH}
    for use in plan_of(lab).capacity.nodes:
        assert re.search(rf"^{use.node.name}\b", text, re.MULTILINE)
    wide = set(AMOUNT.findall(printed(plan_of(lab), 10_000)))
    assert set(AMOUNT.findall(text)) <= wide


@pytest.mark.parametrize("width", WIDTHS)
def test_long_names_become_cards_where_columns_do_not_fit(width: int) -> None:
    text = printed(with_long_names(), width)
    assert max(map(cell_len, text.splitlines())) <= width
    assert "worker-in-the-rack-behind-the-washing" in text
    assert {len(each) for each in BARS.findall(text)} <= {BAR_WIDTH}


@pytest.mark.parametrize("width", WIDTHS)
def test_the_verdict_alone_is_one_screen(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With paths as the command shows them in the project's folder, wherever that is."""
    monkeypatch.chdir(ROOT)
    text = printed(plan_in_the_project(), width, whole=False)
    assert len(text.splitlines()) <= (28 if width >= 100 else 56)
    assert "homelab plan --all" in " ".join(text.split())


@pytest.mark.parametrize("width", WIDTHS)
def test_what_is_explained_holds_too(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, explain in (("k8s-node1", print_node), ("immich", print_service)):
        output = io.StringIO()
        console = Console(file=output, width=width, color_system=None)
        monkeypatch.setattr(
            f"cli.text.{'node' if explain is print_node else 'service'}.make_console", lambda c=console: c
        )
        explain(plan_of("prod"), name)
        assert max(map(cell_len, output.getvalue().splitlines())) <= width


def example() -> Table:
    """A table of 33 columns of text, of which those of the host may go."""
    table = Table("Title", Column("name"), number("memory"), Column("host", drop=1))
    table.add_row("worker-with-a-name", "31.5 GiB", "pve")
    return table


def test_columns_are_dropped_before_rows_become_cards() -> None:
    assert shown(example(), 80).splitlines() == [
        "Title",
        "name                  memory  host",
        "worker-with-a-name  31.5 GiB  pve",
    ]
    assert shown(example(), 30).splitlines()[1:] == ["name                  memory", "worker-with-a-name  31.5 GiB"]
    assert shown(example(), 20).splitlines() == ["Title", "worker-with-a-name", "  memory 31.5 GiB", "  host pve"]


def test_a_column_without_cells_is_left_out() -> None:
    table = Table("", Column("name"), Column("remark"))
    table.add_row("worker", "")
    assert shown(table, 80) == "name\nworker\n"
