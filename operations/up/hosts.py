"""Hosts that keys of the cluster would be sent to, and that are not known by their SSH key."""

from collections.abc import Sequence

from config.lab import Lab
from operations.clients.refusals import NotAnswered
from operations.guard.reading.step import Step
from operations.preflight.host_keys import AskKeys, judge_host_key
from plan.model.fields import text
from plan.wording import plural

SNIPPET = "proxmoxve:index/fileLegacy:FileLegacy"
WRITES = ("create", "replace")
"""Actions with which the provider writes a file; an update of it changes the state alone (bpg/proxmox v0.112.0)."""


def written_to(steps: Sequence[Step]) -> tuple[str, ...]:
    """Hosts that steps write files of cloud-init to."""
    written = (each.after for each in steps if each.type == SNIPPET and each.action in WRITES)
    return tuple(sorted({text(inputs, "nodeName") for inputs in written}))


def not_known(steps: Sequence[Step], lab: Lab | None, user: str, ask: AskKeys) -> str | None:
    """Why none of these steps may be applied yet, in a sentence; None where each host is known."""
    reasons = [reason for host in written_to(steps) if (reason := _reason(host, lab, user, ask))]
    if not reasons:
        return None
    return f"nothing is applied while {plural(len(reasons), 'host')} may be another: {'. '.join(reasons)}"


def _reason(host: str, lab: Lab | None, user: str, ask: AskKeys) -> str | None:
    row = lab.site.hosts.get(host) if lab else None
    if row is None:
        return f"files of cloud-init are written to {host}, and the lab's site.yaml, which has its address, is not here"
    try:
        found = judge_host_key(host, row, ask(str(row.address), row.ssh_port), user)
    except NotAnswered as error:
        return f"the SSH key of {host} could not be checked: {error.detail}"
    return f"{found.message}; {found.fix}" if found else None
