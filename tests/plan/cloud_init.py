"""Read the files for cloud-init."""

import base64
from collections.abc import Mapping
from typing import Any

import yaml

from config.lab import Lab
from config.load import load_lab
from plan import make_plan
from plan.model import Plan, VirtualMachine
from plan.model.placeholders import SECRETS, Secret, filled
from tests.plan.labs import ROOT, plan_of

TOKEN = "123456.1234567890123456"
"""Of digits alone, which YAML would take for a number."""
SECRET_FILE = base64.b64encode(b"-----BEGIN PRIVATE KEY-----\n").decode()
HASH = f"sha256:{'0' * 64}"
EXAMPLES: Mapping[Secret, str] = {
    **dict.fromkeys(SECRETS, SECRET_FILE),
    "join-token": TOKEN,
    "ca-certificate-hash": HASH,
    "encryption-key": base64.b64encode(b"0123456789abcdefghijklmnopqrstuv").decode(),
}
HIGH_AVAILABILITY = ROOT / "tests" / "labs" / "high_availability"


def high_availability() -> Plan:
    """The plan of the lab with three control planes."""
    return make_plan(load_lab(HIGH_AVAILABILITY))


def created_nodes() -> dict[str, VirtualMachine]:
    """Every machine of the labs that is made a node, by a name for the test."""
    plans = {
        "prod": plan_of("prod", adopt=False),
        "small": plan_of("small"),
        "every_kind": plan_of("every_kind"),
        "high_availability": high_availability(),
    }
    return {
        f"{lab}-{machine.name}": machine for lab, plan in plans.items() for machine in plan.machines if machine.snippets
    }


def machine_of(plan: Plan, name: str) -> VirtualMachine:
    """A machine by its name."""
    return next(machine for machine in plan.machines if machine.name == name)


def complete(machine: VirtualMachine) -> str:
    """User data of the machine, with secrets."""
    return filled(machine.snippets[0].content, EXAMPLES)


def user_data(machine: VirtualMachine) -> dict[str, Any]:
    """User data of the machine."""
    return yaml.safe_load(machine.snippets[0].content)


def files(machine: VirtualMachine) -> dict[str, dict[str, Any]]:
    """The files that it gets, by path."""
    return {file["path"]: file for file in user_data(machine)["write_files"]}


def content(machine: VirtualMachine, path: str) -> str:
    """Content of one of its files."""
    return files(machine)[path]["content"]


def kubeadm(machine: VirtualMachine) -> dict[str, dict[str, Any]]:
    """kubeadm's documents, by kind."""
    documents = yaml.safe_load_all(content(machine, "/etc/kubernetes/kubeadm.yaml"))
    return {document["kind"]: document for document in documents}


def script(machine: VirtualMachine) -> str:
    """The script that makes it a node."""
    (path,) = (path for path in files(machine) if path.endswith("/become-node"))
    return content(machine, path)


def planned(lab: Lab) -> dict[str, VirtualMachine]:
    """The machines of a lab, by name."""
    return {machine.name: machine for machine in make_plan(lab).machines}
