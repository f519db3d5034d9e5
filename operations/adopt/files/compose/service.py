"""Services of Docker Compose, as services of a lab: what the format says of them, and what has to be looked at."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from operations.adopt.cluster.objects import is_fields
from operations.adopt.cluster.services import as_name
from operations.adopt.cluster.yaml_text import document
from operations.adopt.files.compose.container import command, figures, health, rights
from operations.adopt.files.compose.environment import variables as of_environment
from operations.adopt.files.compose.environment import with_secrets_apart
from operations.adopt.files.compose.exceptions import exceptions
from operations.adopt.files.compose.network import network
from operations.adopt.files.compose.project import Project, Receiver
from operations.adopt.files.compose.routes import routes
from operations.adopt.files.compose.sidecars import sidecars
from operations.adopt.files.compose.storage import storage
from operations.adopt.files.compose.taken import Taken, together
from operations.adopt.files.compose.values import interpolated, unset_in
from operations.adopt.files.compose.volumes import MountedByService, mounted_by_service
from plan.model.fields import Fields, mapping, text, values
from plan.wording import listed

_READ = frozenset(
    {
        *("cap_add", "cap_drop", "command", "configs", "cpus", "depends_on", "deploy", "devices", "dns", "entrypoint"),
        *("env_file", "environment", "expose", "extra_hosts", "gpus", "group_add", "healthcheck", "image", "ipc"),
        *(
            "labels",
            "mem_limit",
            "mem_reservation",
            "network_mode",
            "pid",
            "ports",
            "privileged",
            "pull_policy",
            "read_only",
            "runtime",
        ),
        *("scale", "secrets", "security_opt", "shm_size", "stdin_open", "stop_grace_period", "sysctls", "tmpfs", "tty"),
        *("user", "volumes", "working_dir"),
    }
)
_NOT_NEEDED = frozenset(
    {
        *("attach", "container_name", "hostname", "init", "links", "logging", "memswap_limit"),
        *("networks", "platform", "profiles", "restart", "stop_signal"),
    }
)
"""Keys for things that Kubernetes does by itself, or does not need."""
_LEFT_OUT = ("pids_limit", "ulimits", "oom_score_adj", "mem_swappiness", "cpu_shares")
"""Limits that are the node's in Kubernetes."""


class ComposeService(NamedTuple):
    """A service as a file of the lab."""

    name: str
    text: str
    """Empty where it cannot be written."""
    notes: tuple[str, ...]
    """Assumptions, and what the owner has to do."""
    lacking: tuple[str, ...]
    """Keys that have no place in the file: a service with any of them is not written."""
    is_known: bool = False
    """Whether the lab has it already, from this file or another one of its project."""


class InvalidCompose(Exception):
    """A file that is not one of Docker Compose; the message is one sentence."""


def compose_services(
    file: Path, content: Any, variables: Mapping[str, str], receiver: Receiver, left_out: frozenset[str] = frozenset()
) -> tuple[ComposeService, ...]:
    """The services of a compose file. `variables` are those of its `.env`; `left_out` are names of services that are
    not written, so that no other one waits for them. Raises InvalidCompose."""
    if not is_fields(content) or not mapping(content, "services"):
        raise InvalidCompose(f"{file} is not a compose file: it has no services")
    stated = mapping(content, "services")
    name = as_name(text(content, "name") or file.parent.resolve().name)
    known = {"COMPOSE_PROJECT_NAME": name, **variables}
    services: dict[str, Fields] = {}
    unset: dict[str, tuple[str, ...]] = {}
    for key in stated:
        raw = with_secrets_apart(mapping(stated, key), known)
        services[key] = interpolated(raw, known)
        if unknown := list(dict.fromkeys(unset_in(raw, known))):
            verb = "is" if len(unknown) == 1 else "are"
            unset[key] = (f"{listed(unknown)} {verb} not set: write NAME=VALUE into .env beside the compose file",)
    project = Project(name, file.parent, services, content, receiver, left_out)
    volumes = mounted_by_service(project)
    missing = {key: [each for one in (key, *project.sharing(key)) for each in unset.get(one, ())] for key in services}
    return tuple(
        ComposeService(project.name_of(key), "", (), tuple(missing[key]))
        if missing[key]
        else _service(project, key, volumes)
        for key in services
        if project.host_of(key) == key
    )


def _service(project: Project, key: str, volumes: MountedByService) -> ComposeService:
    stated = project.services[key]
    name = project.name_of(key)
    if name in project.receiver.services:
        return ComposeService(name, "", (), (), is_known=True)
    identity: dict[str, Any] = {"kind": "app", "tier": project.receiver.tier, "namespace": project.name}
    found = together(
        (
            Taken({**identity, "description": f"{key}, of Docker Compose", "image": text(stated, "image")}),
            figures(stated, burstable=project.receiver.is_burstable),
            command(stated),
            of_environment(project, key, stated),
            network(project, key, stated),
            storage(project, key, stated, volumes),
            health(stated),
            rights(stated),
            sidecars(project, key, volumes),
            routes(project, key, stated),
            Taken(notes=tuple(_not_taken(key, stated))),
            Taken(lacking=tuple(_without_place(project, key, stated))),
        )
    )
    found = together((found, exceptions(found.said, project.receiver.settings)))
    comments = [f"From {key} of Docker Compose.", *found.notes]
    return ComposeService(name, "" if found.lacking else document(found.said, comments), found.notes, found.lacking)


def _not_taken(key: str, stated: Fields) -> Iterator[str]:
    yield from (f"{field} is not taken over" for field in _LEFT_OUT if field in stated)
    if (platform := text(stated, "platform")) not in ("", "linux/amd64", "linux/x86_64"):
        yield f"platform {platform} is not taken over: place it by kubernetes.io/arch, or take another image"
    if signal := text(stated, "stop_signal"):
        yield f"stop_signal {signal} is not taken over: its pods get the signal that the image names, or SIGTERM"
    if (host := text(stated, "hostname")) not in ("", key, text(stated, "container_name")):
        yield f"hostname {host} is not taken over: inside of its pods the host name is the pod's"
    if profiles := values(stated, "profiles"):
        names = listed([str(each) for each in profiles])
        yield f"Compose starts it with the profile {names} alone; here it always runs"
    if mapping(stated, "deploy", "placement"):
        yield "deploy.placement names nodes of Docker and is not taken over: write placement"


def _without_place(project: Project, key: str, stated: Fields) -> Iterator[str]:
    if not text(stated, "image") and "extends" not in stated:
        yield "it is built here: push its image to a registry, and name it under image"
    for field in stated:
        if field not in {*_READ, *_NOT_NEEDED, *_LEFT_OUT} and not field.startswith("x-") and field != "build":
            yield f"{field} has no place here: state it in a patch or in objects"
    for other in project.sharing(key):
        yield from (f"{other}: {each}" for each in _without_place(project, other, project.services[other]))
