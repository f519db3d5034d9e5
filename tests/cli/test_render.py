"""`homelab render`."""

import json
from pathlib import Path

import pytest
import yaml

import cli.rendering
from tests.cli.conftest import Homelab
from tests.plan.labs import change, objects, plan_of


def files(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


def test_every_manifest_machine_and_release_is_a_file(lab: Path, homelab: Homelab, tmp_path: Path) -> None:
    result = homelab("render", tmp_path / "out", "--lab", lab)
    assert result.exit_code == 0
    plan = plan_of("every_kind")
    documents = [yaml.safe_load((tmp_path / "out" / name).read_text()) for name in files(tmp_path / "out")]
    rendered = {repr(document) for document in documents}
    for manifest in plan.manifests:
        assert repr(json.loads(json.dumps(manifest))) in rendered
    assert f"{len(documents) - 1} files in " in result.stdout
    machine = yaml.safe_load((tmp_path / "out" / "machines" / "router.yaml").read_text())
    assert machine["import"] == "pve/100"
    assert "disks" in machine["ignoreChanges"]
    release = yaml.safe_load((tmp_path / "out" / "namespaces/core-traefik/traefik/release.yaml").read_text())
    assert (release["chart"], release["version"]) == ("oci://registry.example/charts/traefik", "40.2.0")
    assert len(objects(plan, "Namespace")) == sum(name.endswith("/namespace.yaml") for name in files(tmp_path / "out"))


def test_rendering_again_changes_nothing(lab: Path, homelab: Homelab, tmp_path: Path) -> None:
    def content() -> dict[str, str]:
        return {name: (tmp_path / "out" / name).read_text() for name in files(tmp_path / "out")}

    homelab("render", tmp_path / "out", "--lab", lab)
    before = content()
    assert homelab("render", tmp_path / "out", "--lab", lab).exit_code == 0
    assert content() == before


def test_what_is_no_longer_planned_is_removed(lab: Path, homelab: Homelab, tmp_path: Path) -> None:
    homelab("render", tmp_path / "out", "--lab", lab)
    (tmp_path / "out" / "README.md").write_text("mine")
    (lab / "services" / "sweeper.yaml").unlink()
    assert homelab("render", tmp_path / "out", "--lab", lab).exit_code == 0
    assert not (tmp_path / "out" / "namespaces" / "aux-sweeper").exists()
    assert (tmp_path / "out" / "namespaces" / "aux-photos").is_dir()
    assert (tmp_path / "out" / "README.md").read_text() == "mine"


def test_a_folder_with_other_things_in_it_is_left_alone(lab: Path, homelab: Homelab, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("years of work")
    result = homelab("render", tmp_path / "other", "--lab", lab)
    assert result.exit_code == 2
    assert "is not empty and was not rendered before" in result.stderr
    assert files(tmp_path / "other") == {"thesis.txt"}


def test_a_file_is_no_folder(lab: Path, homelab: Homelab, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    result = homelab("render", tmp_path / "thesis.txt", "--lab", lab)
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_an_invalid_lab_is_not_rendered(invalid_lab: Path, homelab: Homelab, tmp_path: Path) -> None:
    result = homelab("render", tmp_path / "out", "--lab", invalid_lab)
    assert result.exit_code == 2
    assert "services.sweeper.tier" in result.stdout
    assert not (tmp_path / "out").exists()


def test_a_lab_with_errors_is_rendered_and_says_so(lab_with_an_error: Path, homelab: Homelab, tmp_path: Path) -> None:
    result = homelab("render", tmp_path / "out", "--lab", lab_with_an_error)
    assert result.exit_code == 1
    assert (tmp_path / "out" / "namespaces" / "aux-sweeper" / "namespace.yaml").is_file()


def test_programs_get_the_files_as_json(lab: Path, homelab: Homelab, tmp_path: Path) -> None:
    answer = json.loads(homelab("render", tmp_path / "out", "--lab", lab, "--format", "json").stdout)
    assert answer["folder"] == str(tmp_path / "out")
    assert set(answer["files"]) | {".rendered-by-homelab"} == files(tmp_path / "out")


def test_texts_of_several_lines_are_readable(lab: Path, homelab: Homelab, tmp_path: Path) -> None:
    change(lab, [{"file": "services/photos.yaml", "old": "    title: Photos", "new": "    title: 'Photos: Ü'"}])
    homelab("render", tmp_path / "out", "--lab", lab)
    text = (tmp_path / "out" / "namespaces/aux-photos/photos/configmap-photos-files.yaml").read_text()
    assert ": |\n    title: 'Photos: Ü'\n    albums: true\n" in text


@pytest.mark.parametrize("lab", ["prod", "small"])
def test_the_labs_of_this_repository_are_rendered(lab: str, homelab: Homelab, tmp_path: Path) -> None:
    assert homelab("render", tmp_path / "out", "--lab", lab).exit_code == 0
    assert (tmp_path / "out" / "cluster" / "kubelet-configuration.yaml").is_file()


def test_a_list_that_leads_out_of_the_folder_deletes_nothing(tmp_path: Path, homelab: Homelab) -> None:
    outside = tmp_path / "mine.txt"
    folder = tmp_path / "rendered"
    folder.mkdir()
    for name in ("../mine.txt", str(outside), "a/../../mine.txt"):
        outside.write_text("mine")
        (folder / ".rendered-by-homelab").write_text(f"{name}\n")
        result = homelab("render", "--lab", "small", folder)
        assert (result.exit_code, outside.read_text()) == (2, "mine")
        assert result.stderr == f"homelab: {name!r} leads out of {folder}\n"


def test_nothing_is_written_or_removed_through_a_link(tmp_path: Path, homelab: Homelab) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "mine.yaml").write_text("mine")
    folder = tmp_path / "rendered"
    homelab("render", "--lab", "small", folder)
    listed = folder / ".rendered-by-homelab"
    (folder / "link").symlink_to(outside)
    listed.write_text(f"{listed.read_text()}link/mine.yaml\n")
    result = homelab("render", "--lab", "small", folder)
    assert (result.exit_code, (outside / "mine.yaml").read_text()) == (2, "mine")
    assert "is a link" in result.stderr


def test_a_link_in_the_place_of_a_file_is_replaced(tmp_path: Path, homelab: Homelab) -> None:
    outside = tmp_path / "mine.json"
    outside.write_text("mine")
    folder = tmp_path / "rendered"
    homelab("render", "--lab", "small", folder)
    for name in ("plan.json", ".rendered-by-homelab"):
        content = (folder / name).read_text()
        (folder / name).unlink()
        outside.write_text(content)
        (folder / name).symlink_to(outside)
        assert homelab("render", "--lab", "small", folder).exit_code == 0
        assert not (folder / name).is_symlink()
        assert outside.read_text() == content


def test_what_was_broken_off_is_taken_again(tmp_path: Path, homelab: Homelab, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "rendered"
    write = cli.rendering.write_inside
    left = iter(range(3))

    def write_three(place: Path, name: str, text: str) -> None:
        if next(left, None) is None:
            raise OSError(28, "No space left on device")
        write(place, name, text)

    monkeypatch.setattr(cli.rendering, "write_inside", write_three)
    result = homelab("render", "--lab", "small", folder)
    assert (result.exit_code, result.stderr) == (2, f"homelab: {folder} cannot be written: No space left on device\n")
    monkeypatch.undo()
    assert homelab("render", "--lab", "small", folder).exit_code == 0
