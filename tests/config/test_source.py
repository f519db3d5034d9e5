"""YAML as plain values, with places."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from config.source import MAX_DEPTH, Place, Places, Problem, read_yaml
from operations.adopt.cluster.yaml_text import dumped
from plan.yaml_text import to_yaml


def read(text: str | bytes) -> tuple[Any, list[str], Places]:
    places = Places()
    content = text.encode() if isinstance(text, str) else text
    value, problems = read_yaml("f.yaml", content, ("f",), places)
    return value, [str(problem) for problem in problems], places


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("on", "on"),
        ("NO", "NO"),
        ("0400", "0400"),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        ("12:30:45", "12:30:45"),
        ("2024-01-01", "2024-01-01"),
        (".nan", ".nan"),
        (".inf", ".inf"),
        ("true", True),
        ("True", "True"),
        ("~", None),
        ("null", None),
        ("", None),
        ("-3", -3),
        ("1.10", 1.1),
        ("1e3", 1000.0),
        ('"42"', "42"),
        ("[1, [2]]", (1, (2,))),
        ("{a: 1}", {"a": 1}),
        ("&name 1", 1),
    ],
)
def test_a_scalar_is_what_it_looks_like(text: str, value: object) -> None:
    found, problems, _ = read(f"key: {text}")
    assert (found, problems) == ({"key": value}, [])


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "\ufeff"])
def test_an_empty_document_is_an_empty_mapping(text: str) -> None:
    value, problems, _ = read(text)
    assert not value
    assert problems == []


def test_keys_and_elements_have_places() -> None:
    _, _, places = read("a:\n  b: [x,\n      y]\nc: {d: 1}\n")
    assert {path: (place.line, place.column) for path, place in places.by_path.items()} == {
        ("f",): (1, 1),
        ("f", "a"): (1, 1),
        ("f", "a", "b"): (2, 3),
        ("f", "a", "b", 0): (2, 7),
        ("f", "a", "b", 1): (3, 7),
        ("f", "c"): (4, 1),
        ("f", "c", "d"): (4, 5),
    }


def test_what_has_no_place_is_found_at_what_contains_it() -> None:
    _, _, places = read("a:\n  b: 1\n")
    assert places.find(("f", "a", "b", "c", 0)) == Place("f.yaml", 2, 3)
    assert places.find(("f", "z")) == Place("f.yaml", 1, 1)
    assert places.find(("g",)) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 1\na: 2", "f.yaml:2:1: f.a: duplicate key; it is in line 1 already"),
        ("a: &x {}\nb: *x", "f.yaml:2:1: f.b: an alias; write the value out where it is used"),
        ("a: &x 1\nb: *x", "f.yaml:2:1: f.b: an alias; write the value out where it is used"),
        ("a: &x [*x]", "f.yaml:1:4: f.a.0: an alias; write the value out where it is used"),
        ("<<: {}", "f.yaml:1:1: f: a merge key (<<); write the values out where they are used"),
        ("? {}\n: 1", "f.yaml:1:3: f: a key must be plain text; put a text with { or [ in quotes"),
        ("a: !x 1", "f.yaml:1:4: f.a: the YAML tag '!x' is not supported"),
        ("a: !!bool yes", "f.yaml:1:4: f.a: 'yes' is not true or false"),
        ("a: !!int x", "f.yaml:1:4: f.a: 'x' is not a number that can be read exactly"),
        ("a: 1e999", "f.yaml:1:4: f.a: '1e999' is not a number that can be read exactly"),
        ("a: 0.12345678901234567", "f.yaml:1:4: f.a: '0.12345678901234567' is not a number that can be read exactly"),
        (f"a: {'9' * 5000}", f"f.yaml:1:4: f.a: '{'9' * 40}' is not a number that can be read exactly"),
        ("a: *x", "f.yaml:1:4: f: a text cannot begin with '*'; put it in quotes"),
        ("a: \0", "f.yaml:1:1: f: not readable YAML: the control character U+0000"),
        (b"a: 1\nb: \xff", "f.yaml:2:1: f: not UTF-8 text"),
        ("a: 1".encode("utf-16"), "f.yaml:1:1: f: not UTF-8 text"),
        ('"a\\nb": !x 1', "f.yaml:1:9: f.a\\nb: the YAML tag '!x' is not supported"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(text: str | bytes, says: str) -> None:
    assert read(text)[1] == [says]


@pytest.mark.parametrize("opening", ["- ", "[", "{a: ", "? ", "[{"])
@pytest.mark.parametrize("depth", [MAX_DEPTH + 2, 2000, 200_000])
def test_huge_nesting_is_refused(opening: str, depth: int) -> None:
    _, problems, _ = read(opening * depth)
    assert len(problems) == 1


def test_nesting_within_reason_is_read() -> None:
    value, problems, _ = read("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert problems == []
    assert value != ()


def test_an_alias_bomb_does_not_go_off() -> None:
    lines = ["a0: &a0 x"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 20)]
    assert len(read("\n".join(lines))[1]) == 190


@settings(max_examples=300)
@given(st.binary() | st.text("ab:-?[]{}&*!|>'\"%@#,<~ \n\t01.e\0\u2028", max_size=40).map(str.encode))
@example(b"? ? ?\n: : :")
def test_any_bytes_are_read_or_refused_with_a_place(content: bytes) -> None:
    _, problems, _ = read(content)
    assert all(problem.isprintable() and problem.startswith("f.yaml:") for problem in problems)


def test_a_problem_is_one_line_whatever_its_path() -> None:
    problem = Problem(Place("a\nb.yaml", 1, 2), ("k\u2028", 3, "x" * 100), "is wrong")
    assert str(problem) == f"a\\nb.yaml:1:2: k\\u2028.3.{'x' * 61}...: is wrong"


BREAKS = ("\u0085", "\u2028", "\u2029")


@pytest.mark.parametrize("sign", BREAKS)
def test_a_line_break_of_yaml_alone_is_refused_at_its_line(sign: str) -> None:
    _, problems, _ = read(f"a: 1\nb: 'x{sign}y'\nc: 3\n")
    code = f"{ord(sign):04X}"
    assert problems == [
        f"f.yaml:2:1: f: the line break U+{code}; write an ordinary one, or `\\u{code.lower()}` in double quotes"
    ]


@pytest.mark.parametrize("sign", BREAKS)
def test_a_line_break_of_yaml_alone_is_read_where_it_is_escaped(sign: str) -> None:
    value, problems, _ = read(f'a: "x\\u{ord(sign):04x}y"\n')
    assert not problems
    assert value == {"a": f"x{sign}y"}


@pytest.mark.parametrize("write", [to_yaml, dumped])
@pytest.mark.parametrize("sign", BREAKS)
def test_written_yaml_is_read_again(sign: str, write: Callable[[Any], str]) -> None:
    content = {"one": f"x{sign}y", "several": f"first\n{sign}second\n"}
    assert read(write(content))[:2] == (content, [])
