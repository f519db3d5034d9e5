"""The security settings of pods by convention, and the Pod Security Standard that a namespace enforces.

This module is the only home of what `pod_security: restricted` of a tier means for the pods that the program writes,
and of what the exceptions from it take back.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Literal

from config.kubernetes import PodSecurityStandard
from config.lab import Lab
from config.objects import StatedObject
from config.pod_security import excepted_keys
from config.service import HelmService, Service
from config.service.app import OwnWorkloads
from config.service.container import Container, Workload
from config.tier import Tier

Lowering = Literal["shares", "objects", "operators"]
"""Causes that break `restricted` without an exception: NFS volumes in pods, pods in files that break it, and objects of
which an operator may make pods, which nobody can judge."""
Judge = Callable[[StatedObject], Lowering | None]
"""Says of an object in a file why it keeps its namespace from `restricted`: the judge of Kubernetes' rules is above
this module."""

TMP = "/tmp"
TMP_SIZE = "256Mi"
"""Of it where the root file system is read-only: within the limit on ephemeral storage that each container has."""

LOW_PORTS = {"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}
"""Setting of the kernel: a process that is not root may listen at a port below 1024. `restricted` admits it."""

_ALLOWED_BY = frozenset({"root-user", "capabilities"})
"""Exceptions with which a namespace enforces `baseline`."""

FIRST_USUAL_PORT = 1024
"""Ports below it are for root, unless a pod has `LOW_PORTS`."""


def is_never_root(container: Container, tier: Tier, exceptions: Collection[str]) -> bool:
    """Whether the kubelet starts a container only as another user than root."""
    if container.run_as_user is not None:
        return True
    return tier.pod_security == "restricted" and not container.privileged and "root-user" not in exceptions


def dropped_capabilities(container: Container, tier: Tier, exceptions: Collection[str]) -> tuple[str, ...]:
    """The capabilities that are taken from a container: as it states, else all. Root keeps what a runtime gives it,
    unless it names those that it needs."""
    if container.drop_capabilities or container.privileged or tier.pod_security != "restricted":
        return container.drop_capabilities
    return ("ALL",) if container.capabilities or is_never_root(container, tier, exceptions) else ()


def is_root_read_only(container: Container, tier: Tier, exceptions: Collection[str]) -> bool:
    """Whether a container can write only into what is mounted, and `/tmp`."""
    if container.read_only_root is not None:
        return container.read_only_root
    return tier.pod_security == "restricted" and not container.privileged and "writable-root" not in exceptions


def has_own_tmp(container: Container, tier: Tier, exceptions: Collection[str]) -> bool:
    """Whether a container gets scratch space at `/tmp`: by convention, where it could not write there and mounts
    nothing itself."""
    mounted = any(point.path == TMP for points in container.mounts.values() for point in points)
    return tier.pod_security == "restricted" and is_root_read_only(container, tier, exceptions) and not mounted


def needs_low_ports(workload: Workload, tier: Tier, exceptions: Collection[str]) -> bool:
    """Whether its main container listens at a port below 1024 without being root."""
    is_low = any(port.number < FIRST_USUAL_PORT for port in workload.ports.values())
    return is_low and not workload.host_network and is_never_root(workload, tier, exceptions)


def enforced_standard(lab: Lab, services: Iterable[str], judge: Judge) -> PodSecurityStandard | None:
    """The standard that a namespace of these services enforces: the strictest that all of them keep by their
    exceptions. None where a service was there before: nothing of it is refused that ran."""
    found = [_standard(lab, name, lab.services[name], judge) for name in services]
    if None in found:
        return None
    return next(each for each in ("privileged", "baseline", "restricted") if each in found)


def _standard(lab: Lab, name: str, service: Service, judge: Judge) -> PodSecurityStandard | None:
    parts = [part.workload for part in service.parts(name)]
    if service.namespace or service.as_found or any(each.adopt.as_it_is for each in parts):
        return None
    broken = {each.breaks for each in excepted_keys(name, service, lab.tiers[service.tier])}
    if "host-access" in service.exceptions or "baseline" in broken:
        return "privileged"
    if isinstance(service, HelmService):
        is_kept = service.pod_security == "restricted"
    else:
        is_kept = service.makes_pods != "owner"
    if not is_kept or service.exceptions.keys() & _ALLOWED_BY or _lowered_by(lab, name, service, judge):
        return "baseline"
    return lab.tiers[service.tier].pod_security


def lowered_by(lab: Lab, services: Iterable[str], judge: Judge) -> Mapping[str, Lowering]:
    """The services of a namespace for which alone it enforces `baseline` instead of `restricted`, none of which states
    an exception; by name, with what breaks `restricted`."""
    standards = {name: _standard(lab, name, lab.services[name], judge) for name in services}
    found: dict[str, Lowering] = {}
    for name in standards:
        if cause := _lowered_by(lab, name, lab.services[name], judge):
            found[name] = cause
    others = {standard for name, standard in standards.items() if name not in found}
    lowered = {standards[name] for name in found}
    return found if others <= {"restricted"} and lowered <= {"baseline"} else {}


def _lowered_by(lab: Lab, name: str, service: Service, judge: Judge) -> Lowering | None:
    if lab.tiers[service.tier].pod_security != "restricted" or service.makes_pods not in ("program", "operator"):
        return None
    if service.exceptions.keys() & _ALLOWED_BY:
        return None  # the owner says so
    if isinstance(service, OwnWorkloads) and service.shares:
        return "shares"
    return next((cause for each in lab.objects.get(name, ()) if (cause := judge(each)) is not None), None)
