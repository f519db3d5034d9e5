"""Dumps with values of any type in any place: a diagnosis, never an error."""

import json
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from observation.dump import read_dump
from operations.doctor.diagnose import diagnose
from tests.plan.labs import ROOT

DUMPS = ROOT / "tests" / "dumps"
COUNT = int(os.environ.get("DUMP_MUTATIONS", "8"))
SEED = int(os.environ.get("SEED", "1"))
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
def test_a_dump_with_values_of_any_type_is_diagnosed(number: int, tmp_path: Path) -> None:
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
    try:
        diagnose(read_dump(folder))
    except Exception as error:
        pytest.fail(f"seed {SEED}, dump {number}: {error!r} after {changed}")
