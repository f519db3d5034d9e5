"""`make pulumi` takes what is there, brings what is not, or says in one sentence why it cannot."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError

import pytest
from pulumi.automation import PulumiCommand

import engine


def script(folder: Path, version: str) -> Path:
    """A command line that tells a version, and does nothing else."""
    folder.mkdir(parents=True)
    file = folder / "pulumi"
    file.write_text(f"#!/bin/sh\necho {version}\n", encoding="utf-8")
    file.chmod(0o755)
    return file


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without pulumi."""
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setattr(engine, "BROUGHT", tmp_path / "brought")
    return tmp_path


def installer(monkeypatch: pytest.MonkeyPatch, install: Callable[[str], None]) -> None:
    """Pulumi's own, but for what it downloads."""
    monkeypatch.setattr(PulumiCommand, "_install_posix", staticmethod(lambda root, version: install(root)))


def test_one_on_path_is_taken(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{script(nowhere / 'bin', 'v3.274.1').parent}{os.pathsep}/bin")
    assert engine.bring() == "pulumi 3.274.1 is on PATH."


def test_one_that_is_too_old_is_not(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{script(nowhere / 'bin', 'v2.0.0').parent}{os.pathsep}/bin")
    installer(monkeypatch, lambda root: script(Path(root) / "bin", "v3.272.0") and None)
    assert "pulumi 3.272.0 is in" in engine.bring()


def test_one_is_brought_and_the_next_time_taken(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{nowhere / 'empty'}{os.pathsep}/bin")
    times: list[str] = []

    def install(root: str) -> None:
        times.append(root)
        script(Path(root) / "bin", "v3.272.0")

    installer(monkeypatch, install)
    assert f'export PATH="$PATH:{nowhere}/brought/bin"' in engine.bring()
    engine.bring()
    assert times == [str(nowhere / "brought")]


@pytest.mark.parametrize("failure", [URLError("no route to host"), subprocess.CalledProcessError(1, ["/bin/sh"])])
def test_where_it_cannot_be_had_one_sentence_says_why(
    failure: Exception, nowhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def install(root: str) -> None:
        raise failure

    installer(monkeypatch, install)
    assert engine.main() == 1
    told = capsys.readouterr().err
    assert told.startswith("pulumi could not be brought (")
    assert "https://www.pulumi.com/docs/install/" in told
    assert told.count("\n") == 1
