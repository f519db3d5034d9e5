"""`homelab migrate` shows what it would write, and writes it where that is asked."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Homelab
from tests.plan.labs import change


@pytest.fixture
def older(lab: Path) -> Path:
    """A lab that states no format, with a route that was open."""
    change(lab, [{"file": "services/door.yaml", "old": ", reach: internet", "new": ""}])
    return lab


def test_it_is_shown_and_nothing_is_written(older: Path, homelab: Homelab) -> None:
    before = (older / "services" / "door.yaml").read_text(encoding="utf-8")
    result = homelab("migrate", "--lab", older)
    assert result.exit_code == 1
    assert "taken for those of the first one" in result.stdout
    assert "+  - {host: door, reach: internet, auth: app}" in result.stdout
    assert "nothing was written. --write writes them" in result.stdout
    assert (older / "services" / "door.yaml").read_text(encoding="utf-8") == before


def test_it_is_written_once(older: Path, homelab: Homelab) -> None:
    assert homelab("migrate", "--lab", older, "--write").exit_code == 0
    assert "reach: internet" in (older / "services" / "door.yaml").read_text(encoding="utf-8")
    again = homelab("migrate", "--lab", older, "--write")
    assert (again.exit_code, "nothing to migrate" in again.stdout) == (0, True)


def test_a_lab_that_cannot_be_read_is_left_alone(older: Path, homelab: Homelab) -> None:
    change(older, [{"file": "services/queue.yaml", "old": "cpu: 250m", "new": "cpus: 250m"}])
    result = homelab("migrate", "--lab", older, "--write", "--format", "json")
    report = json.loads(result.stdout)
    assert (result.exit_code, report["written"]) == (1, False)
    assert any("services/queue.yaml" in each for each in report["problems"])
    assert "reach" not in (older / "services" / "door.yaml").read_text(encoding="utf-8")
