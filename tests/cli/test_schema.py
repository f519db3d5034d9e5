"""`homelab schema`."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Homelab
from tests.plan.labs import ROOT


def test_the_schemas_are_written_where_they_are_wanted(homelab: Homelab, tmp_path: Path) -> None:
    result = homelab("schema", tmp_path)
    assert result.exit_code == 0
    written = {file.name for file in tmp_path.iterdir()}
    assert written == {file.name for file in (ROOT / "config" / "schema").iterdir()}
    assert result.stdout == f"{len(written)} schemas in {tmp_path}\n"
    assert json.loads((tmp_path / "service.json").read_text())["$schema"]


def test_programs_get_the_files_as_json(homelab: Homelab, tmp_path: Path) -> None:
    answer = json.loads(homelab("schema", tmp_path, "--format", "json").stdout)
    assert {Path(file).name for file in answer["files"]} == {file.name for file in tmp_path.iterdir()}


def test_nothing_is_written_through_a_link(tmp_path: Path, homelab: Homelab) -> None:
    outside = tmp_path / "mine.json"
    outside.write_text("mine")
    folder = tmp_path / "schema"
    folder.mkdir()
    (folder / "site.json").symlink_to(outside)
    assert homelab("schema", folder).exit_code == 0
    assert outside.read_text() == "mine"


def test_nothing_is_written_into_an_installed_package(homelab: Homelab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.commands.schema.is_checkout", lambda: False)
    result = homelab("schema")
    assert result.exit_code == 2
    assert "where to? Name a folder" in result.stderr
