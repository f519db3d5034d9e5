"""Every finding is documented, and every page is of a finding."""

import ast
import re
from pathlib import Path

from plan.catalogue import CATALOGUE

PLAN = Path(__file__).parents[2] / "plan"


def codes_in_the_code() -> set[str]:
    calls = (
        node
        for file in PLAN.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "Finding"
    )
    codes: set[str] = set()
    for call in calls:
        code = call.args[0] if call.args else next(each.value for each in call.keywords if each.arg == "code")
        assert isinstance(code, ast.Constant), f"line {call.lineno}: the code of a finding is written where it is made"
        codes.add(str(code.value))
    return codes


def test_the_catalogue_and_the_code_have_the_same_findings() -> None:
    assert codes_in_the_code() == CATALOGUE.keys()


def test_codes_are_in_order_and_easy_to_type() -> None:
    assert list(CATALOGUE) == sorted(CATALOGUE)
    assert all(re.fullmatch("[A-Z]+(-[A-Z]+)*", code) for code in CATALOGUE)


def test_a_page_says_what_it_means_and_what_to_do() -> None:
    for page in CATALOGUE.values():
        assert page.title[0].isupper()
        assert not page.title.endswith(".")
        assert page.meaning.endswith((".", ".)", ".'"))
        assert page.remedy.endswith(".")
