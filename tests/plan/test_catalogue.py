"""Every finding is documented, and every page is of a finding."""

import re

from plan.findings.catalogue import CATALOGUE
from tests.plan.codes import codes_made_in


def test_the_catalogue_and_the_code_have_the_same_findings() -> None:
    assert codes_made_in("plan") | codes_made_in("operations/preflight") == CATALOGUE.keys()


def test_codes_are_in_order_and_easy_to_type() -> None:
    assert list(CATALOGUE) == sorted(CATALOGUE)
    assert all(re.fullmatch("[A-Z]+(-[A-Z]+)*", code) for code in CATALOGUE)


def test_a_page_says_what_it_means_and_what_to_do() -> None:
    for page in CATALOGUE.values():
        assert page.title[0].isupper()
        assert not page.title.endswith(".")
        assert page.meaning.endswith((".", ".)", ".'"))
        assert page.remedy.endswith(".")
