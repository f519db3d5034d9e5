"""Services of Docker Compose, as services of a lab: what the format says of them, and what has to be looked at."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from operations.adopt.cluster.objects import is_fields
from operations.adopt.cluster.services import as_name
from operations.adopt.cluster.withheld import is_secret
from operations.adopt.cluster.yaml_text import Flow, FlowList, document
from operations.adopt.files.compose_values import (
    NotSet,
    environment,
    interpolated,
    memory_of,
    mount_of,
    port_of,
    words,
)
from operations.new.service import CPU, MEMORY
from plan.model.fields import Fields, mapping, text, values

ASSUMED_SIZE = "10Gi"
"""Of a volume: Compose states no sizes."""
_SAID = frozenset(
    {
        "image",
        "command",
        "entrypoint",
        "environment",
        "ports",
        "volumes",
        "user",
        "read_only",
        "cap_add",
        "cap_drop",
        "mem_limit",
        "cpus",
        "deploy",
        "depends_on",
        "expose",
    }
)
_NOT_NEEDED = frozenset(
    {
        "container_name",
        "hostname",
        "restart",
        "networks",
        "logging",
        "pull_policy",
        "init",
        "stdin_open",
        "tty",
        "links",
    }
)
"""Keys for things that Kubernetes does by itself, or does not need."""


class ComposeService(NamedTuple):
    """A service as a file of the lab."""

    name: str
    text: str
    """Empty where it cannot be written."""
    notes: tuple[str, ...]
    """Assumptions, and what the owner has to do."""
    lacking: tuple[str, ...]
    """Keys that have no place in the file: a service with any of them is not written."""


class InvalidCompose(Exception):
    """A file that is not one of Docker Compose; the message is one sentence."""


def compose_services(
    file: Path, content: Any, variables: Mapping[str, str], tier: str, storage_class: str | None
) -> tuple[ComposeService, ...]:
    """The services of a compose file. `variables` are those of its `.env`. Raises InvalidCompose."""
    if not is_fields(content) or not mapping(content, "services"):
        raise InvalidCompose(f"{file} is not a compose file: it has no services")
    stated = mapping(content, "services")
    return tuple(
        _service(name, mapping(stated, name), _Around(file.parent, variables, stated, tier, storage_class))
        for name in stated
    )


class _Around(NamedTuple):
    folder: Path
    variables: Mapping[str, str]
    services: Fields
    tier: str
    storage_class: str | None


def _service(key: str, raw: Fields, around: _Around) -> ComposeService:
    notes: list[str] = []
    lacking: list[str] = []
    try:
        stated = interpolated(raw, around.variables)
    except NotSet as error:
        return ComposeService(as_name(key), "", (), (str(error),))
    said: dict[str, Any] = {"kind": "app", "tier": around.tier, "namespace": as_name(around.folder.resolve().name)}
    said["description"] = f"{key}, of Docker Compose"
    said["image"] = text(stated, "image")
    if not said["image"]:
        lacking.append("it is built here: push its image to a registry, and name it under image")
    said |= _figures(stated, notes)
    for field, name in (("entrypoint", "command"), ("command", "args")):
        if found := words(stated.get(field)):
            said[name] = FlowList(found)
    said |= _environment(key, stated, notes)
    if ports := _ports(stated, notes):
        said["ports"] = Flow(ports)
    said |= _volumes(stated, around, notes, lacking)
    said |= _security(stated, lacking)
    if waits := [as_name(each) for each in _dependencies(stated) if _listens(around.services, each)]:
        said["waits_for"] = FlowList(waits)
    lacking += [
        f"{field} has no place here: state it in a patch or in objects"
        for field in stated
        if field not in _SAID | _NOT_NEEDED and field not in ("healthcheck", "labels", "privileged", "network_mode")
    ]
    notes += [f"{field} is not taken over" for field in ("healthcheck", "labels") if stated.get(field)]
    comments = [f"From {key} of Docker Compose.", *notes]
    return ComposeService(as_name(key), "" if lacking else document(said, comments), tuple(notes), tuple(lacking))


def _figures(stated: Fields, notes: list[str]) -> dict[str, str]:
    limits = mapping(stated, "deploy", "resources", "limits")
    cpu = limits.get("cpus") or stated.get("cpus")
    memory = memory_of(limits.get("memory") or stated.get("mem_limit"))
    missing = [name for name, value in (("cpu", cpu), ("memory", memory)) if not value]
    if missing:
        notes.append(f"assumed, for nothing is stated: {' and '.join(missing)}")
    return {"cpu": str(cpu or CPU), "memory": memory or str(MEMORY)}


def _environment(key: str, stated: Fields, notes: list[str]) -> dict[str, Any]:
    every = environment(stated.get("environment"))
    secret = {name for name, value in every.items() if is_secret(name, value)}
    said: dict[str, Any] = {}
    if plain := {name: value for name, value in every.items() if name not in secret}:
        said["env"] = plain
    if secret:
        said["secrets"] = {name: Flow() for name in sorted(secret)}
        notes.append(f"put {', '.join(sorted(secret))} into secret/{as_name(key)} of Vault; the values are not written")
    return said


def _ports(stated: Fields, notes: list[str]) -> dict[str, int | str]:
    found: dict[str, int | str] = {}
    for each in values(stated, "ports"):
        host, number, protocol = port_of(each)
        name = "http" if not found and protocol == "tcp" else f"{protocol}-{number}"
        found[name] = number if protocol == "tcp" else f"{number}/{protocol}"
        if host:
            notes.append(f"port {host} of the Docker host led to {number}: expose it, or write load_balancer")
    for each in values(stated, "expose"):
        if int(str(each)) not in found.values():
            found[f"tcp-{each}"] = int(str(each))
    return found


def _volumes(stated: Fields, around: _Around, notes: list[str], lacking: list[str]) -> dict[str, Any]:
    volumes: dict[str, Any] = {}
    mounts: dict[str, Any] = {}
    files: dict[str, str] = {}
    for each in values(stated, "volumes"):
        mount = mount_of(each, around.folder)
        if mount.is_time_zone:
            notes.append("the time zone of the host is not mounted: set TZ")
        elif mount.file is not None and not is_secret(mount.target, mount.file):
            files[mount.target] = mount.file
        elif not mount.is_volume:
            lacking.append(
                f"{mount.source} is a folder of the Docker host: copy it to a share or a volume, and name that"
            )
        elif around.storage_class is None:
            lacking.append("it has volumes: name their class with --storage-class")
        else:
            name = as_name(Path(mount.source).name or "data")
            volumes[name] = Flow(size=ASSUMED_SIZE, storage_class=around.storage_class)
            mounts[name] = Flow(path=mount.target, read_only=True) if mount.read_only else mount.target
            notes.append(f"volume {name}: its size is assumed; copy what is in {mount.source} into it")
    said = {"volumes": volumes, "mounts": mounts, "files": files}
    return {field: found for field, found in said.items() if found}


def _security(stated: Fields, lacking: list[str]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    user, _, group = str(stated.get("user", "")).partition(":")
    for field, number in (("run_as_user", user), ("run_as_group", group)):
        if number.isdigit():
            said[field] = int(number)
        elif number:
            lacking.append(f"{field} has to be a number, and {number} is a name of the image")
    if stated.get("read_only"):
        said["read_only_root"] = True
    for field, name in (("cap_add", "capabilities"), ("cap_drop", "drop_capabilities")):
        if found := values(stated, field):
            said[name] = FlowList([str(each).upper().removeprefix("CAP_") for each in found])
    shared = {"privileged": bool(stated.get("privileged")), "host_network": stated.get("network_mode") == "host"}
    if any(shared.values()):
        said |= {field: True for field, wanted in shared.items() if wanted}
        said["exceptions"] = {"host-access": "It has it in Docker Compose"}
    if stated.get("network_mode") not in (None, "host", "bridge", "default"):
        lacking.append(
            f"network_mode {stated['network_mode']} has no place here: another container's network is a sidecar"
        )
    return said


def _dependencies(stated: Fields) -> Iterable[str]:
    return [str(each) for each in values(stated, "depends_on")] or list(mapping(stated, "depends_on"))


def _listens(services: Fields, name: str) -> bool:
    return bool(values(services, name, "ports") or values(services, name, "expose"))


def documented(found: Iterable[ComposeService]) -> Iterator[tuple[str, str]]:
    """Path in a lab and text of each service that can be written."""
    for each in found:
        if each.text:
            yield f"services/{each.name}.yaml", each.text
