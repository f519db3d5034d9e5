"""A container in a lab: its tier's rule, its floor, and the places where its amounts are written."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from config.lab import Lab
from config.namespaces import namespace_of
from config.objects import as_lists
from config.service import Service
from config.service.container import Container
from config.service.resources import Floor
from config.source import Path
from plan.model.fields import text
from plan.model.templates import containers_of, pod_spec

Key = tuple[str, str, str]
"""Namespace, workload as `Deployment/blog`, and container."""
_KINDS = {
    "deployment": "Deployment",
    "statefulset": "StatefulSet",
    "daemonset": "DaemonSet",
    "cronjob": "CronJob",
    "job": "Job",
}


class Written(NamedTuple):
    """A container of which every line is written in the lab."""

    path: Path
    """Where its amounts stand: below it are the keys `cpu`, `memory` and `memory_request`."""
    tier: str
    floor: Floor | None
    amounts: Literal["keys", "none", "patch"] = "keys"
    """The source of what its pod states: `none` where it is `unsized`."""


def written(lab: Lab) -> Mapping[Key, Written]:
    """The containers of a lab's own workloads; those of charts and databases are written by others."""
    found: dict[Key, Written] = {}
    for name, service in lab.services.items():
        namespace = namespace_of(lab, name)
        for part in service.parts(name):
            workload = f"{_KINDS[part.workload.runs_as]}/{part.name}"
            for path, container in part.containers:
                own = part.workload.adopt.container or part.name
                key = namespace, workload, own if path == part.path else str(path[-1])
                found[key] = Written(path, service.tier, container.floor, _amounts(service, key, container))
    return found


def _amounts(service: Service, key: Key, container: Container) -> Literal["keys", "none", "patch"]:
    if container.unsized:
        return "none"
    _, workload, name = key
    patch = service.patch.get(workload.lower())
    if patch is None:
        return "keys"
    containers = containers_of(pod_spec({**as_lists(patch.merge), "kind": workload.partition("/")[0]}))
    is_resized = any(text(each, "name") == name and "resources" in each for each in containers)
    return "patch" if is_resized else "keys"
