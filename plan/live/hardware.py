"""vCPUs, memory and start order: what an `up` writes onto an adopted machine too."""

from collections.abc import Iterator

from config.quantity import Memory
from plan.live.inventory import Startup
from plan.live.pair import Pair
from plan.model import Finding
from plan.model.findings import Rule

CPU_SOCKETS = Rule(
    "CPU-SOCKETS",
    "error",
    title="A machine with several CPU sockets",
    meaning=(
        "vCPUs are written as the cores of one socket. The number of sockets of an adopted machine stays as it "
        "is, so it would get that many times the vCPUs that are stated."
    ),
    remedy="Give it one socket with all cores: `qm set VMID --sockets 1 --cores N`. It has them from its next start.",
)

HARDWARE_DIFFERS = Rule(
    "HARDWARE-DIFFERS",
    "warning",
    title="The next `up` changes a machine",
    meaning=(
        "vCPUs, memory and start order of a machine are written as they are stated. An adopted machine gets them "
        "with its next start; one that the program made is restarted."
    ),
    remedy="Nothing if that is intended; or write the values that it has.",
)

MEMORY_BALLOONS = Rule(
    "MEMORY-BALLOONS",
    "error",
    title="Proxmox may take memory from a machine",
    meaning=(
        "With a balloon smaller than its memory, a machine is shrunk when the host has little left. A kubelet "
        "does not notice: it offers pods memory that is gone."
    ),
    remedy="Give it all of its memory: `qm set VMID --balloon 0`. It has it from its next start.",
)


NOT_SET = "not set"


def hardware_findings(pair: Pair) -> Iterator[Finding]:
    """Findings about what the next `up` would write, and get wrong."""
    machine, host = pair.machine, pair.host
    if machine.adopt and host.sockets > 1:
        yield CPU_SOCKETS.finding(
            (*pair.path, "vcpus"),
            f"{pair.name} has {host.sockets} sockets of {host.cores} cores on {host.host}; an `up` writes "
            f"{machine.vcpus} cores for each socket, which would be {machine.vcpus * host.sockets} vCPUs",
            f"{pair.on_host}, from its next start: `qm set {host.vmid} --sockets 1 --cores {host.vcpus}`",
            facts={"sockets": host.sockets, "cores": host.cores, "stated_vcpus": machine.vcpus},
        )
    elif machine.vcpus != host.vcpus:
        yield _to_be_written(pair, "vcpus", str(machine.vcpus), str(host.vcpus))
    if machine.memory.mib != host.memory_mib:
        yield _to_be_written(pair, "memory", str(machine.memory), str(Memory(host.memory_mib << 20)))
    if host.balloon_mib is not None:
        yield MEMORY_BALLOONS.finding(
            (*pair.path, "memory"),
            f"{pair.name} may be shrunk from {Memory(host.memory_mib << 20)} to {Memory(host.balloon_mib << 20)}, and "
            "the plan counts on all of it",
            f"{pair.on_host}, from its next start: `qm set {host.vmid} --balloon 0`",
            facts={"memory_bytes": host.memory_mib << 20, "balloon_bytes": host.balloon_mib << 20},
        )
    start = Startup(machine.start.order, machine.start.up_seconds, machine.start.down_seconds)
    if start != host.startup:
        yield _to_be_written(pair, "start", _written(start), _written(host.startup))


def _to_be_written(pair: Pair, key: str, stated: str, real: str) -> Finding:
    restart = "; it has it from its next start" if pair.machine.adopt else ", and restarts it"
    return HARDWARE_DIFFERS.finding(
        (*pair.path, key),
        f"{key} of {pair.name} is {stated} in the file and {real} on {pair.host.host}: an `up` writes {stated}"
        f"{'; nothing restarts' if key == 'start' else restart}",
        "nothing if that is intended" + (f"; or write {key}: {real}" if real != NOT_SET else ""),
        facts={"stated": stated, "found": real},
    )


def _written(start: Startup) -> str:
    """As `machines.yaml` has it."""
    said = [f"{key}: {value}" for key, value in start._asdict().items() if value is not None]
    return f"{{{', '.join(said)}}}" if said else NOT_SET
