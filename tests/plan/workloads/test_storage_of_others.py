"""Storage classes of other drivers, and classes that are there already."""

import shutil
from pathlib import Path

import pytest

from config.load import load_lab
from plan import make_plan
from plan.model import Plan
from tests.plan.labs import FOLDERS, change, name_of, objects


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the lab with one service of each kind."""
    return Path(shutil.copytree(FOLDERS["every_kind"], tmp_path / "every_kind"))


def planned(folder: Path, access: str) -> Plan:
    """The plan of the lab with a service on Longhorn, and with a class that is there already."""
    row = f"longhorn: {{backend: other, provisioner: driver.longhorn.io, access: {access}, description: Longhorn}}"
    change(
        folder,
        [
            {"file": "storage.yaml", "old": "files: {", "new": f"{row}\nfiles: {{existing: true, "},
            {"file": "services/library.yaml", "old": "storage_class: block", "new": "storage_class: longhorn"},
            {"file": "services/library.yaml", "old": "singleton: true\n", "new": ""},
        ],
    )
    return make_plan(load_lab(folder))


def test_a_volume_on_one_node_is_released_before_it_is_mounted_again(folder: Path) -> None:
    plan = planned(folder, "ReadWriteOnce")
    deployment = {name_of(each): each for each in objects(plan, "Deployment")}["aux-library", "library"]
    assert deployment["spec"]["strategy"] == {"type": "Recreate"}
    claim = {name_of(each): each for each in objects(plan, "PersistentVolumeClaim")}["aux-library", "library-data"]
    assert claim["spec"]["storageClassName"] == "longhorn"
    assert claim["spec"]["accessModes"] == ["ReadWriteOnce"]


def test_it_takes_no_slot_and_no_disk_that_the_plan_knows(folder: Path) -> None:
    (library,) = [each for each in planned(folder, "ReadWriteMany").workloads if each.name == "library"]
    assert library.pod.block_volumes == ()
    assert library.surge == 1


def test_it_takes_slots_where_the_lab_says_so_and_a_claim_of_a_chart_too(folder: Path) -> None:
    claims = "    claims: {data: longhorn, logs: files}\n    containers:"
    change(folder, [{"file": "services/cnpg.yaml", "old": "    containers:", "new": claims}])
    plan = planned(folder, "ReadWriteOnce, takes_slots: true")
    slots = {each.name: each.pod.block_volumes for each in plan.workloads}
    assert (slots["library"], slots["cnpg"]) == (("data",), ("data",))


def test_classes_that_are_there_are_not_written(folder: Path) -> None:
    names = {each["metadata"]["name"] for each in objects(planned(folder, "ReadWriteOnce"), "StorageClass")}
    assert names == {"block", "secret"}


def test_pods_go_where_their_volumes_are_in_reach(folder: Path) -> None:
    def zones(stated: str) -> tuple[str, ...]:
        shutil.copytree(FOLDERS["every_kind"], folder, dirs_exist_ok=True)
        plan = planned(folder, f"ReadWriteOnce, zones: {stated}")
        (library,) = [each for each in plan.workloads if each.name == "library"]
        return library.pod.constraints.volume_zones

    assert zones("[east, west]") == ("east", "west")
    assert zones("[]") == ()
