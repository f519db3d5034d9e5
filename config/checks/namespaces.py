"""Namespaces, and the names of what lives in them."""

from collections.abc import Iterator

from config.draft import Draft
from config.source import Path, Problem

_LONGEST = 63
_LONGEST_BY_RUN = {"cronjob": 52, "statefulset": 52, "mysql": 52, "postgres": 50}
"""What a controller adds to its name must fit into the name or the label of a pod too."""


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


def check_namespaces(lab: Draft) -> Iterator[Problem]:
    """Every namespace has a name that Kubernetes accepts, and belongs to one group or one service."""
    owners: dict[str, Path] = {}
    for path, namespace in _namespaces(lab):
        if len(namespace) > _LONGEST:
            message = f"its namespace {namespace!r} has {len(namespace)} characters; {_LONGEST} are allowed"
            yield lab.problem(path, message)
        if namespace in owners:
            yield lab.problem(path, f"its namespace {namespace!r} is that of {lab.pointer(owners[namespace])}")
        owners.setdefault(namespace, path)


def _namespaces(lab: Draft) -> Iterator[tuple[Path, str]]:
    for name, group in lab.groups.items():
        yield ("groups", name), f"{group.tier}-{name}"
    for name, service in lab.services.items():
        if service.group is None:
            yield ("services", name), f"{service.tier}-{name}"


def check_workload_names(lab: Draft) -> Iterator[Problem]:
    """No two workloads of a namespace have the same name, and none is too long."""
    owners: dict[tuple[str, str], Path] = {}
    for service_name, service in lab.services.items():
        namespace = f"{service.tier}-{service.group or service_name}"
        for path, name, runs_as in service.named(service_name):
            longest = _LONGEST_BY_RUN.get(runs_as, _LONGEST)
            if len(name) > longest:
                message = f"its name {name!r} has {len(name)} characters; for a {runs_as} {longest} are allowed"
                yield lab.problem(path, message)
            owner = owners.setdefault((namespace, name), path)
            if owner != path:
                message = f"the workload {name!r} in namespace {namespace!r} is that of {lab.pointer(owner)}"
                yield lab.problem(path, message)
