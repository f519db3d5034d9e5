"""`homelab explain`."""

import json

import pytest

from plan.catalogue import CATALOGUE
from tests.cli.conftest import Homelab


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_finding_is_explained(code: str, homelab: Homelab) -> None:
    result = homelab("explain", code)
    assert result.exit_code == 0
    page = CATALOGUE[code]
    assert result.stdout == f"{code}: {page.title}\n\n{page.meaning}\n\nWhat to do: {page.remedy}\n"


def test_a_code_may_be_written_small(homelab: Homelab) -> None:
    assert homelab("explain", "quota-exceeded").stdout == homelab("explain", "QUOTA-EXCEEDED").stdout


def test_programs_get_the_page_as_json(homelab: Homelab) -> None:
    page = json.loads(homelab("explain", "quota-exceeded", "--format", "json").stdout)
    assert page == {"code": "QUOTA-EXCEEDED", **CATALOGUE["QUOTA-EXCEEDED"]._asdict()}


def test_an_unknown_code_is_invalid_input(homelab: Homelab) -> None:
    result = homelab("explain", "QUOTA-EXCEDED")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == "homelab: no finding has the code 'QUOTA-EXCEDED'; did you mean 'QUOTA-EXCEEDED'?\n"
