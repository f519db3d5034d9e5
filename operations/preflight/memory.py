"""Whether the host has the memory for what an `up` would start."""

from collections.abc import Iterator, Mapping

from operations.preflight.answers import NodeStatus
from operations.preflight.check import Check, missing_privilege, unchecked
from operations.preflight.standing import Guests, memory_to_add
from operations.preflight.state import HostState, State, Unread
from plan.capacity.host_memory import HostMemory, Running, host_memory
from plan.model import Finding, Plan
from plan.model.findings import Rule
from plan.wording import gib, listed

HOST_MEMORY_SHORT = Rule(
    "HOST-MEMORY-SHORT",
    ("error", "warning", "info"),
    title="The host has too little memory for what would be started",
    meaning=(
        "Committed memory counts: of each running machine its whole memory and its overhead, touched or not, "
        "ballooned or not; what the hypervisor itself uses, ZFS cache and containers included, or reserved_memory "
        "if that is more; and for each machine to start its memory and its overhead, a sixteenth of it (34 GiB for "
        "one of 32 GiB). What KSM saves is not counted on: it may end at any write. It is a warning where "
        "overcommit.memory_percent permits it and the memory is available now."
    ),
    remedy="Make a machine smaller, or stop one that is not needed.",
)


def check_memory(plan: Plan, state: State, host: str) -> Check:
    """The memory of a host that is online."""
    question, path = f"memory of {host}", ("site", "hosts", host, "memory")
    status, guests = state.hosts[host].status, state.guests
    if isinstance(status, Unread):
        return Check(question, (unchecked(path, question, status),), "")
    if isinstance(guests, Unread):
        return Check(question, (unchecked(path, question, guests),), "")
    if not state.sees_all("/vms", "VM.Audit"):
        return Check(question, (unchecked(path, question, missing_privilege("/vms", "VM.Audit")),), "")
    reserved = plan.lab.site.hosts[host].reserved_memory or 0
    running = _running(guests, host)
    memory = host_memory(status.memory.total, status.memory.used, reserved, running)
    added = memory_to_add(plan, host, guests)
    account = (
        f"of {gib(memory.total)} {_hypervisor(memory, reserved)}, and {_committed(memory, len(running))}"
        f"{_notes(status, state.hosts[host])}"
    )
    findings = tuple(_findings(plan, host, status, memory, added, account))
    return Check(question, findings, f"{_needed(added)}; {_free(memory)}: {account}")


def _running(guests: Guests, host: str) -> tuple[Running, ...]:
    """Containers are left out: their memory is a limit, and what they use is the hypervisor's."""
    on_host = (guest for guest in guests.values() if guest.node == host and guest.type == "qemu" and guest.runs)
    return tuple(Running(guest.maxmem, guest.memhost) for guest in on_host)


def _needed(added: Mapping[str, int]) -> str:
    if not added:
        return "nothing is to be started"
    return f"{gib(sum(added.values()))} needed for {listed([f'{name} ({gib(size)})' for name, size in added.items()])}"


def _free(memory: HostMemory) -> str:
    if memory.free < 0:
        return f"{gib(-memory.free)} more is committed than there is"
    return f"{gib(memory.free)} free"


def _hypervisor(memory: HostMemory, reserved: int) -> str:
    size = gib(memory.hypervisor)
    return (
        f"{size} are reserved for the hypervisor" if memory.hypervisor == reserved else f"the hypervisor takes {size}"
    )


def _committed(memory: HostMemory, running: int) -> str:
    machines = f"{running} running machine{'s' * (running != 1)}"
    return f"{machines} may take {gib(memory.committed)}" if running else "no machine runs"


def _notes(status: NodeStatus, host: HostState) -> str:
    notes = ""
    if host.zfs_cache:
        notes += f"; the ZFS cache holds {gib(host.zfs_cache)} of the hypervisor's"
    if status.ksm.shared:
        notes += f"; {gib(status.ksm.shared)} are saved by KSM, which is not counted on"
    return notes


def _findings(
    plan: Plan, host: str, status: NodeStatus, memory: HostMemory, added: Mapping[str, int], account: str
) -> Iterator[Finding]:
    needed = sum(added.values())
    available = status.memory.available
    if available is None:
        available = status.memory.total - status.memory.used
    if not needed or needed <= min(memory.free, available):
        return
    overcommit = plan.lab.site.hosts[host].overcommit.memory_percent
    permitted = needed <= memory.free + memory.total * (overcommit - 100) // 100
    now = f"{gib(available)} are available now; {gib(needed - available)} too little"
    if needed > memory.free:
        message = f"{_free(memory)}: {account}. {gib(needed - memory.free)} too little if all use what they have"
        if needed > available:
            message += f"; and {now}"
        elif permitted:
            message += f"; overcommit.memory_percent {overcommit} permits it"
    else:
        message = f"only {now}: {account}"
    yield HOST_MEMORY_SHORT.finding(
        ("site", "hosts", host, "memory"),
        f"{host}: {_needed(added)}; {message}",
        "make a machine smaller, or stop one that is not needed",
        severity="error" if needed > available or not permitted else "warning",
        facts={"needed_bytes": needed, "free_bytes": memory.free, "available_bytes": available},
    )
