"""Consequences of a step for one machine."""

import pytest

from tests.operations.guard.steps import effects, judged, step, update


def test_one_worker_that_restarts_is_a_warning() -> None:
    (restart,) = judged(update("memory.dedicated"))
    assert (restart.name, restart.severity) == ("POWER-CYCLE:k8s-node3", "warning")
    assert "not drained" in restart.message


def test_the_control_plane_alone_is_a_warning_that_says_what_stops() -> None:
    (restart,) = judged(update("cpu.cores", "k8s-master"))
    assert restart.severity == "warning"
    assert "Kubernetes API does not answer" in restart.message


def test_an_appliance_that_restarts_is_a_warning() -> None:
    (restart,) = judged(update("cpu.cores", "pfsense"))
    assert restart.severity == "warning"
    assert "goes through it" in restart.message


def test_a_template_never_restarts() -> None:
    template = {"template": True}
    assert effects(update("cpu.cores", "stranger", old=template, new=template)) == []


def test_where_restarts_are_switched_off_a_change_waits_for_the_next() -> None:
    (update_only,) = judged(update("memory.dedicated", new={"rebootAfterUpdate": False}))
    assert update_only.effect == "UPDATE"
    assert "at its next restart" in update_only.message


def test_how_the_machine_goes_down_is_said() -> None:
    (soft,) = judged(update("cpu.cores", old={"agent": {"enabled": True}}))
    (hard,) = judged(update("cpu.cores", old={"agent": {"enabled": False}}))
    assert "is shut down and started again" in soft.message
    assert "is stopped hard" in hard.message


def test_any_change_of_disks_unmounts() -> None:
    (unmount,) = judged(update("disks[0].speed"))
    assert (unmount.name, unmount.severity) == ("UNMOUNT:k8s-node3", "error")
    assert "every volume that the CSI driver attached" in unmount.message


def test_an_appliance_loses_what_was_attached_by_hand() -> None:
    (unmount,) = judged(update("disks[0].speed", "pfsense"))
    assert "attached by hand" in unmount.message


def test_shrinking_is_named_with_the_sizes() -> None:
    found = judged(
        update(
            "disks[0].size",
            old={"disks": [{"interface": "scsi0", "size": 64}]},
            new={"disks": [{"interface": "scsi0", "size": 32}]},
        )
    )
    assert [each.effect for each in found] == ["UNMOUNT", "SHRINK"]
    assert "scsi0 from 64 to 32 GiB" in found[1].message


def test_a_template_loses_only_a_disk_that_is_taken_away() -> None:
    two = [{"interface": "scsi0", "size": 64}, {"interface": "scsi1", "size": 64}]
    old = {"template": True, "disks": two}
    assert effects(update("disks[0].speed", old=old, new=old)) == []
    assert effects(update("disks[1]", old=old, new=old | {"disks": two[:1]})) == ["UNMOUNT:k8s-node3"]


def test_a_deletion_is_an_error() -> None:
    (deletion,) = judged(step("delete"))
    assert (deletion.name, deletion.severity) == ("DELETE:k8s-node3", "error")


def test_a_deletion_that_only_forgets_is_a_warning_with_what_ends_the_machine() -> None:
    (forgotten,) = judged(step("delete", retainOnDelete=True, outputs={"vmId": 203}))
    assert (forgotten.name, forgotten.severity) == ("FORGET:k8s-node3", "warning")
    assert "`qm set 203 --onboot 0 --protection 0`" in forgotten.message
    assert "`qm destroy 203 --purge`" in forgotten.message


def test_an_imported_machine_is_judged_by_the_update_that_follows() -> None:
    assert effects(step("import", diff=None), update("cpu.cores")) == ["POWER-CYCLE:k8s-node3"]


def test_what_an_update_that_names_no_property_does_is_not_known() -> None:
    (unknown,) = judged(step("update"))
    assert (unknown.name, unknown.severity, unknown.verdict) == ("NOT-KNOWN:k8s-node3", "error", "not known")


@pytest.mark.parametrize("values", ["04da6b54-80e4-46f7-96ec-b56ff0331ba9", None, 0, {}, [], [{}]])
@pytest.mark.parametrize("path", ["disks[0].size", "memory.dedicated", "agent.enabled", "vmId", "hotplug", "template"])
def test_values_that_are_known_later_hide_nothing(path: str, values: object) -> None:
    """The engine writes a marker for what other steps will tell."""
    blocks = dict.fromkeys(("disks", "memory", "agent", "vmId", "template", "started"), values) | {"hotplug": "memory"}
    found = effects(update(path, old=blocks, new=blocks))
    assert found or path == "hotplug"


def test_adopting_a_machine_that_the_program_made_deletes_it_unless_it_is_to_be_forgotten() -> None:
    made = step("replace", importID="pve/203")
    made["oldState"]["importID"] = ""
    (deleted,) = judged(made)
    assert (deleted.name, deleted.severity, deleted.causes) == ("REPLACE:k8s-node3", "error", ("import",))
    made["oldState"]["retainOnDelete"] = True
    (forgotten,) = judged(made)
    assert (forgotten.effect, forgotten.causes) == ("UPDATE", ("import",))
    assert "runs on" in forgotten.message


def test_an_imported_machine_that_is_replaced_is_no_adoption() -> None:
    (replaced,) = judged(step("replace", diff={"vmId": "update-replace"}, importID="pve/203"))
    assert replaced.causes == ("vm_id",)


def test_of_a_machine_that_is_to_be_forgotten_another_one_is_made_beside_it() -> None:
    (replaced,) = judged(step("replace", diff={"vmId": "update-replace"}, retainOnDelete=True))
    assert (replaced.effect, replaced.severity) == ("REPLACE", "error")
    assert "which runs on, and makes another one" in replaced.message


@pytest.mark.parametrize(
    ("before", "after", "passes"), [(False, True, False), (True, False, True), (False, None, True)]
)
def test_a_card_that_begins_to_be_filtered_stops_it_however_coarse_the_path_is(
    before: bool, after: bool, passes: bool
) -> None:
    old, new = ({"networkDevices": [{"bridge": "vmbr0", "firewall": each}]} for each in (before, after))
    found = judged(update("networkDevices", old=old, new=new))
    assert all(each.severity == "info" for each in found) == passes
