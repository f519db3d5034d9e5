"""Dumps with values of another type, as the fuzzer found them."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from observation import read_dump
from operations.adopt.cluster.withheld import without_secrets

DUMPS = Path(__file__).parents[1] / "dumps"


@pytest.mark.parametrize("why", [[], {}, None, 7, "because"])
def test_a_gap_for_a_reason_that_nobody_states_is_unreadable(why: Any, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(DUMPS / "attic", tmp_path / "dump"))
    stated = json.loads((folder / "dump.json").read_text())
    stated["gaps"] = [{"subject": "mine", "why": why, "detail": "spoilt"}]
    (folder / "dump.json").write_text(json.dumps(stated))
    assert [each.why for each in read_dump(folder).gaps if each.subject == "mine"] == ["unreadable"]


def test_a_variable_without_a_name_stays_beside_one_that_is_withheld() -> None:
    env = [{"value": "a"}, {"name": "DB_PASSWORD", "value": "hunter2"}]
    pod = {"spec": {"containers": [{"name": "main", "env": env}]}}
    manifest = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}, "spec": {"template": pod}}
    kept, withheld = without_secrets(manifest)
    assert [each.place for each in withheld] == ["main: DB_PASSWORD"]
    assert "hunter2" not in json.dumps(kept)
