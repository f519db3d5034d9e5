"""Whether Proxmox, its hosts and their clocks are what the program counts on."""

from collections.abc import Iterator

from operations.preflight.check import Check, unchecked
from operations.preflight.state import State, Unread
from plan.model import Finding, Plan
from plan.model.findings import Rule
from plan.wording import gib

CLOCK_DIFFERS = Rule(
    "CLOCK-DIFFERS",
    ("error", "warning", "info"),
    title="The clocks of this machine and of a host differ",
    meaning=(
        "Certificates and join tokens are dated by the machine that runs the program. A node starts with the clock "
        "of its host: where that lags, the cluster's certificates are not valid yet; where it is ahead, tokens "
        "have expired. Above 5 seconds it is a warning, above a minute an error."
    ),
    remedy="Set both clocks by NTP.",
)

HOST_DIFFERS = Rule(
    "HOST-DIFFERS",
    "warning",
    title="The hardware of a host is not what site.yaml says",
    meaning=(
        "The plan computes what fits from the stated memory and threads. The memory that a host shows may be up to "
        "5% less than what is installed: the firmware and the kernel keep some."
    ),
    remedy="Write the figures that the host has.",
)

HOST_MISSING = Rule(
    "HOST-MISSING",
    "error",
    title="A host is missing or offline",
    meaning="Proxmox does not know a node of this name, or it is not online. Nothing about it could be checked.",
    remedy="Write the node's name as Proxmox has it, or start the host.",
)

PROXMOX_VERSION = Rule(
    "PROXMOX-VERSION",
    ("error", "warning", "info"),
    title="A version of Proxmox VE that the provider is not made for",
    meaning=(
        "The provider supports 9.x. With 8.x it works with limitations that will not be removed; 7.x it does not "
        "support."
    ),
    remedy="Upgrade the host.",
)


SUPPORTED, TOLERATED = 9, 8
"""Major versions of Proxmox VE: what the provider is tested with, and what works with limitations."""

CLOCK_WARN, CLOCK_FAIL = 5, 60
"""Seconds. Certificates and tokens are dated by the clock of this machine, and checked by those of the nodes, which
start with that of their host."""

MEMORY_TOLERANCE_PERCENT = 5
"""Of the installed memory, the firmware and the kernel keep some."""


def check_version(state: State) -> Check:
    """The version of Proxmox VE."""
    question = "version"
    major = int(first) if (first := state.version.partition(".")[0]).isdecimal() else None
    if major is None:
        reason = Unread(f"{state.version[:40]!r} is not a version")
        return Check(question, (unchecked(("site",), "the version of Proxmox VE", reason),), "")
    findings: tuple[Finding, ...] = ()
    if major != SUPPORTED:
        findings = (
            PROXMOX_VERSION.finding(
                ("site", "hosts"),
                f"Proxmox VE {state.version}; the provider supports {SUPPORTED}.x, and {TOLERATED}.x with limitations",
                f"upgrade the host to {SUPPORTED}.x" if major < SUPPORTED else "look whether the provider supports it",
                severity="error" if major < TOLERATED else "warning",
                facts={"version": state.version, "supported": SUPPORTED},
            ),
        )
    return Check(question, findings, f"Proxmox VE {state.version}")


def check_hosts(plan: Plan, state: State) -> Check:
    """Every host of the lab exists, is online, and has the hardware that the plan assumes."""
    question = "hosts"
    if isinstance(state.nodes, Unread):
        return Check(question, (unchecked(("site", "hosts"), question, state.nodes),), "")
    findings = [each for host in plan.lab.site.hosts for each in _host(plan, state, host)]
    return Check(question, tuple(findings), ", ".join(_found(state, host) for host in plan.lab.site.hosts))


def _found(state: State, host: str) -> str:
    found = state.hosts.get(host)
    if found is None or isinstance(found.status, Unread):
        return host
    status = found.status
    return f"{host} ({gib(status.memory.total)}, {status.cpuinfo.cores} cores, {status.cpuinfo.cpus} threads)"


def _host(plan: Plan, state: State, host: str) -> Iterator[Finding]:
    assert not isinstance(state.nodes, Unread)
    path = ("site", "hosts", host)
    if state.nodes.get(host) != "online":
        there = state.nodes.get(host)
        yield HOST_MISSING.finding(
            path,
            f"{host} is {there}" if there else f"Proxmox has no host {host}; its hosts are {', '.join(state.nodes)}",
            "start it, or see why it left the cluster" if there else "write the host's name as Proxmox has it",
        )
        return
    status = state.hosts[host].status
    if isinstance(status, Unread):
        yield unchecked(path, f"the hardware of {host}", status)
        return
    stated = plan.lab.site.hosts[host]
    total = status.memory.total
    if not stated.memory * (100 - MEMORY_TOLERANCE_PERCENT) <= total * 100 <= stated.memory * 100:
        yield HOST_DIFFERS.finding(
            (*path, "memory"),
            f"{host} has {gib(total)} of memory, and the lab says {gib(stated.memory)}: the plan assumes that",
            "write the sum of its memory modules: `dmidecode -t memory`",
            facts={"found_bytes": total, "stated_bytes": int(stated.memory)},
        )
    for key, found, written in (
        ("cores", status.cpuinfo.cores, stated.cores),
        ("threads", status.cpuinfo.cpus, stated.threads),
    ):
        if found != written:
            yield HOST_DIFFERS.finding(
                (*path, key),
                f"{host} has {found} {key}, and the lab says {written}",
                f"write {key}: {found}",
                facts={"found": found, "stated": written},
            )


def check_clock(state: State, host: str) -> Check:
    """The clock of a host against this machine's."""
    question = f"clock of {host}"
    ahead = state.hosts[host].clock_ahead
    path = ("site", "hosts", host)
    if isinstance(ahead, Unread):
        return Check(question, (unchecked(path, question, ahead),), "")
    apart = abs(ahead)
    if apart <= CLOCK_WARN:
        return Check(question, (), "as this machine's, to the second" if apart < 1 else f"{apart:.0f} s apart")
    finding = CLOCK_DIFFERS.finding(
        path,
        f"the clock of {host} is {apart:,.0f} s {'ahead of' if ahead > 0 else 'behind'} this machine's. Certificates "
        "and join tokens are dated here: on a node that lags they are not yet valid, on one ahead they have expired",
        f"set both by NTP: `timedatectl` here, `chronyc makestep` on {host}",
        severity="error" if apart > CLOCK_FAIL else "warning",
        facts={"seconds_ahead": ahead},
    )
    return Check(question, (finding,), "")
