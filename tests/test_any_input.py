"""Whatever the files say: the lab is valid and can be planned, or every problem is one line with a place.

Never another exception.
"""

import copy
import io
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from cli.reports.document import json_text
from cli.reports.plan import plan_report
from cli.text.plan import print_plan
from config.load import InvalidLab, load_lab
from plan import make_plan

ROOT = Path(__file__).parents[1]
LABS = [
    *(ROOT / "config" / "labs" / name for name in ("prod", "small")),
    *(ROOT / "tests" / "labs" / name for name in ("every_key", "every_kind", "tiny")),
]
FILES = {file.relative_to(lab.parent): file.read_bytes() for lab in LABS for file in sorted(lab.rglob("*.yaml"))}

WEIGHTED = [lab.name for lab in LABS for _ in range(1 if lab.name == "prod" else 3)]
"""Prod is planned in the time of twenty others, whose kinds and keys are all that it has."""

EXAMPLES = int(os.environ.get("LAB_MUTATIONS", "100"))
"""Labs that each test tries; `make fuzz` tries more, and prints the seed with which they come again."""
bounded = settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
JUNK = (
    *(
        None,
        True,
        -1,
        0,
        10**17,
        10**30,
        1.5,
        float("nan"),
        "",
        "x",
        "two\nlines",
        "\u2028",
        "ä" * 5000,
        "../..",
        "0/0",
    ),
    *("50000000", "1E", "8192Pi", "\x1b[2J", "a\u202eb", "https://x/y", "0 25 * * *", 8192, 1.1, 50_000_000),
    *("10.0.20.1", "10.0.20.1/24", "1Gi", "100m", "kind", [], {}, [1], {"a": 1}, {"": None}, [[[]]], {1: 2}, "*", "<<"),
)
DAMAGE = (b"\n", b"\t", b"  ", b": ", b"- ", b"{", b"]", b"&a ", b"*a")


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copies of the labs, to be changed and restored."""
    folder = tmp_path_factory.mktemp("labs")
    for lab in LABS:
        shutil.copytree(lab, folder / lab.name)
    return folder


def drawn_file(data: st.DataObject) -> Path:
    """A file of one of the labs, each of a lab alike."""
    lab = data.draw(st.sampled_from(WEIGHTED))
    return data.draw(st.sampled_from(sorted(file for file in FILES if file.parts[0] == lab)))


def assert_valid_or_explained(labs: Path, file: Path, content: bytes) -> None:
    (labs / file).write_bytes(content)
    try:
        plan = make_plan(load_lab(labs / file.parts[0]))
        json_text(plan_report(plan))
        print_plan(plan, Console(file=io.StringIO()))
    except InvalidLab as error:
        for problem in error.problems:
            place = problem.place
            assert str(problem).isprintable()
            assert Path(place.file).is_file()
            assert 1 <= place.line <= len(Path(place.file).read_bytes().splitlines()) + 1
            assert place.column >= 1
    finally:
        (labs / file).write_bytes(FILES[file])


@bounded
@given(data=st.data())
def test_any_change_of_a_value_or_key_is_valid_or_explained(labs: Path, data: st.DataObject) -> None:
    file = drawn_file(data)
    documents = list(yaml.load_all(FILES[file], yaml.CSafeLoader))
    for _ in range(data.draw(st.integers(1, 3))):
        change(documents, data)
    content = yaml.dump_all(documents, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False).encode()
    assert_valid_or_explained(labs, file, content)


def change(document: Any, data: st.DataObject) -> None:
    """Delete, rename, replace or wrap one thing somewhere in the document."""
    spots = list(all_spots(document))
    if not spots:
        return
    holder, key = data.draw(st.sampled_from(spots))
    match data.draw(st.sampled_from(["delete", "rename", "replace", "wrap", "copy"])):
        case "delete":
            del holder[key]
        case "rename" if isinstance(holder, dict):
            holder[data.draw(st.sampled_from(JUNK[:15]))] = holder.pop(key)
        case "wrap":
            holder[key] = data.draw(st.sampled_from([[holder[key]], {"a": holder[key]}, str(holder[key])]))
        case "copy":
            other, other_key = data.draw(st.sampled_from(spots))
            holder[key] = yaml.safe_load(yaml.safe_dump(other[other_key]))
        case _:
            holder[key] = copy.deepcopy(data.draw(st.sampled_from(JUNK)))


def all_spots(value: Any) -> Iterator[tuple[Any, Any]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        yield value, key
        yield from all_spots(entry)


@bounded
@given(data=st.data())
def test_any_damage_to_a_file_is_valid_or_explained(labs: Path, data: st.DataObject) -> None:
    file = drawn_file(data)
    content = FILES[file]
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 40)))
    damage = data.draw(st.binary(max_size=8) | st.sampled_from(DAMAGE))
    assert_valid_or_explained(labs, file, content[:start] + damage + content[end:])
