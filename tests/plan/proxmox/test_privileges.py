"""The roles are enough for every lab, and hold no more than the program ever needs."""

import pytest

from plan.proxmox.privileges import ROLES, Need, commands, needs
from rehearsal.proxmox import PRIVILEGES
from tests.plan.labs import ROOT, plan_of

LABS = ("prod", "small", "every_kind")


@pytest.mark.parametrize("lab", LABS)
def test_every_need_is_brought_by_a_role(lab: str) -> None:
    for need in needs(plan_of(lab)):
        role, path = need.grant
        assert need.privilege in ROLES[role].privileges
        assert path == "/" or need.path == path or need.path.startswith(f"{path}/")


def test_every_privilege_of_a_role_is_needed_somewhere() -> None:
    needed = {need.privilege for lab in LABS for need in needs(plan_of(lab))}
    assert {privilege for role in ROLES.values() for privilege in role.privileges} == needed


def test_proxmox_9_knows_all_of_them() -> None:
    assert {privilege for role in ROLES.values() for privilege in role.privileges} <= set(PRIVILEGES)


def test_a_role_on_a_deeper_path_says_again_what_may_be_read_there() -> None:
    for role in ROLES.values():
        kinds = {privilege.partition(".")[0] for privilege in role.privileges} - {"Sys"}
        readable = {each for each in ROLES["HomelabRead"].privileges if each.partition(".")[0] in kinds}
        assert readable <= set(role.privileges)


def test_changing_a_host_is_inherited_by_nothing() -> None:
    assert ROLES["HomelabHost"] == ROLES["HomelabHost"]._replace(path="/", propagate=False)


def test_an_adopted_machine_needs_no_privilege_to_create() -> None:
    privileges = {need.privilege for need in needs(plan_of("prod"))}
    assert privileges.isdisjoint({"VM.Allocate", "VM.Clone", "VM.PowerMgmt", "Datastore.Allocate", "Mapping.Modify"})


@pytest.mark.parametrize(
    ("path", "privilege", "grant"),
    [
        ("/vms/202", "VM.Audit", ("HomelabMachines", "/vms")),
        ("/nodes/pve", "Sys.Audit", ("HomelabRead", "/")),
        ("/storage/fast", "Datastore.AllocateSpace", ("HomelabDisks", "/storage")),
        ("/storage/local", "Datastore.Allocate", ("HomelabFiles", "/storage/local")),
        ("/storage/files", "Datastore.Allocate", ("HomelabFiles", "/storage/files")),
    ],
)
def test_a_role_is_named_with_the_path_that_it_belongs_on(path: str, privilege: str, grant: tuple[str, str]) -> None:
    assert Need(path, privilege, "").grant == grant


def test_the_documentation_has_the_commands() -> None:
    page = (ROOT / "docs" / "preflight.md").read_text(encoding="utf-8")
    assert "\n".join(commands()) in page.replace("\\\n  ", "")
