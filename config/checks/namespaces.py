"""Namespaces, and the names of what lives in them."""

from collections.abc import Iterator
from typing import NamedTuple

from config.draft import Draft
from config.namespaces import namespace_of
from config.source import Path, Problem

_LONGEST = 63
_LONGEST_BY_RUN = {"cronjob": 52, "job": 63, "statefulset": 52, "mysql": 52, "postgres": 50}
"""Longest names by controller: the suffix that it adds must fit into the name or the label of a pod too."""


def check_groups(lab: Draft) -> Iterator[Problem]:
    """A group is used, and the services in it are of its tier."""
    used = {group for _, group in lab.find(("services", "*", "group")) if isinstance(group, str)}
    for name in lab.groups:
        if name not in used and None not in lab.said["services"].values():
            yield lab.problem(("groups", name), "no service is in this group; remove it")
    for name, service in lab.services.items():
        group = lab.groups.get(service.group) if service.group else None
        if group and group.tier != service.tier and lab.is_said("tiers", group.tier):
            message = f"group {service.group!r} is of tier {group.tier!r}, the service of tier {service.tier!r}"
            yield lab.problem(("services", name, "group"), message)
        if service.group and service.namespace:
            message = f"it lives in the namespace of group {service.group!r}; state namespace there"
            yield lab.problem(("services", name, "namespace"), message)


def check_namespaces(lab: Draft) -> Iterator[Problem]:
    """Every namespace has a name that Kubernetes accepts, belongs to one tier, and is shared on purpose alone."""
    owners: dict[str, _Owner] = {}
    for owner in _owners(lab):
        if len(owner.namespace) > _LONGEST:
            message = f"its namespace {owner.namespace!r} has {len(owner.namespace)} characters; {_LONGEST} are allowed"
            yield lab.problem(owner.path, message)
        first = owners.setdefault(owner.namespace, owner)
        if first is not owner and not (first.is_stated and owner.is_stated):
            yield lab.problem(owner.path, f"its namespace {owner.namespace!r} is that of {lab.pointer(first.path)}")
        elif first.tier != owner.tier and lab.is_said("tiers", first.tier) and lab.is_said("tiers", owner.tier):
            message = f"namespace {owner.namespace!r} is of tier {first.tier!r} by {lab.pointer(first.path)}"
            yield lab.problem(owner.path, f"{message}; a namespace has one tier")


class _Owner(NamedTuple):
    """A group or a service that has a namespace."""

    path: Path
    namespace: str
    tier: str
    is_stated: bool


def _owners(lab: Draft) -> Iterator[_Owner]:
    for name, group in lab.groups.items():
        path: Path = ("groups", name, "namespace") if group.namespace else ("groups", name)
        yield _Owner(path, group.namespace or f"{group.tier}-{name}", group.tier, bool(group.namespace))
    for name, service in lab.services.items():
        if service.group is None:
            path = ("services", name, "namespace") if service.namespace else ("services", name)
            yield _Owner(path, namespace_of(lab, name), service.tier, bool(service.namespace))


def check_workload_names(lab: Draft) -> Iterator[Problem]:
    """No two workloads of a namespace have the same name, and none is too long."""
    owners: dict[tuple[str, str], Path] = {}
    for service_name, service in lab.services.items():
        namespace = namespace_of(lab, service_name)
        for path, name, runs_as in service.named(service_name):
            longest = _LONGEST_BY_RUN.get(runs_as, _LONGEST)
            if len(name) > longest:
                message = f"its name {name!r} has {len(name)} characters; for a {runs_as} {longest} are allowed"
                yield lab.problem(path, message)
            owner = owners.setdefault((namespace, name), path)
            if owner != path:
                message = f"the workload {name!r} in namespace {namespace!r} is that of {lab.pointer(owner)}"
                yield lab.problem(path, message)
