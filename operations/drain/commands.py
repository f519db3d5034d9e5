"""The commands of a drain, in order, with the real names."""

from collections.abc import Iterator
from shlex import quote

from config.lab import Lab
from operations.drain.foresee import Drain

LEAST_MINUTES = 15
"""Time for budgets that hold a pod until another is ready."""


def commands(drain: Drain, lab: Lab | None) -> Iterator[tuple[str, str]]:
    """Each step with what it is for."""
    node = quote(drain.node)
    scratch = " --delete-emptydir-data" if drain.scratch else ""
    force = " --force" if any(each.kind == "bare-pod" for each in drain.blockers) else ""
    yield "nothing new is scheduled on it", f"kubectl cordon {node}"
    yield (
        "its pods move",
        f"kubectl drain {node} --ignore-daemonsets{scratch}{force} --timeout={_minutes(drain)}m",
    )
    yield "only pods of daemonsets are left", f"kubectl get pods -A --field-selector spec.nodeName={node}"
    yield "no volume is still attached", f"kubectl get volumeattachment | grep -w {node}"
    machine = lab.machines.get(drain.node) if lab else None
    if machine is not None:
        stop = f"qm shutdown {machine.vmid} --timeout {machine.start.down_seconds}"
        yield "keep it as a cold spare", f"{stop} && qm set {machine.vmid} --onboot 0"
        yield "or bring it back", f"kubectl uncordon {node}"
        yield "or remove it for good", f"kubectl delete node {node} && qm destroy {machine.vmid} --purge"
    else:
        yield "bring it back", f"kubectl uncordon {node}"


def _minutes(drain: Drain) -> int:
    """How long kubectl waits: longer than the slowest pod takes to stop, or it gives up on a drain that goes well."""
    slowest = max((each.grace_seconds for each in drain.moves), default=0)
    return LEAST_MINUTES + -(-slowest // 60) if slowest > 60 * LEAST_MINUTES // 2 else LEAST_MINUTES
