"""The containers of a lab, as findings read them."""

import shutil
from pathlib import Path

from config.load import load_lab
from plan.findings.programs import programs


def test_a_file_on_a_share_stays() -> None:
    pods = [each for each in programs(load_lab(Path("tests/labs/every_key"))) if each.service == "pods"]
    assert any(each.mounts_volume_at("/media/film.mkv") for each in pods)
    assert not any(each.is_on_volume("/fast/film.mkv") for each in pods)


def test_a_variable_of_a_patch_counts_though_its_value_stands_nowhere(tmp_path: Path) -> None:
    lab = tmp_path / "tiny"
    shutil.copytree("tests/labs/tiny", lab)
    file = lab / "services" / "notes.yaml"
    container = "{name: notes, env: [{name: SECRET_KEY}]}"
    merge = f"{{spec: {{template: {{spec: {{containers: [{container}]}}}}}}}}"
    file.write_text(f"{file.read_text()}patch: {{deployment/notes: {{reason: It runs so, merge: {merge}}}}}\n")
    (main,) = [
        each for each in programs(load_lab(lab)) if (each.service, each.name) == ("notes", "notes") and each.is_main
    ]
    assert main.variables is not None
    assert "SECRET_KEY" in main.variables
