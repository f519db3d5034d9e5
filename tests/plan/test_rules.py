"""Every rule has a code that is easy to type and a page, and every finding comes from a rule."""

import ast
import re
from pathlib import Path

import pytest

from operations.rules import all_rules
from plan.model.findings import Finding, Rule, one_of_each, sorted_findings

ROOT = Path(__file__).parents[2]
RULE = Rule("QUOTA-EXCEEDED", "error", "Title", "Meaning.", "Remedy.")
OPEN = Rule("CLOCK-DIFFERS", ("error", "warning"), "Title", "Meaning.", "Remedy.")


@pytest.mark.parametrize("rule", all_rules().values(), ids=all_rules())
def test_a_page_says_what_it_means_and_what_to_do(rule: Rule) -> None:
    assert re.fullmatch("[A-Z]+(-[A-Z0-9]+)*", rule.code)
    assert rule.title[0].isupper()
    assert not rule.title.endswith(".")
    assert rule.meaning.endswith((".", ".)", ".'"))
    assert rule.remedy.endswith(".")


def test_each_code_is_written_once() -> None:
    files = [file for folder in ("plan", "operations") for file in (ROOT / folder).rglob("*.py")]
    calls = [
        node
        for file in files
        if "from plan.model.findings import" in (text := file.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "Rule"
    ]
    codes = [str(code.value) for call in calls if isinstance(code := call.args[0], ast.Constant)]
    assert sorted(codes) == sorted(all_rules())


def test_numbers_and_words_are_no_part_of_a_findings_identity() -> None:
    before = RULE.finding(("services", "a"), "uses 3 of 2", "less", about="cpu", facts={"used": 3})
    after = RULE.finding(("services", "a"), "uses 3500m of 2", "much less", about="cpu", facts={"used": 3500})
    other = RULE.finding(("services", "a"), "uses 3 of 2", "less", about="memory")
    assert before == after
    assert before != other


def test_a_rule_gives_its_severity_unless_it_leaves_it_open() -> None:
    assert RULE.finding((), "", "").severity == "error"
    assert OPEN.finding((), "", "", severity="warning").severity == "warning"
    with pytest.raises(AssertionError, match="may not be of severity info"):
        OPEN.finding((), "", "", severity="info")


def test_findings_are_sorted_worst_first() -> None:
    found: tuple[Finding, ...] = (OPEN.finding((), "", "", severity="warning"), RULE.finding((), "", ""))
    assert [each.severity for each in sorted_findings(found)] == ["error", "warning"]


def test_what_was_not_looked_at_comes_after_what_was_found_wrong() -> None:
    codes = ("WRONG", "A-FOOTPRINT-INCOMPLETE", "B-UNCHECKED", "ALSO-WRONG")
    found = [Rule(code, "warning", title="", meaning="", remedy="").finding((), "", "") for code in codes]
    assert [each.code for each in sorted_findings(found)] == [
        "ALSO-WRONG",
        "WRONG",
        "A-FOOTPRINT-INCOMPLETE",
        "B-UNCHECKED",
    ]


def test_of_many_findings_each_code_is_told_once_first() -> None:
    rules = {code: Rule(code, "warning", title="", meaning="", remedy="") for code in ("A", "B", "C")}
    found = [rules[code].finding((code, number), "", "") for code, number in (("A", 1), ("A", 2), ("B", 1), ("C", 1))]
    assert [each.path for each in one_of_each(found, 3)] == [("A", 1), ("B", 1), ("C", 1)]
    assert [each.path for each in one_of_each(found[:3], 3)] == [("A", 1), ("B", 1), ("A", 2)]


OTHERS_WORDS = ("operations/guard", "operations/doctor", "operations/up", "operations/rightsize/kills.py")
"""They read messages of the engine and of Kubernetes, which exist as text alone."""


def test_nothing_branches_on_a_message() -> None:
    """Facts are compared, sentences never."""
    files = [file for folder in ("config", "plan", "operations", "cli") for file in (ROOT / folder).rglob("*.py")]
    found = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in files
        if not str(file.relative_to(ROOT)).startswith(OTHERS_WORDS)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.expr) and _looks_into_words(node)
    ]
    assert found == []


def _looks_into_words(node: ast.expr) -> bool:
    if isinstance(node, ast.Compare):
        return any(_is_words(each) for each in (node.left, *node.comparators))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        of_text = node.func.attr in ("startswith", "endswith", "find", "partition") and _is_words(node.func.value)
        by_pattern = getattr(node.func.value, "id", "") == "re" and any(_is_words(each) for each in node.args)
        return of_text or by_pattern
    return False


def _is_words(node: ast.AST) -> bool:
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Constant) and node.slice.value in ("message", "fix")
    return isinstance(node, ast.Attribute) and node.attr in ("message", "fix")
