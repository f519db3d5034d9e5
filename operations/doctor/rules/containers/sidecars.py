"""Sidecars of CSI drivers that state no memory, and take what a LimitRange gives every container."""

from collections.abc import Iterator
from typing import NamedTuple

from observation.model import Observation
from observation.objects import Reference, reference
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import Container, containers, is_over, workload
from operations.doctor.rules.containers.memory import defaulting_limit_range
from plan.model import Manifest
from plan.model.fields import text
from plan.model.resources import MEMORY, read_amount
from plan.wording import gib, listed, plural

_SIDECARS = frozenset(
    f"{prefix}{name}"
    for prefix in ("", "csi-", "external-")
    for name in (
        "provisioner", "attacher", "resizer", "snapshotter", "driver-registrar", "node-driver-registrar",
        "cluster-driver-registrar", "liveness-probe", "health-monitor-controller", "external-health-monitor-controller",
    )
)  # fmt: skip
"""Containers that kubernetes-csi offers to run beside a driver."""
_ENOUGH = "32Mi to 80Mi"
"""Amounts that such a container uses."""
_MUCH = 512 << 20
"""Memory reserved for nothing, from which that is worth a change."""


class _Sidecar(NamedTuple):
    workload: Reference
    name: str
    default: str
    request: int


def sidecar_findings(observed: Observation) -> Iterator[Finding]:
    """A finding for each LimitRange that gives sidecars of CSI drivers their memory."""
    found: dict[Reference, list[_Sidecar]] = {}
    for pod in observed.of("Pod") if observed.knows("LimitRange") else ():
        if is_over(pod):
            continue
        for each in containers(pod):
            if each.name in _SIDECARS and (given := defaulting_limit_range(observed, pod, each)) is not None:
                found.setdefault(reference(given), []).append(_sidecar(observed, pod, each))
    for limit_range, sidecars in found.items():
        yield _finding(limit_range, sidecars)


def _sidecar(observed: Observation, pod: Manifest, container: Container) -> _Sidecar:
    request = text(container.wanted, "resources", "requests", "memory") or "0"
    limit = text(container.wanted, "resources", "limits", "memory")
    try:
        return _Sidecar(workload(observed, pod), container.name, limit, read_amount(MEMORY, request))
    except ValueError:
        return _Sidecar(workload(observed, pod), container.name, limit, 0)


def _finding(limit_range: Reference, sidecars: list[_Sidecar]) -> Finding:
    tops = list(dict.fromkeys(each.workload for each in sidecars))
    names = list(dict.fromkeys(each.name for each in sidecars))
    reserved = sum(each.request for each in sidecars)
    return Finding(
        "CSI-SIDECARS-DEFAULTED",
        "warning" if reserved >= _MUCH else "info",
        tops[0],
        f"{plural(len(sidecars), 'CSI sidecar')} ({listed(names)}) of {listed([str(each) for each in tops])} state no "
        f"memory, so {limit_range} gives each a limit of {sidecars[0].default}; together they request {gib(reserved)}",
        f"state memory for each of them, for example a request of 32Mi and a limit of 80Mi; they use {_ENOUGH}",
        (
            Evidence(limit_range, f"default memory limit {sidecars[0].default}"),
            *(Evidence(each, f"container {listed([s.name for s in sidecars if s.workload == each])}") for each in tops),
        ),
        upstream=frozenset(tops),
    )
