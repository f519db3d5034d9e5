"""A container in a lab: its tier's rule, its floor, and the places where its amounts are written."""

from collections.abc import Mapping
from typing import NamedTuple

from config.lab import Lab
from config.namespaces import namespace_of
from config.service.container import Floor
from config.source import Path

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
                found[key] = Written(path, service.tier, container.floor)
    return found
