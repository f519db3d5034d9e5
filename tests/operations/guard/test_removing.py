"""Taking a worker out of the lab: what the guard says at the steps that docs/machines.md names."""

from pathlib import Path
from typing import Any

from tests.operations.guard.handmade import judged_case
from tests.operations.guard.steps import MACHINE

DOCS = Path(__file__).parents[3] / "docs" / "machines.md"
COMPONENT = "urn:pulumi:lab::homelab::homelab:index:VirtualMachine::worker"
SNIPPET = "proxmoxve:index/fileLegacy:FileLegacy"
TOKEN = "homelab:index:VirtualMachine$homelab:index:JoinToken"


def removal(*, protected: bool) -> dict[str, Any]:
    """The preview of a lab without one of its workers."""
    owned = {"parent": COMPONENT, "protect": protected}
    files = [
        {"op": "delete", "type": SNIPPET, "name": f"lab-worker-{each}.yaml", "state": owned}
        for each in ("user-data", "meta-data")
    ]
    token = [
        {"op": "delete", "owner": "homelab:index:JoinToken", "type": kind, "name": "worker"}
        for kind in (
            "random:index/randomString:RandomString",
            "random:index/randomPassword:RandomPassword",
            "kubernetes:core/v1:Secret",
        )
    ]
    machine = {"op": "delete", "machine": "worker", "state": owned | {"retainOnDelete": True}}
    component = {"op": "delete", "type": "homelab:index:VirtualMachine", "name": "worker", "state": {"custom": False}}
    return {"steps": [*files, machine, *token, component]}


def test_a_protected_machine_and_its_files_stop_the_up() -> None:
    judgement = judged_case(removal(protected=True))
    assert not judgement.passes
    assert {each.target for each in judgement.ending.stops} == {
        "worker",
        "FileLegacy/lab-worker-user-data.yaml",
        "FileLegacy/lab-worker-meta-data.yaml",
    }


def test_once_let_go_of_it_is_forgotten_with_warnings_and_without_an_error() -> None:
    judgement = judged_case(removal(protected=False))
    assert judgement.passes
    warnings = {each.name: each for each in judgement.consequences if each.severity == "warning"}
    assert set(warnings) == {
        "FORGET:worker",
        "DELETE:FileLegacy/lab-worker-user-data.yaml",
        "DELETE:FileLegacy/lab-worker-meta-data.yaml",
    }
    told = warnings["FORGET:worker"].message
    places = [
        told.index(each)
        for each in ("`homelab drain worker`", "`kubectl delete node worker`", "`qm destroy 202 --purge`")
    ]
    assert places == sorted(places)


def test_a_machine_that_is_no_node_needs_no_drain() -> None:
    inputs = {"name": "nas", "vmId": 102, "tags": ["appliance", "homelab"]}
    step = {"op": "delete", "type": MACHINE, "name": "nas", "inputs": inputs, "state": {"retainOnDelete": True}}
    (forgotten,) = judged_case({"steps": [step]}).consequences
    assert "starts with its host: to be rid of it" in forgotten.message
    assert "node" not in forgotten.message


def test_files_of_a_machine_that_stays_are_not_let_go() -> None:
    steps = removal(protected=False)["steps"]
    judgement = judged_case({"steps": [step for step in steps if step.get("machine") is None]})
    assert [each.effect for each in judgement.refused] == ["DELETE", "DELETE"]


def test_the_page_names_what_the_guard_says() -> None:
    page = DOCS.read_text(encoding="utf-8").partition("## Remove one")[2]
    steps = [
        "qm set VMID --onboot 0 --protection 0",
        "pulumi state unprotect URN --yes",
        "FORGET:NODE",
        "qm destroy VMID",
    ]
    places = [page.index(each) for each in steps]
    assert places == sorted(places)
    assert "--allow" not in page.partition("\n## ")[0]
