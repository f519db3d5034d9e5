"""Dumps with values of any type in any place: an answer or a refusal, never a traceback."""

import json
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.plan.labs import ROOT

DUMPS = ROOT / "tests" / "dumps"
COUNT = int(os.environ.get("DUMP_MUTATIONS", "8"))
SEED = int(os.environ.get("SEED", "1"))
COMMANDS = (
    ("adopt", "cluster", "--dry-run"),
    ("doctor",),
    ("drain", "node1"),
    ("rightsize",),
    ("scale",),
    ("upgrade",),
)
LABS = {"adopt": ("--lab", "no/such/lab")}
CHANGES = 12
"""Values that are changed in each dump."""
WRONG: tuple[Any, ...] = (None, [], {}, "text", 7, -1, 1.5, True, [None], {"a": None}, "\x1b[2J\n::error::", 10**30)
Place = tuple[str | int, ...]


def places(content: Any, above: Place = ()) -> Iterator[Place]:
    """The place of each value."""
    pairs = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, below in pairs:
        if key != "managedFields":
            yield (*above, key)
            yield from places(below, (*above, key))


def put(content: Any, place: Place, value: Any) -> None:
    for key in place[:-1]:
        content = content[key]
    content[place[-1]] = value


@pytest.mark.parametrize("number", range(COUNT))
def test_a_dump_with_values_of_any_type_is_answered_by_every_command(number: int, tmp_path: Path) -> None:
    chance = random.Random(f"{SEED}/{number}")
    folder = Path(shutil.copytree(DUMPS / chance.choice(("attic", "loft", "shed")), tmp_path / "dump"))
    changed: list[tuple[str, Place, Any]] = []
    for _ in range(CHANGES):
        file = chance.choice(sorted(folder.glob("*.json")))
        content = json.loads(file.read_text(encoding="utf-8"))
        place, value = chance.choice([*places(content)]), chance.choice(WRONG)
        put(content, place, value)
        file.write_text(json.dumps(content), encoding="utf-8")
        changed.append((file.name, place, value))
    for command in COMMANDS:
        ran = CliRunner().invoke(app, [*command, "--dump", str(folder), *LABS.get(command[0], ())])
        assert ran.exception is None or isinstance(ran.exception, SystemExit), (
            f"seed {SEED}, dump {number}, {' '.join(command)}: {ran.exception!r} after {changed}"
        )
