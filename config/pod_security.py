"""Keys of a service with which its pods break a Pod Security Standard, and the exception that each of them needs."""

from collections.abc import Iterator
from typing import NamedTuple

from config.kubernetes import ALWAYS_ADMITTED, CONFINED_TYPES, DEFAULT_CAPABILITIES, SAFE_SYSCTLS
from config.service import Service
from config.service.common import Departure
from config.service.container import Container
from config.service.security import SelinuxOptions
from config.source import Path
from config.tier import Tier


class Excepted(NamedTuple):
    """A key that needs an exception."""

    path: Path
    exception: Departure
    breaks: str
    """The standard that it breaks; empty where it breaks none."""


def excepted_keys(name: str, service: Service, tier: Tier) -> Iterator[Excepted]:
    """Each key of a service that needs an exception, but for those of `host-access`. Workloads that were there before
    and stay as they are need none."""
    for part in service.parts(name):
        if part.workload.adopt.as_it_is:
            continue
        for path, container in part.containers:
            yield from _of_container(path, container, tier)
        security = part.workload.security
        if tier.pod_security == "restricted" and security.run_as_root:
            yield Excepted((*part.path, "security", "run_as_root"), "root-user", "restricted")
        if security.selinux and not _is_confined(security.selinux):
            yield Excepted((*part.path, "security", "selinux"), "unconfined", "baseline")
        if security.seccomp == "Unconfined":
            yield Excepted((*part.path, "security", "seccomp"), "unconfined", "baseline")
        if security.app_armor == "Unconfined":
            yield Excepted((*part.path, "security", "app_armor"), "unconfined", "baseline")
        if not security.sysctls.keys() <= SAFE_SYSCTLS:
            yield Excepted((*part.path, "security", "sysctls"), "unconfined", "baseline")


def _is_confined(options: SelinuxOptions) -> bool:
    return (options.type or "") in CONFINED_TYPES and not options.user and not options.role


def _of_container(path: Path, container: Container, tier: Tier) -> Iterator[Excepted]:
    added = frozenset(container.capabilities) if not container.privileged else frozenset[str]()
    is_restricted = tier.pod_security == "restricted"
    if not added <= DEFAULT_CAPABILITIES:
        yield Excepted((*path, "capabilities"), "capabilities", "baseline")
    elif is_restricted and not added <= ALWAYS_ADMITTED:
        yield Excepted((*path, "capabilities"), "capabilities", "restricted")
    if is_restricted and container.privilege_escalation:
        yield Excepted((*path, "privilege_escalation"), "capabilities", "restricted")
    if is_restricted and container.non_root is False:
        yield Excepted((*path, "non_root"), "root-user", "restricted")
    if container.seccomp == "Unconfined":
        yield Excepted((*path, "seccomp"), "unconfined", "baseline")
    if container.app_armor == "Unconfined":
        yield Excepted((*path, "app_armor"), "unconfined", "baseline")
    if container.selinux and not _is_confined(container.selinux):
        yield Excepted((*path, "selinux"), "unconfined", "baseline")
    if is_restricted and container.run_as_root:
        yield Excepted((*path, "run_as_root"), "root-user", "restricted")
    if is_restricted and container.read_only_root is False:
        yield Excepted((*path, "read_only_root"), "writable-root", "")
