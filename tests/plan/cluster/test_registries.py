"""Registries are known by the names that images have."""

import shutil
from pathlib import Path

import pytest

from config.load import load_lab
from plan.cluster.registries import registry_users
from tests.plan.labs import ROOT, change, lab_of


def test_the_registry_of_prod_is_its_machine() -> None:
    assert "tts" in registry_users(lab_of("prod"))["docker-registry"]


@pytest.mark.parametrize(("machine", "users"), [("docker-registry", ("report",)), ("mirror", ())])
def test_a_machine_is_known_by_a_word_of_its_name(tmp_path: Path, machine: str, users: tuple[str, ...]) -> None:
    folder = Path(shutil.copytree(ROOT / "tests" / "incidents" / "lab", tmp_path / "lab"))
    change(
        folder,
        [
            {"file": "machines.yaml", "old": "nas:\n", "new": f"{machine}:\n"},
            {
                "file": "services/report.yaml",
                "old": "registry.example/report",
                "new": "registry.incidents.example/report",
            },
        ],
    )
    assert registry_users(load_lab(folder)).get(machine, ()) == users
