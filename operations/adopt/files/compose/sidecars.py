"""Services of Docker Compose that share the network of another one: sidecars in its pods."""

from collections.abc import Iterator
from typing import Any

from operations.adopt.cluster.services import as_name
from operations.adopt.cluster.yaml_text import Flow
from operations.adopt.files.compose.container import command, figures, health, rights
from operations.adopt.files.compose.environment import variables
from operations.adopt.files.compose.network import dependencies
from operations.adopt.files.compose.project import Project
from operations.adopt.files.compose.storage import storage
from operations.adopt.files.compose.taken import Taken, together
from operations.adopt.files.compose.volumes import MountedByService
from plan.model.fields import Fields, mapping, text
from plan.wording import listed

_OF_THE_SERVICE = frozenset({"claims", "exceptions", "scratch", "volumes"})
"""Keys that a sidecar has in common with its service."""
_OF_PODS = {
    "grace_seconds": "stop_grace_period",
    "host_network": "network_mode",
    "replicas": "scale",
    "runs_as": "deploy",
    "security": "pid, ipc, group_add and sysctls",
}
"""Keys of a whole pod, and where Compose states them: a sidecar has none of its own."""


def sidecars(project: Project, host: str, volumes: MountedByService) -> Taken:
    """The services that share a service's network, as its sidecars. Secrets of each stay at its own path."""
    return together(_sidecar(project, host, key, volumes) for key in project.sharing(host))


def _sidecar(project: Project, host: str, key: str, volumes: MountedByService) -> Taken:
    stated = {field: each for field, each in project.services[key].items() if field != "network_mode"}
    found = together(
        (
            Taken({"image": text(stated, "image")}),
            figures(stated, burstable=project.receiver.is_burstable),
            command(stated),
            _variables(project, key, stated),
            storage(project, host, stated, volumes),
            health(stated),
            rights(stated),
        )
    )
    common = {name: each for name, each in found.said.items() if name in _OF_THE_SERVICE}
    own = {name: each for name, each in found.said.items() if name not in {*_OF_THE_SERVICE, *_OF_PODS}}
    return Taken(
        {**common, "sidecars": {as_name(key): own}},
        (*(f"{key}: {each}" for each in found.notes), *_notes(project, host, key, stated)),
        (*(f"{key}: {each}" for each in found.lacking), *_lacking(key, found)),
    )


def _variables(project: Project, key: str, stated: Fields) -> Taken:
    found = variables(project, key, stated)
    secret = mapping(found.said, "secrets")
    kept = {name: each or Flow(path=project.name_of(key)) for name, each in secret.items()}
    said: dict[str, Any] = {**found.said, **({"secrets": kept} if kept else {})}
    return found._replace(said=said)


def _notes(project: Project, host: str, key: str, stated: Fields) -> Iterator[str]:
    if host in dependencies(stated):
        yield f"{key} starts together with {host}: where that has to run first, as a VPN, make it the native sidecar"
    others = [each for each in dependencies(stated) if each != host and each not in project.sharing(host)]
    if others:
        yield f"{key} waited for {listed(others)}; a sidecar of {host} starts with it"


def _lacking(key: str, found: Taken) -> Iterator[str]:
    for name, field in _OF_PODS.items():
        if name in found.said:
            yield f"{key}: {field} is of a whole pod, and a sidecar has none of its own: state it at the service"
