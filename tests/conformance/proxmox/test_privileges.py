"""A token with the recommended roles is enough for the real provider, and so is one with what a plan says it needs."""

from pathlib import Path

import pytest

from plan.model import Plan
from plan.proxmox.privileges import ROLES, needs
from rehearsal.proxmox import Token, emulator
from tests.conformance.proxmox.conftest import host_for
from tests.conformance.proxmox.resources import MACHINE, everything
from tests.conformance.proxmox.terraform import Terraform
from tests.plan.labs import plan_of

SECRET = "00000000-0000-4000-8000-000000000001"


def with_roles(plan: Plan) -> Token:
    """The recommended roles, whatever the plan."""
    token = Token(secret=SECRET, privileges={})
    for role in ROLES.values():
        granted = token.privileges if role.propagate else token.privileges_here
        granted.setdefault(role.path, []).extend(role.privileges)
    return token


def with_needs(plan: Plan) -> Token:
    """Each privilege that the plan says it needs, on its path, and nothing else."""
    token = Token(secret=SECRET, privileges={})
    for need in needs(plan):
        token.privileges_here.setdefault(need.path, []).append(need.privilege)
    return token


@pytest.mark.parametrize("grant", [with_roles, with_needs])
@pytest.mark.parametrize("lab", ["small", "prod"])
def test_a_lab_is_created_with_no_more_than_this(lab: str, grant, environment: dict[str, str], tmp_path: Path) -> None:
    plan = plan_of(lab, adopt=False)
    state = host_for(plan)
    state.tokens["homelab@pve!least"] = grant(plan)
    resources = everything(plan)
    for mapping in resources.get("proxmox_virtual_environment_hardware_mapping_pci", {}).values():
        mapping["map"] = [location | {"iommu_group": 34} for location in mapping["map"]]
    with emulator(state) as proxmox:
        terraform = Terraform(tmp_path, environment, proxmox)
        terraform.declare(resources)
        terraform.must_apply()
        refused = [(each.path, each.answer) for each in proxmox.requests if each.status == 403]
        assert refused == []
        assert len(terraform.addresses()) == sum(map(len, resources.values()))
        assert all(state.machines[each.vmid].running for each in plan.machines)
        resources[MACHINE][plan.machines[-1].name]["cpu"]["cores"] += 1
        terraform.declare(resources)
        terraform.must_apply()
