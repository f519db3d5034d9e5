"""Machines of the lab against the machines that exist on their hosts.

Of an adopted machine an `up` writes only what is stated of name, vCPUs, memory and start order
(`plan/proxmox/machines.py`): the rest stays as it is on the host. So a difference is either written by the next `up`,
or by nobody.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from itertools import chain

from config.lab import Lab
from config.source import Path
from plan.live.agent import agent_findings
from plan.live.devices import device_findings
from plan.live.disks import disk_findings, shared_disk_findings
from plan.live.hardware import hardware_findings
from plan.live.interfaces import interface_findings
from plan.live.inventory import HostMachine
from plan.live.pair import Pair
from plan.live.state import state_findings
from plan.model import Finding
from plan.model.findings import Rule

MACHINE_MISSING = Rule(
    "MACHINE-MISSING",
    "error",
    title="The machine to adopt is not there",
    meaning=(
        "Proxmox shows no machine with this VMID: nothing has it, or a container, a template, or a machine that the "
        "token may not see. The import would fail."
    ),
    remedy="Write the vmid that it has. A machine that is to be made has a template instead of adopt: true.",
)


RULES: tuple[Callable[[Pair], Iterator[Finding]], ...] = (
    state_findings,
    hardware_findings,
    agent_findings,
    disk_findings,
    device_findings,
    interface_findings,
)


def host_findings(lab: Lab, machines: Mapping[int, HostMachine]) -> Iterator[Finding]:
    """How the lab's machines differ from those that exist, by VMID, and which of them are not safe to change.

    One that is not adopted is looked at if it has the same name.
    """
    pairs = [
        Pair(lab, name, machine, machines[machine.vmid])
        for name, machine in lab.machines.items()
        if machine.vmid in machines and (machine.adopt or machines[machine.vmid].name == name)
    ]
    shared = shared_disk_findings(pairs, machines.values())
    for finding in chain(shared, *(rule(pair) for pair in pairs for rule in RULES)):
        yield replace(finding, path=_own(lab, finding.path))


def _own(lab: Lab, path: Path) -> Path:
    """The path in the machine itself: a path in its shape would be that of others too."""
    is_shared = lab.machines[str(path[1])].shape is not None and path[:3] not in lab.places.by_path
    return path[:2] if is_shared else path


def missing_findings(lab: Lab, vmids: Collection[int]) -> Iterator[Finding]:
    """Machines that are to be adopted, and that Proxmox does not show; `vmids` are those that it does."""
    for name, machine in lab.machines.items():
        if machine.adopt and machine.vmid not in vmids:
            yield MACHINE_MISSING.finding(
                ("machines", name, "vmid"),
                f"{name} is to be adopted, and Proxmox shows no machine with VMID {machine.vmid}",
                "write the vmid that it has; or, if the token may not see it, give it VM.Audit on /vms",
                facts={"vmid": machine.vmid},
            )
