"""The command line, in this process, on a lab of its own."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from tests.plan.labs import FOLDERS, change

Homelab = Callable[..., Result]


@pytest.fixture
def homelab() -> Homelab:
    """Runs a command: `homelab("plan", "--lab", "small")`."""
    return lambda *arguments: CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the lab `every_kind`, at `labs/every_kind` from where the user stands."""
    shutil.copytree(FOLDERS["every_kind"], tmp_path / "labs" / "every_kind")
    monkeypatch.chdir(tmp_path)
    return Path("labs") / "every_kind"


@pytest.fixture
def lab_with_an_error(lab: Path) -> Path:
    """The same with one finding of severity error."""
    change(lab, [{"file": "services/sweeper.yaml", "old": "cpu: 10m", "new": "cpu: 1500m"}])
    return lab


@pytest.fixture
def invalid_lab(lab: Path) -> Path:
    """The same with two mistakes."""
    change(lab, [{"file": "services/sweeper.yaml", "old": "tier: aux", "new": "tier: auks"}])
    change(lab, [{"file": "services/queue.yaml", "old": "cpu: 250m", "new": "cpus: 250m"}])
    return lab


def git(*arguments: str) -> None:
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b.example", *arguments], check=True)


@pytest.fixture
def committed(lab: Path) -> Path:
    """The lab, with all of it in git."""
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "All of it")
    return lab


def raise_memory(lab: Path) -> None:
    change(lab, [{"file": "services/door.yaml", "old": "memory: 512Mi", "new": "memory: 640Mi"}])
