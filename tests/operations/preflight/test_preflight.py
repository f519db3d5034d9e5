"""A healthy host passes; of a broken one, exactly the fault is reported, with the numbers."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.load import load_lab
from config.source import dotted
from operations.clients.ssh import Known
from operations.preflight.host_keys import HostKeys
from operations.preflight.scope import parts_of
from operations.preflight.state import Unread
from operations.preflight.token import check_token
from plan import make_plan
from plan.proxmox.privileges import ROLES, needs
from rehearsal.proxmox import emulator
from tests.operations.preflight.healthy import healthy
from tests.operations.preflight.hosts import ask, changed, checks_on, found, read, without
from tests.plan.codes import codes_made_in
from tests.plan.labs import FOLDERS, change, plan_of

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("lab", ["small", "prod", "every_kind"])
def test_a_healthy_host_passes(lab: str) -> None:
    plan = plan_of(lab)
    checks = checks_on(plan, healthy(plan))
    assert [finding.message for finding in found(checks)] == []
    assert {check.outcome for check in checks} == {"fine"}
    assert all(check.answer for check in checks)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['finding']}: {case['when']}")
def test_what_is_broken_is_found_and_nothing_else(case: dict[str, Any], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDERS[case.get("lab", "every_kind")], tmp_path / "lab"))
    change(folder, case.get("edits", []))
    plan = make_plan(load_lab(folder))
    state = changed(healthy(plan), case.get("host", {}))
    if "lacks" in case:
        without(state, case["lacks"]["path"], case["lacks"]["privilege"])
    for path, privileges in case.get("has", {}).items():
        next(iter(state.tokens.values())).privileges[path] += privileges
    keys = HostKeys(Known(frozenset(case.get("known", ["ssh-ed25519 AAAA"]))), frozenset(["ssh-ed25519 AAAA"]))
    findings = found(checks_on(plan, state, lambda address, port: keys))
    assert sorted(each.code for each in findings) == sorted([case["finding"], *case.get("also", [])])
    finding = next(each for each in findings if each.code == case["finding"])
    assert finding.severity == case["severity"]
    assert dotted(finding.path) == case["path"]
    assert plan.lab.place(finding.path)
    for part in case["says"]:
        assert part in finding.message
    assert finding.fix


def test_there_is_a_case_for_every_finding() -> None:
    assert {case["finding"] for case in CASES} >= codes_made_in("operations.preflight")


def test_a_token_without_privileges_is_told_what_it_lacks_and_passes_nothing_for_checked() -> None:
    plan = plan_of("every_kind")
    state = healthy(plan)
    (token,) = state.tokens.values()
    token.privileges = {}
    checks = checks_on(plan, state)
    fine = {check.question for check in checks if check.outcome == "fine"}
    assert fine == {"version", "SSH key of pve"}
    messages = "\n".join(finding.message for finding in found(checks))
    for privilege in {need.privilege for need in needs(plan)}:
        assert privilege in messages
    assert "memory of pve could not be checked: nodes/pve/status: 403 Permission check failed" in messages


def test_every_privilege_that_is_missing_is_missed() -> None:
    plan = plan_of("every_kind")
    with emulator(healthy(plan)) as proxmox:
        state = read(plan, proxmox)
    assert check_token(plan, state).findings == ()
    for need in needs(plan):
        held = state.privileges[need.path]
        assert not isinstance(held, Unread)
        granted = {each: value for each, value in held.items() if each != need.privilege}
        lacking = state._replace(privileges={**state.privileges, need.path: granted})
        (finding,) = check_token(plan, lacking).findings
        assert f"the token lacks {need.privilege} on {need.path}: needed to {need.purpose}" == finding.message
        assert "--roles Homelab" in finding.fix


@pytest.mark.parametrize("lab", ["small", "prod", "every_kind"])
def test_the_roles_of_the_documentation_are_enough(lab: str) -> None:
    plan = plan_of(lab)
    state = healthy(plan)
    (token,) = state.tokens.values()
    token.privileges = {}
    for role in ROLES.values():
        token.privileges.setdefault(role.path, []).extend(role.privileges)
    assert found(checks_on(plan, state)) == []


def test_running_it_asks_and_writes_nothing() -> None:
    plan = plan_of("every_kind")
    with emulator(healthy(plan)) as proxmox:
        before = proxmox.state.dump()
        ask(plan, proxmox)
        assert proxmox.state.dump() == before
        assert {request.method for request in proxmox.requests} == {"GET"}


@pytest.mark.parametrize("host", ["attic", "cellar"])
def test_each_proxmox_of_a_lab_is_asked_about_its_own_part(host: str) -> None:
    """As if it were the only one: what is elsewhere is neither missed nor in the way."""
    first, second = parts_of(plan_of("every_key"))
    assert (first.host, second.host, second.endpoint) == (None, "cellar", "https://192.168.1.6:8006/")
    plan = (first if host == "attic" else second).plan
    assert [*plan.lab.site.hosts] == [host]
    assert {machine.host for machine in plan.machines} == {host}
    checks = checks_on(plan, healthy(plan))
    assert [finding.message for finding in found(checks)] == []


def test_a_lab_of_one_proxmox_is_one_part() -> None:
    (part,) = parts_of(plan_of("prod"))
    assert part.plan is plan_of("prod")
