"""`homelab schema`."""

import json
from pathlib import Path

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
