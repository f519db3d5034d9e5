"""`homelab new`."""

import json
from pathlib import Path

import pytest

from config.load import load_lab
from tests.cli.conftest import Homelab
from tests.plan.labs import ROOT

SERVICE = ("new", "service", "chef", "--tier", "aux", "--image", "mpepping/cyberchef:v9.55.0", "--port", "8000")


def test_a_service_is_written_and_planned(lab: Path, homelab: Homelab) -> None:
    result = homelab(*SERVICE, "--host", "chef", "--lab", lab)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[0] == "wrote labs/every_kind/services/chef.yaml"
    assert result.stdout.splitlines()[-1].startswith("It fits, by estimate: no errors")
    service = load_lab(lab).services["chef"]
    assert (service.tier, service.description) == ("aux", "chef")
    first = (lab / "services" / "chef.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "kind: app", "a schema is named where there is none above the lab"


def test_a_service_that_is_there_is_not_overwritten(lab: Path, homelab: Homelab) -> None:
    before = (lab / "services" / "queue.yaml").read_bytes()
    result = homelab("new", "service", "queue", "--tier", "aux", "--image", "a:1", "--lab", lab)
    assert result.exit_code == 2
    assert "has a service 'queue' already: labs/every_kind/services/queue.yaml" in result.stderr
    assert (lab / "services" / "queue.yaml").read_bytes() == before


def test_a_lab_that_does_not_load_with_it_stays_as_it_was(lab: Path, homelab: Homelab) -> None:
    command = ("new", "service", "chef", "--tier", "aux", "--image", "a:1", "--port", "80", "--host", "no host")
    result = homelab(*command, "--lab", lab)
    assert result.exit_code == 2
    assert "is not a valid lab" in result.output
    assert not (lab / "services" / "chef.yaml").exists()


def test_a_tier_that_is_not_known_is_suggested(lab: Path, homelab: Homelab) -> None:
    result = homelab("new", "service", "chef", "--tier", "auxx", "--image", "a:1", "--lab", lab)
    assert (result.exit_code, "there is no tier 'auxx'; did you mean 'aux'?" in result.stderr) == (2, True)


def test_without_a_terminal_nothing_is_asked(lab: Path, homelab: Homelab) -> None:
    result = homelab("new", "service", "chef", "--lab", lab)
    assert result.exit_code == 2
    assert result.stderr.startswith("homelab: say the tier (")


def test_a_machine_is_one_line_and_an_error_of_the_lab_is_told(homelab: Homelab, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    assert homelab("new", "lab", folder).exit_code == 0
    before = (folder / "machines.yaml").read_text(encoding="utf-8")
    result = homelab("new", "machine", "worker2", "--shape", "worker", "--lab", f"{folder}/")
    assert (folder / "machines.yaml").read_text(encoding="utf-8") == f"{before}worker2: {{shape: worker}}\n"
    assert result.exit_code == 1
    assert "error HOST-MEMORY-OVERCOMMITTED" in result.stdout
    assert "Do not apply this: 1 error" in result.stdout.splitlines()[-1]


def test_a_lab_of_ones_own_fits(tmp_path: Path, homelab: Homelab) -> None:
    folder = tmp_path / "labs" / "mine"
    result = homelab("new", "lab", folder, "--format", "json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["counts"]["error"] == 0
    for file in folder.rglob("*.yaml"):
        first = file.read_text(encoding="utf-8").splitlines()[0]
        assert (file.parent / first.partition("$schema=")[2]).resolve().is_file()
    assert homelab("plan", "--lab", f"{folder}/").exit_code == 0
    again = homelab("new", "lab", folder)
    assert (again.exit_code, "exists and is not empty" in again.stderr) == (2, True)


@pytest.mark.parametrize("arguments", [("project", "house", "--lab", "flat"), ("lab", "house/labs/flat")])
def test_what_is_written_names_nothing_outside_of_it_and_is_called_by_its_own_name(
    tmp_path: Path, homelab: Homelab, arguments: tuple[str, ...]
) -> None:
    command, folder, *options = arguments
    assert homelab("new", command, tmp_path / folder, *options).exit_code == 0
    lab = tmp_path / "house" / "labs" / "flat"
    for file in lab.rglob("*.yaml"):
        first = file.read_text(encoding="utf-8").splitlines()[0]
        schema = (file.parent / first.partition("$schema=")[2]).resolve()
        assert schema.is_file()
        assert schema.is_relative_to(tmp_path.resolve())
    assert load_lab(lab).cluster.name == "flat"
    assert homelab(*SERVICE[:4], "hobby", *SERVICE[5:], "--lab", f"{lab}/").exit_code == 0
    first = (lab / "services" / "chef.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert (lab / "services" / first.partition("$schema=")[2]).resolve().is_relative_to(tmp_path.resolve())


@pytest.mark.parametrize(
    "command",
    [("new", "lab"), ("new", "project"), ("adopt", "cluster", "--dump", str(ROOT / "tests/dumps/shed"), "--lab")],
)
def test_what_a_run_left_that_was_killed_while_it_wrote_a_new_lab_is_no_lab(
    command: tuple[str, ...], tmp_path: Path, homelab: Homelab
) -> None:
    folder = tmp_path / "lab"
    (folder / "services").mkdir(parents=True)
    for name in (".site.yaml.new", "services/.wiki.yaml.new"):
        (folder / name).write_text("name: half", encoding="utf-8")
    result = homelab(*command, folder)
    assert result.exit_code < 2, result.output
    assert len(list(folder.rglob("*.yaml"))) > 5


@pytest.mark.parametrize("name", ["notes.new", ".hidden", "services/wiki.yaml", "link.new"])
def test_what_somebody_else_wrote_is_not_written_beside(name: str, tmp_path: Path, homelab: Homelab) -> None:
    folder = tmp_path / "lab"
    (folder / "services").mkdir(parents=True)
    (folder / name).symlink_to("/nowhere") if name == "link.new" else (folder / name).write_text("mine")
    assert "is not empty" in homelab("new", "lab", folder).stderr


@pytest.mark.parametrize("name", [".hidden", "..", "../x", "/x", "a/b", "a b", "Chef"])
def test_a_name_that_no_service_and_no_machine_can_have_is_refused(lab: Path, homelab: Homelab, name: str) -> None:
    before = {file: file.read_bytes() for file in lab.rglob("*") if file.is_file()}
    for command in (("service", name, "--tier", "aux", "--image", "a:1"), ("machine", name)):
        result = homelab("new", *command, "--lab", lab)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "is not a name: lower-case letters" in result.stderr
    assert {file: file.read_bytes() for file in lab.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize("name", ["..", "a/b", "a b", "/x", ""])
def test_a_project_has_a_lab_that_pulumi_can_name(tmp_path: Path, homelab: Homelab, name: str) -> None:
    result = homelab("new", "project", tmp_path / "mine", "--lab", name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "a stack has letters" in result.stderr
    assert not [*tmp_path.iterdir()]
