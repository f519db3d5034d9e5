"""The state is next to Pulumi.yaml, and nowhere else."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from operations.clients.pulumi import Pulumi, PulumiFailed
from rehearsal.installation import install
from tests.conformance.pulumi.stack import ROOT


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The engine as it is for somebody who has just installed it."""
    folder = tmp_path / "installed"
    folder.mkdir()
    kept = {name: value for name, value in os.environ.items() if name != "PULUMI_BACKEND_URL"}
    installed = {name: value for name, value in install(folder).environment.items() if name != "PULUMI_BACKEND_URL"}
    return {**kept, **installed, "PULUMI_CONFIG_PASSPHRASE": "of no use to anybody"}


def clone(folder: Path) -> Path:
    """The project's settings as git brings them."""
    (folder / "state").mkdir(parents=True)
    (folder / "docs").mkdir()
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    return folder


def pulumi(folder: Path, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["pulumi", *arguments, "--non-interactive"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_git_brings_the_folder_of_the_state_and_never_what_is_in_it() -> None:
    assert (ROOT / "state" / ".gitkeep").exists()
    ignored = subprocess.run(
        ["git", "check-ignore", "state/.pulumi/stacks/homelab/small.json"], cwd=ROOT, capture_output=True, check=False
    )
    assert ignored.returncode == 0


def test_each_clone_has_a_state_of_its_own(tmp_path: Path, environment: dict[str, str]) -> None:
    first, second = clone(tmp_path / "first"), clone(tmp_path / "second")
    assert pulumi(first, environment, "stack", "init", "small").returncode == 0
    assert (first / "state" / ".pulumi").is_dir()
    assert "small" in pulumi(first, environment, "stack", "ls").stdout
    assert "small" not in pulumi(second, environment, "stack", "ls").stdout
    assert pulumi(second, environment, "stack", "init", "small").returncode == 0
    assert "small" in pulumi(tmp_path, environment, "-C", str(first), "stack", "ls").stdout


def test_a_subfolder_is_refused_and_makes_no_second_state(tmp_path: Path, environment: dict[str, str]) -> None:
    project = clone(tmp_path / "project")
    refused = pulumi(project / "docs", environment, "stack", "init", "small")
    assert refused.returncode != 0
    assert "unable to open state directory" in refused.stderr
    assert not list((project / "docs").iterdir())


def test_a_stack_without_a_passphrase_names_the_variable(tmp_path: Path, environment: dict[str, str]) -> None:
    del environment["PULUMI_CONFIG_PASSPHRASE"]
    refused = pulumi(clone(tmp_path / "project"), environment, "stack", "init", "small")
    assert refused.returncode != 0
    assert "PULUMI_CONFIG_PASSPHRASE" in refused.stderr


def test_a_state_is_one_file_and_one_with_attributes_is_read_again_without_those_that_a_kill_cut_off(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    project = clone(tmp_path / "project")
    assert pulumi(project, environment, "stack", "init", "small").returncode == 0
    assert not list(project.rglob("*.attrs"))
    with_attributes = {**environment, "PULUMI_BACKEND_URL": (project / "state").as_uri()}
    assert pulumi(project, with_attributes, "stack", "init", "other").returncode == 0
    (attributes,) = project.rglob("other.json.attrs")
    attributes.write_bytes(b"")
    with pytest.raises(PulumiFailed) as failed:
        Pulumi("other", project, with_attributes).export_text()
    (command,) = re.findall("run `([^`]+)`", str(failed.value))
    subprocess.run(command, shell=True, cwd=project, check=True)
    assert not attributes.exists()
    assert Pulumi("other", project, with_attributes).export()["version"]


def test_a_state_that_a_full_disk_cut_off_is_as_it_was_before_with_the_command_that_is_named(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    project = clone(tmp_path / "project")
    assert pulumi(project, environment, "stack", "init", "small").returncode == 0
    (state,) = project.rglob("stacks/homelab/small.json")
    kept = project / "state/.pulumi/history/homelab/small"
    kept.mkdir(parents=True)
    shutil.copy(state, kept / "small-1.checkpoint.json")
    (kept / "small-2.checkpoint.json").write_bytes(state.read_bytes()[:40])
    whole = Pulumi("small", project, environment).export()
    state.write_bytes(state.read_bytes()[:40])
    with pytest.raises(PulumiFailed, match="cut off, as by a full disk") as failed:
        Pulumi("small", project, environment).export()
    (command,) = re.findall("run `([^`]+)`", str(failed.value))
    subprocess.run(command, shell=True, cwd=project, check=True)
    assert Pulumi("small", project, environment).export() == whole


def test_an_up_does_not_begin_where_the_disk_of_the_state_is_full(
    tmp_path: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = clone(tmp_path / "project")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=5 << 20))
    with pytest.raises(PulumiFailed, match="has 5 MiB free, and an `up` may write 64 MiB: make room first"):
        Pulumi("small", project, environment).up(["**"])
    with pytest.raises(PulumiFailed, match="make room first"):
        Pulumi("small", project, environment).import_file("{}")
