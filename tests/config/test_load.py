"""A folder is a lab, or every error in it is reported."""

import os
import shutil
from pathlib import Path

import pytest

from config.load import InvalidLab, load_lab
from config.quantity import Memory
from config.service import AppService
from config.source import Place, Problem

ROOT = Path(__file__).parents[2]
LABS = ROOT / "tests" / "labs"


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the lab `tiny`, by a relative path."""
    shutil.copytree(LABS / "tiny", tmp_path / "tiny")
    monkeypatch.chdir(tmp_path)
    return Path("tiny")


@pytest.mark.parametrize("folder", ["prod", "small"])
def test_the_labs_of_the_project_are_valid(folder: str) -> None:
    assert load_lab(ROOT / "config" / "labs" / folder).services


def refusals(folder: Path) -> list[str]:
    with pytest.raises(InvalidLab) as raised:
        load_lab(folder)
    return str(raised.value).splitlines()


def test_a_lab_is_read_with_its_places(lab: Path) -> None:
    loaded = load_lab(lab)
    notes = loaded.services["notes"]
    assert isinstance(notes, AppService)
    assert notes.memory == Memory.parse("256Mi")
    assert loaded.place(("services", "notes", "memory")) == Place("tiny/services/notes.yaml", 7, 1)
    assert loaded.place(("services", "notes", "env")) == Place("tiny/services/notes.yaml", 1, 1)


def test_the_lab_is_named_by_its_folder(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(lab)
    assert load_lab(Path()).name == "tiny"


def test_groups_and_storage_classes_may_be_left_out(lab: Path) -> None:
    (lab / "groups.yaml").unlink()
    (lab / "storage.yaml").unlink()
    for name in ("mysql", "postgres", "vault", "notes", "door"):
        (lab / "services" / f"{name}.yaml").unlink()
    cluster = (lab / "cluster.yaml").read_text()
    for part in ("  secrets: {operator: external-secrets, vault: vault}\n", ", forward_auth: door"):
        cluster = cluster.replace(part, "")
    (lab / "cluster.yaml").write_text(cluster)
    (lab / "services" / "painter.yaml").write_text(
        (lab / "services" / "painter.yaml").read_text().replace("{host: painter}", "{host: painter, auth: app}")
    )
    loaded = load_lab(lab)
    assert (loaded.groups, loaded.storage_classes) == ({}, {})


def test_a_folder_that_is_missing_is_told_its_neighbour(lab: Path) -> None:
    assert refusals(Path("tny")) == ["tny:1:1: there is no such folder; did you mean 'tiny'?"]


def test_a_folder_that_is_a_file_cannot_be_read(lab: Path) -> None:
    assert refusals(lab / "site.yaml") == [
        "tiny/site.yaml:1:1: cannot be read: it, or a part of its path, is a file and no folder"
    ]


def test_a_folder_whose_name_is_no_name_cannot_be_read() -> None:
    assert refusals(Path("a\0b")) == ["a\\x00b:1:1: cannot be read: embedded null byte"]
    assert refusals(Path("a" * 300)) == [f"{'a' * 300}:1:1: cannot be read: File name too long"]


def test_an_empty_folder_is_no_lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    needed = "site.yaml, networks.yaml, machines.yaml, cluster.yaml, tiers.yaml"
    assert refusals(Path("empty")) == [f"empty:1:1: is no lab: none of {needed} is in it"]


def test_a_file_that_is_a_folder_cannot_be_read(lab: Path) -> None:
    (lab / "tiers.yaml").unlink()
    (lab / "tiers.yaml").mkdir()
    assert refusals(lab) == ["tiny/tiers.yaml:1:1: tiers: cannot be read: it is a folder"]


def test_a_link_to_nothing_cannot_be_read(lab: Path) -> None:
    (lab / "services" / "gone.yaml").symlink_to("nowhere")
    expected = "tiny/services/gone.yaml:1:1: services.gone: cannot be read: No such file or directory"
    assert refusals(lab) == [expected]


def test_services_that_are_a_file_cannot_be_read(lab: Path) -> None:
    shutil.rmtree(lab / "services")
    (lab / "services").write_text("")
    assert "tiny/services:1:1: cannot be read: it, or a part of its path, is a file and no folder" in refusals(lab)


def test_a_file_without_permission_cannot_be_read(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = os.open

    def refuse(file: str, flags: int) -> int:
        if Path(file).name == "site.yaml":
            raise PermissionError(13, "Permission denied")
        return opened(file, flags)

    monkeypatch.setattr(os, "open", refuse)
    assert refusals(lab) == ["tiny/site.yaml:1:1: site: cannot be read: Permission denied"]


def test_hidden_files_and_a_readme_are_no_part_of_a_lab(lab: Path) -> None:
    for name in (".DS_Store", "README.md", "services/.notes.yaml.swp"):
        (lab / name).write_text("not for the loader")
    assert load_lab(lab).name == "tiny"


def test_the_name_of_a_file_does_not_break_the_line(lab: Path) -> None:
    (lab / "new\nline.yaml").write_text("")
    (lab / "services" / "b\udcffd.yaml").write_text("")
    first, second = refusals(lab)
    assert first.startswith("tiny/new\\nline.yaml:1:1: not part of a lab")
    assert second.startswith("tiny/services/b\\udcffd.yaml:1:1: a service is named by its file")


def test_problems_come_in_the_order_of_files_and_lines(lab: Path) -> None:
    tiers = lab / "tiers.yaml"
    tiers.write_text(tiers.read_text().replace("description", "descripton"))
    places = [line.split(": ")[0] for line in refusals(lab)]
    assert places == sorted(places, key=lambda place: [int(number) for number in place.split(":")[1:]])
    assert len(places) == 6


def test_a_pipe_is_refused_and_not_waited_for(lab: Path) -> None:
    (lab / "groups.yaml").unlink()
    os.mkfifo(lab / "groups.yaml")
    (lab / "services" / "mysql.yaml").unlink()
    os.mkfifo(lab / "services" / "mysql.yaml")
    said = refusals(lab)
    assert "tiny/groups.yaml:1:1: groups: cannot be read: it is a pipe" in said
    assert "tiny/services/mysql.yaml:1:1: services.mysql: cannot be read: it is a pipe" in said


def test_a_device_is_refused_and_not_read(lab: Path) -> None:
    (lab / "tiers.yaml").unlink()
    (lab / "tiers.yaml").symlink_to("/dev/zero")
    assert refusals(lab) == ["tiny/tiers.yaml:1:1: tiers: cannot be read: it is a device"]


def test_a_huge_file_is_refused_and_not_read_whole(lab: Path) -> None:
    with (lab / "tiers.yaml").open("wb") as file:
        file.truncate(100 << 20)
    assert refusals(lab) == ["tiny/tiers.yaml:1:1: tiers: is larger than 4 MiB, the most that is read"]


def test_a_file_of_objects_is_read_as_carefully(lab: Path) -> None:
    folder = lab / "services" / "set"
    folder.mkdir()
    stated = "kind: objects\ntier: core\ndescription: Objects of others\nobjects: [pipe.yaml, zero.yaml, huge.yaml]\n"
    (lab / "services" / "set.yaml").write_text(stated)
    os.mkfifo(folder / "pipe.yaml")
    (folder / "zero.yaml").symlink_to("/dev/zero")
    with (folder / "huge.yaml").open("wb") as file:
        file.truncate(100 << 20)
    said = [each.partition("objects.set.")[2] for each in refusals(lab)]
    assert "pipe.yaml: cannot be read: it is a pipe" in said
    assert "zero.yaml: cannot be read: it is a device" in said
    assert "huge.yaml: is larger than 64 MiB, the most that is read" in said


def test_a_link_that_leads_nowhere_or_in_a_circle_cannot_be_read(lab: Path) -> None:
    for name in ("tiers.yaml", "storage.yaml"):
        (lab / name).unlink()
    (lab / "tiers.yaml").symlink_to("nowhere.yaml")
    (lab / "storage.yaml").symlink_to("storage.yaml")
    assert refusals(lab) == [
        "tiny/storage.yaml:1:1: storage: cannot be read: Too many levels of symbolic links",
        "tiny/tiers.yaml:1:1: tiers: cannot be read: No such file or directory",
    ]


def test_files_that_no_config_map_can_hold_are_refused(lab: Path) -> None:
    file = lab / "services" / "notes.yaml"
    file.write_text(f"{file.read_text()}files:\n  /etc/notes.conf: {'x' * (1 << 20)}\n  /etc/more.conf: more\n")
    said = "1,048,580 bytes in all; a ConfigMap holds 1,048,576. Put them into the image or a volume"
    assert refusals(lab) == [f"tiny/services/notes.yaml:37:1: services.notes.files: {said}"]


def test_a_text_in_a_problem_is_no_command_for_the_runner_of_a_pipeline() -> None:
    problem = Problem(Place("##[error]a.yaml", 1, 1), ("services", "##[b]"), "'##[error]x' is not an absolute path")
    assert "##[" not in str(problem)
