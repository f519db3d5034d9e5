"""The guest agent."""

from collections.abc import Iterator

from plan.live.pair import Pair
from plan.model import Finding

WAIT = "15 minutes"
"""How long the provider waits for an address of a machine whose agent is switched on in Proxmox."""


def agent_findings(pair: Pair) -> Iterator[Finding]:
    """It answers where Proxmox thinks that there is one, and the lab says the same."""
    name, machine, host = pair.name, pair.machine, pair.host
    path = (*pair.path, "guest_agent")
    if host.agent_problem and host.agent_was_refused:
        yield Finding(
            "AGENT-UNCHECKED",
            "warning",
            path,
            f"whether the guest agent of {name} answers could not be checked: {host.agent_problem}",
            f"give the token VM.GuestAgent.Audit on /vms; an agent that does not answer delays every `up` by {WAIT}",
        )
    elif host.agent_problem:
        yield Finding(
            "AGENT-SILENT",
            "error",
            path,
            f"the guest agent of {name} is switched on in Proxmox and does not answer ({host.agent_problem}): whenever "
            f"it reads the machine, Pulumi would wait up to {WAIT} for an address",
            f"start qemu-guest-agent in it; or switch it off, {pair.on_host}: `qm set {host.vmid} --agent 0`",
        )
    if machine.guest_agent and not host.agent_is_on:
        yield Finding(
            "AGENT-DIFFERS",
            "warning",
            path,
            f"guest_agent of {name} is true, and in Proxmox it is switched off: nobody asks it for addresses, and "
            "backups do not freeze its file systems",
            f"write guest_agent: false; or install qemu-guest-agent in it and, {pair.on_host}, from its next start: "
            f"`qm set {host.vmid} --agent 1`",
        )
    if host.agent_is_on and not machine.guest_agent:
        yield Finding(
            "AGENT-DIFFERS",
            "warning",
            path,
            f"guest_agent of {name} is false, and in Proxmox it is switched on",
            "write guest_agent: true",
        )
