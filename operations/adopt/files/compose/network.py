"""Ports, names and dependencies of a Compose service."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from operations.adopt.cluster.objects import is_fields
from operations.adopt.cluster.services import as_name
from operations.adopt.cluster.yaml_text import Flow, FlowList
from operations.adopt.files.compose.project import Project
from operations.adopt.files.compose.taken import Taken
from operations.adopt.files.compose.values import ports_in
from plan.model.fields import Fields, mapping, text, values
from plan.wording import listed

_COMPLETED = "service_completed_successfully"


def network(project: Project, key: str, stated: Fields) -> Taken:
    """Ports, the services it waits for, the names it knows, and who reaches it."""
    said: dict[str, Any] = {}
    if ports := project.ports_of(key):
        said["ports"] = Flow(ports)
    if project.name_of(key) != as_name(key):
        said["adopt"] = Flow(service=as_name(key))
    others = [each for each in dependencies(stated) if each in project.services and project.host_of(each) != key]
    waited = [project.name_of(each) for each in map(project.host_of, others) if project.ports_of(each)]
    gone = [each for each in dict.fromkeys(waited) if each in project.left_out]
    if waits := [each for each in dict.fromkeys(waited) if each not in project.left_out]:
        said["waits_for"] = FlowList(waits)
    if any(_waits_for_its_end(other, key) for other in project.services.values()):
        said["runs_as"] = "job"
    names, lacking = _names(stated)
    if names:
        said["placement"] = names
    return Taken(
        said,
        (*_published(stated), *_renamed(project, key, stated), *_does_not_wait(gone), *_own_addresses(stated)),
        (*lacking, *_unknown_port(project, key), *_not_understood(stated)),
    )


def _published(stated: Fields) -> Iterator[str]:
    for port in (port for written in values(stated, "ports") for port in ports_in(written)):
        if port.host:
            yield f"port {port.host} of the Docker host led to {port.number}: expose it, or write load_balancer"


def _not_understood(stated: Fields) -> Iterator[str]:
    for each in (*values(stated, "ports"), *values(stated, "expose")):
        if not ports_in(each):
            yield f"{each} is not understood as a port, or is a range of more than 20"


def _does_not_wait(gone: list[str]) -> Iterator[str]:
    if gone:
        verb = "is" if len(gone) == 1 else "are"
        yield f"it does not wait for {listed(gone)}, which {verb} not written: add waits_for when you have written it"


def _own_addresses(stated: Fields) -> Iterator[str]:
    networks = mapping(stated, "networks")
    for field in ("ipv4_address", "ipv6_address"):
        for address in filter(None, (text(networks, name, field) for name in networks)):
            yield f"its own address {address} is not taken over: write load_balancer where others use it"


def _unknown_port(project: Project, key: str) -> Iterator[str]:
    """A service that others reach needs a port, which Docker does not ask for."""
    if project.ports_of(key):
        return
    users = [other for other in project.services if other != key and _reaches(project, other, key)]
    if users:
        reach = "reach" if len(users) > 1 else "reaches"
        yield f"{', '.join(users)} {reach} it, and it states no port: write expose: ['PORT'] for it in the compose file"


def _reaches(project: Project, other: str, key: str) -> bool:
    stated = project.services[other]
    conditions = stated.get("depends_on")
    condition = text(conditions, key, "condition") if is_fields(conditions) else ""
    return key in dependencies(stated) and condition != _COMPLETED


def _waits_for_its_end(other: Fields, key: str) -> bool:
    conditions = other.get("depends_on")
    return is_fields(conditions) and text(conditions, key, "condition") == _COMPLETED


def dependencies(stated: Fields) -> list[str]:
    """The services that a service is started after."""
    conditions = stated.get("depends_on")
    return list(conditions) if is_fields(conditions) else [str(each) for each in values(stated, "depends_on")]


def _renamed(project: Project, key: str, stated: Fields) -> Iterator[str]:
    """Names that Docker resolves and the cluster does not, in what the service says of its own."""
    said = [f"{name}={value}" for name, value in _texts(stated)]
    for other in project.services:
        for name in sorted(project.other_names(other)) if other != key else ():
            users = [
                each.partition("=")[0] for each in said if re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", each)
            ]
            if users:
                say = "name" if len(users) > 1 else "names"
                yield f"{', '.join(users)} {say} {name}, which is reached as {as_name(other)} here: change that"


def _texts(stated: Fields) -> Iterator[tuple[str, str]]:
    variables = stated.get("environment")
    if is_fields(variables):
        yield from ((str(name), str(value)) for name, value in variables.items())
    else:
        yield from ((name, value) for name, _, value in (str(e).partition("=") for e in values(stated, "environment")))
    for field in ("command", "entrypoint"):
        found = stated.get(field)
        yield field, found if isinstance(found, str) else " ".join(map(str, values(stated, field)))


def _names(stated: Fields) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """Name servers and further names, and those that only Docker knows."""
    hosts: dict[str, list[str]] = {}
    lacking: list[str] = []
    extra = stated.get("extra_hosts")
    pairs = (
        extra.items()
        if is_fields(extra)
        else (re.split("[:=]", str(e), maxsplit=1) for e in values(stated, "extra_hosts"))
    )
    for name, address in ((str(a), str(b)) for a, b in pairs):
        if address == "host-gateway":
            lacking.append(f"{name} is the Docker host: name the machine that is meant, under placement.host_names")
        else:
            hosts.setdefault(address, []).append(name)
    servers = stated.get("dns")
    nameservers = [servers] if isinstance(servers, str) else [str(each) for each in values(stated, "dns")]
    said: dict[str, Any] = {}
    if hosts:
        said["host_names"] = Flow({address: FlowList(names) for address, names in hosts.items()})
    if nameservers:
        said["dns"] = Flow(nameservers=FlowList(nameservers))
    return said, tuple(lacking)
