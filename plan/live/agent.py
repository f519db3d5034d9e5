"""The guest agent."""

from collections.abc import Iterator

from plan.live.pair import Pair
from plan.model import Finding
from plan.model.findings import Rule

AGENT_DIFFERS = Rule(
    "AGENT-DIFFERS",
    "warning",
    title="The guest agent is on in one place and off in the other",
    meaning=(
        "Proxmox asks a guest agent for addresses and to freeze file systems during a backup where its "
        "configuration says that there is one. On an adopted machine an `up` does not change that."
    ),
    remedy="Write guest_agent as it is, or install qemu-guest-agent and switch it on: `qm set VMID --agent 1`.",
)

AGENT_SILENT = Rule(
    "AGENT-SILENT",
    "error",
    title="Proxmox counts on a guest agent that does not answer",
    meaning=(
        "Whenever Pulumi reads a machine whose agent is switched on, it asks for its addresses, and waits up to "
        "15 minutes for an answer. With several such machines an `up` takes hours."
    ),
    remedy="Start qemu-guest-agent in the machine, or switch it off in Proxmox: `qm set VMID --agent 0`.",
)

AGENT_UNCHECKED = Rule(
    "AGENT-UNCHECKED",
    "warning",
    title="Whether a guest agent answers could not be checked",
    meaning=(
        "The token may not ask it. If the agent is switched on in Proxmox and does not answer, Pulumi waits up to "
        "15 minutes whenever it reads the machine."
    ),
    remedy="Give the token VM.GuestAgent.Audit on /vms.",
)


WAIT = "15 minutes"
"""How long the provider waits for an address of a machine whose agent is switched on in Proxmox."""


def agent_findings(pair: Pair) -> Iterator[Finding]:
    """It answers where Proxmox thinks that there is one, and the lab says the same."""
    name, machine, host = pair.name, pair.machine, pair.host
    path = (*pair.path, "guest_agent")
    if host.agent_problem and host.agent_was_refused:
        yield AGENT_UNCHECKED.finding(
            path,
            f"whether the guest agent of {name} answers could not be checked: {host.agent_problem}",
            f"give the token VM.GuestAgent.Audit on /vms; an agent that does not answer delays every `up` by {WAIT}",
        )
    elif host.agent_problem:
        yield AGENT_SILENT.finding(
            path,
            f"the guest agent of {name} is switched on in Proxmox and does not answer ({host.agent_problem}): whenever "
            f"it reads the machine, Pulumi would wait up to {WAIT} for an address",
            f"start qemu-guest-agent in it; or switch it off, {pair.on_host}: `qm set {host.vmid} --agent 0`",
        )
    if machine.guest_agent and not host.agent_is_on:
        yield AGENT_DIFFERS.finding(
            path,
            f"guest_agent of {name} is true, and Proxmox has it off: it does not ask it for addresses, and "
            "backups do not freeze its file systems",
            f"write guest_agent: false; or install qemu-guest-agent in it and, {pair.on_host}, from its next start: "
            f"`qm set {host.vmid} --agent 1`",
        )
    if host.agent_is_on and not machine.guest_agent:
        yield AGENT_DIFFERS.finding(
            path, f"guest_agent of {name} is false, and in Proxmox it is switched on", "write guest_agent: true"
        )
