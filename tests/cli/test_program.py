"""The project of a lab is found from its folder, from this checkout, or from where the user stands."""

from pathlib import Path

import pytest
import requests

from cli import program
from cli.program import program_folder
from cli.proxmox import ENDPOINT, TOKEN, proxmox_of
from operations.clients.proxmox import NotAnswered
from operations.new.project import project_files
from tests.plan.labs import ROOT


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A project of one's own."""
    project = tmp_path / "house"
    for file, text in project_files(project, "house"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return project


@pytest.fixture(params=["checkout", "package"])
def program_of(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Whether the program is a checkout, or an installed package."""
    if request.param == "package":
        monkeypatch.setattr(program, "_CHECKOUT", tmp_path / "site-packages")
    return request.param


def _unreachable(*_: object, **__: object) -> None:
    raise requests.ConnectionError("nobody is there")


@pytest.mark.parametrize("where", [".", "labs", "labs/house", ".."])
@pytest.mark.usefixtures("program_of")
def test_the_endpoint_of_a_lab_is_that_of_its_project_wherever_the_user_stands(
    house: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("requests.Session.request", _unreachable)
    monkeypatch.setenv(TOKEN, "user@pam!name=00000000-0000-0000-0000-000000000000")
    monkeypatch.chdir(house / where)
    lab = str(house / "labs" / "house")
    with pytest.raises(NotAnswered, match=r"192\.168\.1\.10"):
        proxmox_of(lab, None, None, insecure=False).get("version")
    assert program_folder(lab) == house


def test_a_stack_file_of_another_lab_with_the_same_name_says_nothing(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(house)
    with pytest.raises(NotAnswered, match=rf"set {ENDPOINT} or homelab:proxmoxEndpoint in Pulumi\.house\.yaml"):
        proxmox_of("elsewhere/house", None, None, insecure=False)


def test_a_lab_of_this_checkout_keeps_its_project_in_the_folder_of_another(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(house)
    assert program_folder("small") == ROOT
    assert program_folder() == ROOT


def test_an_installed_package_takes_the_project_that_the_user_stands_in(
    house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "_CHECKOUT", tmp_path / "site-packages")
    monkeypatch.chdir(house / "labs")
    assert program_folder() == house
    monkeypatch.chdir(tmp_path)
    assert program_folder() == tmp_path
