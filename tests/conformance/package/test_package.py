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
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([UV, "build", "--quiet", "--wheel", "--out-dir", folder, ROOT], check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module", params=["pip", "tool"])
def installed(request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of a new environment, into which the wheel was installed: by `uv pip` with the hashes
    of the lock file, and by `uv tool install` with its versions."""
    folder = tmp_path_factory.mktemp(request.param)
    requirements = ROOT / "requirements.txt"
    if request.param == "tool":
        places = {"UV_TOOL_DIR": str(folder), "UV_TOOL_BIN_DIR": str(folder / "bin")}
        command = [UV, "tool", "install", "--quiet", "--constraints", requirements, "--python", sys.executable, wheel]
        subprocess.run(command, env=os.environ | places, check=True)
        assert (folder / "bin" / "homelab").exists()
        return folder / "homelab" / "bin"
    venv.create(folder, symlinks=True)
    install = [UV, "pip", "install", "--quiet", "--python", folder / "bin" / "python"]
    subprocess.run([*install, "--require-hashes", "--requirement", requirements], check=True)
    subprocess.run([*install, "--no-deps", wheel], check=True)
    return folder / "bin"


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


def test_preflight_asks_the_proxmox_that_the_project_names(installed: Path, tmp_path: Path) -> None:
    homelab(installed, tmp_path, "new", "project", "house")
    stack = tmp_path / "house" / "Pulumi.house.yaml"
    stack.write_text(stack.read_text(encoding="utf-8").replace("192.168.1.10:8006", "127.0.0.1:9"), encoding="utf-8")
    token = {"PROXMOX_VE_API_TOKEN": "user@pam!name=00000000-0000-0000-0000-000000000000"}
    for where, lab in ((tmp_path / "house", "labs/house"), (tmp_path, "house/labs/house")):
        asked = homelab(installed, where, "preflight", "--lab", lab, **token)
        assert (asked.returncode, "127.0.0.1:9" in asked.stderr) == (1, True), asked.stdout + asked.stderr


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
