"""The engine is laid out with what is installed, else with what is built."""

from importlib.metadata import version
from pathlib import Path

import pytest

from rehearsal import installation
from rehearsal.installation import STAND_IN, install, is_released, missing
from rehearsal.tools import ToolMissing

RANDOM = f"resource-random-v{version('pulumi-random')}"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where Pulumi keeps its plugins; empty."""
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    (tmp_path / "built").mkdir()
    monkeypatch.setattr(installation, "path_of", lambda name: tmp_path / "built" / name)
    return tmp_path / "home" / "plugins"


def test_an_installed_plugin_is_used_in_a_real_folder(installed: Path, tmp_path: Path) -> None:
    folder = installed / RANDOM
    folder.mkdir(parents=True)
    for name in ("pulumi-resource-random", "PulumiPlugin.yaml"):
        (folder / name).touch()
    install(tmp_path, ["random"])
    found = tmp_path / "pulumi" / "plugins" / RANDOM
    assert found.is_dir()
    assert not found.is_symlink()
    assert {each.name: each.resolve() for each in found.iterdir()} == {each.name: each for each in folder.iterdir()}
    assert is_released("random")


def test_what_is_not_installed_is_built_or_stood_in_for(installed: Path, tmp_path: Path) -> None:
    install(tmp_path, ["kubernetes", "random"])
    plugins = tmp_path / "pulumi" / "plugins"
    assert {each.name: each.readlink().name for each in plugins.glob("*/*")} == {
        "pulumi-resource-kubernetes": "pulumi-resource-kubernetes",
        "pulumi-resource-random": STAND_IN,
    }
    assert not is_released("random")


def test_another_version_of_a_plugin_is_not_used(installed: Path) -> None:
    folder = installed / "resource-random-v0.0.1"
    folder.mkdir(parents=True)
    (folder / "pulumi-resource-random").touch()
    assert not is_released("random")


def test_why_there_is_no_engine_is_told(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> Path:
        raise ToolMissing(f"no {name}")

    monkeypatch.setattr(installation, "path_of", fail)
    assert missing() == "no pulumi"
