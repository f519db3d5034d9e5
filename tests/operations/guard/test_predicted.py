"""Consequences of a change are predicted by the rules of the guard, without Pulumi."""

import shutil
from pathlib import Path

import pytest

from cli.baseline import side_of
from config.load import load_lab
from operations.guard.consequence import Consequence
from operations.guard.predicted import predicted
from plan import make_plan
from plan.changes.comparison import compare
from tests.plan.labs import FOLDERS, change


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the lab with one service of each kind."""
    return Path(shutil.copytree(FOLDERS["every_kind"], tmp_path / "every_kind"))


def consequences(folder: Path, *edits: dict[str, str]) -> dict[str, Consequence]:
    """Consequences of an `up` after some edits, by effect and target."""
    lab = load_lab(folder)
    before = side_of(make_plan(lab), "before")
    change(folder, list(edits))
    lab = load_lab(folder)
    after = side_of(make_plan(lab), "after")
    return {each.name: each for each in predicted(lab, before, after, compare(before, after))}


def edit(file: str, old: str, new: str) -> dict[str, str]:
    return {"file": file, "old": old, "new": new}


def test_another_host_replaces_a_machine(folder: Path) -> None:
    found = consequences(folder, edit("machines.yaml", "  vmid: 202", "  vmid: 212"))
    assert found["REPLACE:worker"].severity == "error"
    assert "vm_id" in found["REPLACE:worker"].causes


def test_what_the_machine_ignores_does_nothing(folder: Path) -> None:
    """An adopted machine's disks are left alone, so that a larger one is a finding and no consequence."""
    found = consequences(folder, edit("machines.yaml", "size: 16Gi", "size: 20Gi"))
    assert found == {}


def test_a_new_image_replaces_pods_one_by_one(folder: Path) -> None:
    found = consequences(folder, edit("services/door.yaml", "door:1.0.0", "door:1.1.0"))
    assert found["ROLLOUT:Deployment/core-door/door"].message == (
        "Its pods are replaced one by one, a new one before an old one goes."
    )


def test_where_the_old_pod_goes_first_the_service_is_away(folder: Path) -> None:
    found = consequences(folder, edit("services/library.yaml", "cpu: 50m\n", "cpu: 60m\n"))
    assert "it is down in between" in found["ROLLOUT:Deployment/aux-library/library"].message


def test_another_storage_class_loses_the_volume(folder: Path) -> None:
    found = consequences(folder, edit("services/photos.yaml", "storage_class: files", "storage_class: block"))
    (loss,) = (each for each in found.values() if each.target.startswith("PersistentVolumeClaim/"))
    assert (loss.effect, loss.severity) == ("REPLACE", "error")
    assert "spec.storageClassName" in loss.causes


def test_a_larger_volume_of_a_statefulset_replaces_it(folder: Path) -> None:
    found = consequences(folder, edit("services/queue.yaml", "size: 10Gi", "size: 20Gi"))
    assert found["REPLACE:StatefulSet/core-queue/queue"].severity == "error"


def test_a_smaller_volume_is_refused(folder: Path) -> None:
    found = consequences(folder, edit("services/library.yaml", "size: 5Gi", "size: 4Gi"))
    assert found["SHRINK:PersistentVolumeClaim/aux-library/library-data"].severity == "error"


def test_another_priority_of_a_tier_is_refused_by_the_api_server(folder: Path) -> None:
    found = consequences(folder, edit("tiers.yaml", "priority: 200000", "priority: 200001"))
    assert found["FAIL:PriorityClass/aux"].causes == ("value",)


def test_a_service_that_goes_takes_what_it_holds(folder: Path) -> None:
    file = folder / "services" / "library.yaml"
    lab = load_lab(folder)
    before = side_of(make_plan(lab), "before")
    file.unlink()
    lab = load_lab(folder)
    after = side_of(make_plan(lab), "after")
    found = {each.name: each for each in predicted(lab, before, after, compare(before, after))}
    assert found["DELETE:PersistentVolumeClaim/aux-library/library-data"].severity == "error"
    assert found["DELETE:Namespace/aux-library"].severity == "error"


def test_a_new_service_damages_nothing(folder: Path) -> None:
    text = (folder / "services" / "door.yaml").read_text(encoding="utf-8").replace("host: door", "host: gate")
    lab = load_lab(folder)
    before = side_of(make_plan(lab), "before")
    (folder / "services" / "gate.yaml").write_text(text, encoding="utf-8")
    lab = load_lab(folder)
    after = side_of(make_plan(lab), "after")
    assert [each for each in predicted(lab, before, after, compare(before, after)) if each.severity == "error"] == []


def test_another_address_of_the_control_plane_leads_to_where_nobody_answers(folder: Path) -> None:
    text = (folder / "machines.yaml").read_text(encoding="utf-8")
    address = next(line for line in text.partition("master:")[2].splitlines() if "address:" in line)
    old = address.partition("address: ")[2].partition("}")[0].split(",")[0].strip()
    new = f"{old.rpartition('.')[0]}.99"
    found = consequences(folder, edit("machines.yaml", f"address: {old}", f"address: {new}"))
    moved = found["REDIRECT:master"]
    assert moved.severity == "error"
    assert "where nobody answers" in moved.message
    assert old in moved.message


def test_another_tier_of_a_service_leaves_its_data_behind(folder: Path) -> None:
    found = consequences(folder, edit("services/library.yaml", "tier: aux", "tier: core"))
    empty = found["START-EMPTY:PersistentVolumeClaim/core-library/library-data"]
    assert "the data stays in PersistentVolumeClaim/aux-library/library-data" in empty.message


def test_another_api_of_a_host_gets_its_token(folder: Path) -> None:
    host = "    address: 10.0.20.2\n"
    assert (folder / "site.yaml").read_text(encoding="utf-8").count(host) == 1
    found = consequences(folder, edit("site.yaml", host, f"{host}    endpoint: https://elsewhere.example:8006/\n"))
    (there,) = found.values()
    assert (there.effect, there.severity, there.causes) == ("REDIRECT", "error", ("endpoint",))
    assert "https://elsewhere.example:8006/" in there.message


def test_snippets_for_another_address_of_a_host_go_there(folder: Path) -> None:
    found = consequences(folder, edit("site.yaml", "address: 10.0.20.2", "address: 10.0.20.66"))
    (there,) = (each for each in found.values() if each.effect == "REDIRECT")
    assert (there.severity, there.causes) == ("error", ("ssh.node",))


def test_another_port_of_ssh_is_another_way_to_the_same_host(folder: Path) -> None:
    host = "    address: 10.0.20.2\n"
    found = consequences(folder, edit("site.yaml", host, f"{host}    ssh_port: 2222\n"))
    assert [(each.effect, each.severity) for each in found.values()] == [("UPDATE", "info")]


LEFT = edit("services/door.yaml", "expose:", "ignore: [image]\nexpose:")


def test_a_field_that_something_else_owns_is_left_alone(folder: Path) -> None:
    change(folder, [LEFT])
    found = consequences(folder, edit("services/door.yaml", "door:1.0.0", "door:1.1.0"))
    assert [*found] == ["DRIFT:Deployment/core-door/door"]
    told = found["DRIFT:Deployment/core-door/door"]
    assert (told.severity, told.message) == ("info", "Something else owns this: what runs stays as it is.")


def test_a_field_that_is_the_labs_again_is_told(folder: Path) -> None:
    """The engine compares what it wrote with what it would write: no preview shows that something else runs."""
    change(folder, [LEFT])
    found = consequences(folder, edit("services/door.yaml", "ignore: [image]\n", ""))
    assert [*found] == ["DRIFT:Deployment/core-door/door"]
    told = found["DRIFT:Deployment/core-door/door"]
    assert told.severity == "warning"
    assert "spec.template.spec.containers.image" in told.causes
