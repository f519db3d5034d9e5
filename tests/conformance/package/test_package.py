"""The installed package, without a checkout: a project of one's own is written, planned and declared."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.plan.labs import ROOT

UV = Path(sys.executable).parent / "uv"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of a new environment, into which the wheel of this checkout was installed."""
    folder = tmp_path_factory.mktemp("package")
    subprocess.run([UV, "build", "--quiet", "--wheel", "--out-dir", folder, ROOT], check=True)
    venv.create(folder / "venv", symlinks=True)
    python = folder / "venv" / "bin" / "python"
    requirements = ["--require-hashes", "--requirement", ROOT / "requirements.txt"]
    subprocess.run([UV, "pip", "install", "--quiet", "--python", python, *requirements], check=True)
    (wheel,) = folder.glob("*.whl")
    subprocess.run([UV, "pip", "install", "--quiet", "--python", python, "--no-deps", wheel], check=True)
    return python.parent


def homelab(installed: Path, where: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"COLUMNS": "140"} | variables
    command = [installed / "homelab", *arguments]
    return subprocess.run(command, cwd=where, env=environment, capture_output=True, text=True, check=False)


def test_a_project_of_ones_own_is_written_and_planned(installed: Path, tmp_path: Path) -> None:
    written = homelab(installed, tmp_path, "new", "project", "house")
    assert written.returncode == 0, written.stdout + written.stderr
    project = tmp_path / "house"
    assert (project / "Pulumi.house.yaml").is_file()
    planned = homelab(installed, project, "plan", "--lab", "labs/house")
    assert (planned.returncode, "It fits" in planned.stdout) == (0, True)
    again = homelab(installed, tmp_path, "new", "project", "house")
    assert (again.returncode, "exists and is not empty" in again.stderr) == (2, True)


DECLARED = """
import runpy, sys, components, pulumi

class Mocks(pulumi.runtime.Mocks):
    made = []
    def new_resource(self, args):
        self.made.append(args.typ)
        return f"{args.name}-id", dict(args.inputs)
    def call(self, args):
        return {}

pulumi.runtime.set_mocks(Mocks(), project="homelab", stack="house", preview=True)
pulumi.runtime.set_all_config({
    "homelab:lab": "labs/house",
    "homelab:proxmoxEndpoint": "https://127.0.0.1:9/",
    "homelab:proxmoxApiToken": "user@pam!name=00000000-0000-0000-0000-000000000000",
})
assert "site-packages" in components.__file__, components.__file__

@pulumi.runtime.test
def declare():
    runpy.run_path(".", run_name="__main__")

declare()
print(sum(not each.startswith("homelab:") for each in Mocks.made))
"""
"""Runs the project's program as the engine would, and counts what it declares."""


def test_the_program_in_the_package_declares_the_lab(installed: Path, tmp_path: Path) -> None:
    homelab(installed, tmp_path, "new", "project", "house")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [installed / "python", "-c", DECLARED],
        cwd=tmp_path / "house",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) > 30
