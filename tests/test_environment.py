"""The set-up keeps what is there as long as it can be used, and never takes away what cannot be recreated."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import environment

FILES = ("requirements-uv.txt", "requirements.txt", "requirements-dev.txt", "requirements-docs.txt", "pyproject.toml")
Build = Callable[[Path, Path, str], None]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    root = tmp_path / "clone"
    root.mkdir()
    for name in FILES:
        (root / name).write_text(name)
    return root


def builder(built: list[str]) -> Build:
    """Makes an environment whose Python runs this one, and which holds a script like pip's."""

    def build(root: Path, new: Path, level: str) -> None:
        built.append(level)
        (new / "bin").mkdir(parents=True)
        python = new / "bin" / "python"
        python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        python.chmod(0o755)
        (new / "bin" / "homelab").write_text(f"#!{python}\n")
        (new / "pyvenv.cfg").write_text(f"command = {new}\n")

    return build


def offline(root: Path, new: Path, level: str) -> None:
    (new / "bin").mkdir(parents=True)
    raise subprocess.CalledProcessError(1, ["uv", "pip", "install"])


def test_what_is_there_is_kept_when_only_times_changed(clone: Path) -> None:
    built: list[str] = []
    assert environment.set_up(clone, "runtime", builder(built)) == 0
    for name in FILES:
        os.utime(clone / name)
    assert environment.set_up(clone, "runtime", builder(built)) == 0
    assert built == ["runtime"]


def test_scripts_name_the_place_that_the_environment_took(clone: Path) -> None:
    environment.set_up(clone, "runtime", builder([]))
    assert (clone / ".venv" / "bin" / "homelab").read_text() == f"#!{clone}/.venv/bin/python\n"
    assert (clone / ".venv" / "pyvenv.cfg").read_text() == f"command = {clone}/.venv\n"
    assert sorted(each.name for each in clone.iterdir() if each.is_dir()) == [".venv"]


def test_another_level_is_added_and_never_taken_away(clone: Path) -> None:
    built: list[str] = []
    for level in ("runtime", "development", "runtime"):
        environment.set_up(clone, level, builder(built))
    (clone / "requirements-dev.txt").write_text("more")
    environment.set_up(clone, "runtime", builder(built))
    assert built == ["runtime", "development", "development"]


def test_offline_what_is_there_goes_on(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environment.set_up(clone, "runtime", builder([]))
    (clone / "requirements.txt").write_text("newer")
    assert environment.set_up(clone, "runtime", offline) == 0
    assert "going on with the .venv that is there" in capsys.readouterr().err
    assert (clone / ".venv" / "bin" / "python").is_file()
    assert not (clone / ".venv.new").exists()


def test_offline_a_level_that_is_not_there_fails_and_keeps_what_is(clone: Path) -> None:
    environment.set_up(clone, "runtime", builder([]))
    assert environment.set_up(clone, "development", offline) == 1
    assert (clone / ".venv" / "bin" / "python").is_file()
    assert environment.set_up(clone, "runtime", offline) == 0


def test_offline_a_fresh_clone_fails_in_a_sentence(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert environment.set_up(clone, "runtime", offline) == 1
    assert capsys.readouterr().err.startswith("make: cannot be set up: ")


def test_a_copy_gets_an_environment_of_its_own(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    built: list[str] = []
    environment.set_up(clone, "runtime", builder(built))
    copy = clone.with_name("copy")
    shutil.copytree(clone, copy)
    assert environment.set_up(copy, "runtime", builder(built)) == 0
    assert f"this one belongs to {clone}" in capsys.readouterr().out
    assert json.loads((copy / ".venv" / "set-up.json").read_text())["folder"] == str(copy)


def test_another_python_is_taken_when_it_is_asked_for(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    built: list[str] = []
    environment.set_up(clone, "runtime", builder(built))
    environment.set_up(clone, "runtime", builder(built), "3.99")
    assert "and wanted is 3.99" in capsys.readouterr().out
    assert len(built) == 2


def test_a_python_that_is_gone_is_replaced(clone: Path) -> None:
    built: list[str] = []
    environment.set_up(clone, "runtime", builder(built))
    (clone / ".venv" / "bin" / "python").write_text("#!/nowhere/python\n")
    assert environment.set_up(clone, "runtime", builder(built)) == 0
    assert len(built) == 2


def test_an_environment_that_is_shared_by_a_link_is_left_alone(clone: Path) -> None:
    built: list[str] = []
    environment.set_up(clone, "runtime", builder(built))
    other = clone.with_name("worktree")
    other.mkdir()
    for name in FILES:
        (other / name).write_text("another")
    (other / ".venv").symlink_to(clone / ".venv")
    assert environment.set_up(other, "development", builder(built)) == 0
    assert len(built) == 1


@pytest.fixture
def makefile(tmp_path: Path) -> Path:
    """A clone of which `make` finds the Makefile and a lab, and no Python that could set anything up."""
    (tmp_path / "config" / "labs" / "small").mkdir(parents=True)
    shutil.copy(Path(environment.__file__).with_name("Makefile"), tmp_path)
    return tmp_path


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = ("make", "--no-print-directory", *words, "PYTHON=false")
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_rehearsal_of_a_lab_that_is_not_there_sets_nothing_up(makefile: Path) -> None:
    answer = make(makefile, "rehearse", "LAB=nosuch")
    assert answer.returncode != 0
    assert answer.stdout == "config/labs/nosuch: there is no such folder; known: small\n"


def test_cleaning_says_what_it_leaves_and_keeps_the_state(makefile: Path) -> None:
    for name in (".venv", ".tools", ".pulumi-cli", "state"):
        (makefile / name).mkdir()
    assert make(makefile, "clean").stdout.endswith("Still here: .tools .pulumi-cli; make distclean removes that too\n")
    assert not (makefile / ".venv").exists()
    assert "Still here" not in make(makefile, "distclean").stdout
    assert {each.name for each in makefile.iterdir()} == {"Makefile", "config", "state"}
    assert "Still here" not in make(makefile, "clean").stdout
