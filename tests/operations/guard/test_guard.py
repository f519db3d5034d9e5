"""An `up` is judged as a whole, and only allowed consequences may happen."""

from dataclasses import replace
from typing import Any

import pytest

from operations.guard import UnknownAllowance, judge
from operations.guard.reading.preview import read_preview
from operations.guard.reading.stack import read_stack
from tests.operations.guard.steps import effects, judged, preview_of, recorded, step, update
from tests.plan.labs import lab_of

LAB = lab_of("prod")


@pytest.mark.parametrize(
    ("preview", "refused"),
    [
        ("no-op", ["UNMOUNT:k8s-node2", "UNMOUNT:k8s-node1"]),
        (
            "memory-doubled",
            ["UNMOUNT:k8s-node2", "POWER-CYCLE:k8s-node2", "UNMOUNT:k8s-node1", "POWER-CYCLE:k8s-node1"],
        ),
        ("cloud-init-renamed", ["REPLACE:k8s-node2", "REPLACE:k8s-node1"]),
    ],
)
def test_what_really_happened_is_refused(preview: str, refused: list[str]) -> None:
    judgement = judge(read_preview(recorded(preview)), LAB)
    assert [each.name for each in judgement.refused] == refused
    assert [each.name for each in judgement.consequences if each.severity == "info"] == ["UPDATE:tmpl"]


def test_a_replacement_names_the_property_that_causes_it() -> None:
    judgement = judge(read_preview(recorded("cloud-init-renamed")), LAB)
    assert {each.causes for each in judgement.refused} == {("initialization.user_data_file_id",)}


def test_a_volume_that_the_state_knows_and_the_program_does_not_is_named() -> None:
    preview = read_preview(recorded("no-op"))
    volume = '"pathInDatastore": "vm-9999-pvc-1"'
    text = recorded("stack").replace('"pathInDatastore": "vm-201-disk-0"', volume).replace('"scsi0"', '"scsi7"')
    messages = [each.message for each in judge(preview, LAB, read_stack(text)).refused]
    assert messages
    assert all("That is scsi7 (" in message for message in messages)


def test_nothing_to_do_is_harmless() -> None:
    assert judged(step("same"), step("create"), step("read", "image"), step("refresh", "other")) == []


def test_a_replacement_counts_once_though_its_halves_are_shown() -> None:
    halves = [step("delete-replaced"), step("create-replacement")]
    assert effects(*halves, step("replace", diff={"vmId": "update-replace"})) == ["REPLACE:k8s-node3"]
    assert effects(*halves) == ["REPLACE:k8s-node3"]


def test_one_of_several_control_planes_leaves_the_others() -> None:
    machines = {**LAB.machines, "k8s-master2": LAB.machines["k8s-master"]}
    lab = replace(LAB, machines=machines)
    (restart,) = judge(preview_of(update("cpu.cores", "k8s-master")), lab).consequences
    assert "most of its 2 machines" in restart.message
    assert "does not answer" not in restart.message


def test_two_nodes_that_restart_are_an_error() -> None:
    restarts = judged(update("memory.dedicated", "k8s-node3"), update("cpu.cores", "k8s-master"))
    assert [each.severity for each in restarts] == ["error", "error"]
    assert "takes k8s-master down too" in restarts[0].message


@pytest.mark.parametrize("other", [step("delete", "k8s-node2"), update("started", "k8s-node2", new={"started": False})])
def test_a_restart_beside_a_node_that_goes_away_is_an_error(other: dict[str, Any]) -> None:
    restart = next(each for each in judged(update("cpu.cores"), other) if each.effect == "POWER-CYCLE")
    assert restart.severity == "error"


def test_a_node_and_an_appliance_that_restart_are_warnings() -> None:
    restarts = judged(update("memory.dedicated"), update("cpu.cores", "pfsense"))
    assert [each.severity for each in restarts] == ["warning", "warning"]


def test_a_machine_that_the_lab_does_not_know_is_taken_for_a_node() -> None:
    restarts = judged(update("memory.dedicated"), update("cpu.cores", "stranger"))
    assert [each.severity for each in restarts] == ["error", "error"]


PREVIEW = preview_of(step("delete"), update("disks[0].speed", "k8s-node2"))


def test_what_is_allowed_by_name_may_happen() -> None:
    judgement = judge(PREVIEW, LAB, allow=["DELETE:k8s-node3", "unmount:k8s-node2"])
    assert judgement.refused == ()


def test_the_rest_may_not_happen() -> None:
    judgement = judge(PREVIEW, LAB, allow=["DELETE:k8s-node3"])
    assert [each.name for each in judgement.refused] == ["UNMOUNT:k8s-node2"]


@pytest.mark.parametrize("name", ["DELETE:k8s-node33", "REPLACE:k8s-node3", "k8s-node3", "DELETE:", ":", "*:*", ""])
def test_an_allowance_that_matches_nothing_is_an_error(name: str) -> None:
    with pytest.raises(UnknownAllowance):
        judge(PREVIEW, LAB, allow=["DELETE:k8s-node3", name])


def test_a_typo_in_an_allowance_is_answered_with_what_was_meant() -> None:
    with pytest.raises(UnknownAllowance, match="did you mean 'DELETE:k8s-node3'"):
        judge(PREVIEW, LAB, allow=["DELETE:k8s-nod3"])


def test_where_nothing_does_damage_there_is_nothing_to_allow() -> None:
    with pytest.raises(UnknownAllowance, match="nothing to allow"):
        judge(preview_of(update("tags")), LAB, allow=["UPDATE:k8s-node3"])
