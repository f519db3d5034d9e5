"""Ports: where a container listens, and where it is reached."""

import re
from typing import Annotated, Any, Literal, NamedTuple, cast

from pydantic import BeforeValidator, WithJsonSchema

from config.model import NAME_PATTERN, shown

LARGEST = 65535
NODE_PORTS = range(30000, 32768)
"""Ports of every node that Kubernetes gives to Services, unless the API server is set otherwise."""


class ContainerPort(NamedTuple):
    """A port on which a container listens."""

    number: int
    protocol: Literal["TCP", "UDP"]
    service: int | None = None
    """The port of the Kubernetes Service, where it is another."""
    node: int | None = None
    """The port of every node at which the Service is reached as well."""
    host: int | None = None
    """The port of the node that a pod takes for itself."""
    speaks: str | None = None
    """The protocol above it (`appProtocol`), for controllers that ask."""
    service_name: str | None = None
    """The name of the port of the Kubernetes Service, where it is another."""
    is_served: bool = True
    """Whether the Kubernetes Service has it."""

    @property
    def reached(self) -> int:
        """The port at which others in the cluster reach it."""
        return self.service or self.number


_SPOKEN = re.compile(r"([a-z0-9]([-.a-z0-9]*[a-z0-9])?/)?[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?")
_PORT = re.compile(r"(\d{1,5})(?:/(tcp|udp))?")
_KEYS = ("number", "service", "node", "host", "speaks", "service_name")


def _port(value: object) -> ContainerPort:
    if isinstance(value, ContainerPort):
        return value
    if not isinstance(value, dict):
        return _listening(value)
    said = cast(dict[str, Any], value)
    for key in said:
        if key not in _KEYS:
            raise ValueError(f"unknown key {shown(key)}; a port has {', '.join(_KEYS)}{_hint(key)}")
    if "number" not in said:
        raise ValueError("needs number: the port on which the container listens")
    service, node = said.get("service"), said.get("node")
    if service is not None and service is not False and not (_is_number(service) and 0 < service <= LARGEST):
        raise ValueError(f"service: {shown(service)} is not a port; {_write(service)}, or false for none")
    if node is not None and node not in NODE_PORTS:
        is_quoted = str(node).isdigit() and int(str(node)) in NODE_PORTS
        way = _write(node) if is_quoted else f"they are {NODE_PORTS[0]} to {NODE_PORTS[-1]}"
        raise ValueError(f"node: {shown(node)} is not a port of nodes; {way}")
    host = said.get("host")
    if host is not None and not (_is_number(host) and 0 < host <= LARGEST):
        raise ValueError(f"host: {shown(host)} is not a port; {_write(host)}")
    speaks = said.get("speaks")
    if speaks is not None and not (isinstance(speaks, str) and _SPOKEN.fullmatch(speaks)):
        raise ValueError(f"speaks: {shown(speaks)} is no protocol; write for example kubernetes.io/ws or https")
    if speaks is not None and speaks.lower() in ("tcp", "udp"):
        raise ValueError(f"speaks: {speaks} is the protocol below; it stands with the number, as 53/udp")
    name = said.get("service_name")
    if name is not None and not (isinstance(name, str) and re.fullmatch(NAME_PATTERN, name)):
        raise ValueError(f"service_name: {shown(name)} is no name of a port; write for example http-web")
    if service is False and (stated := [key for key in ("node", "speaks", "service_name") if key in said]):
        raise ValueError(f"with service: false it has no {' and no '.join(stated)}; leave out one of the two")
    port = _listening(said["number"])._replace(node=node, host=host, speaks=speaks, service_name=name)
    return port._replace(is_served=False) if service is False else port._replace(service=service)


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _write(stated: object) -> str:
    """The number to write in place of something that is none: the same one, where it only has quotes."""
    if isinstance(stated, str) and stated.isdigit() and 0 < int(stated) <= LARGEST:
        return f"write {int(stated)}, without quotes"
    return "write for example 80"


_FOREIGN = {
    "containerPort": "here it is number",
    "targetPort": "here it is number, where the container listens; service is the port of the Kubernetes Service",
    "port": "here it is service, the port of the Kubernetes Service, and number where the container listens",
    "nodePort": "here it is node",
    "hostPort": "here it is host",
    "appProtocol": "here it is speaks",
    "name": "its name is its key, as {http: 8000}, and service_name another one of the Kubernetes Service",
    "protocol": "its protocol stands with its number, as 53/udp",
}
"""Fields of manifests, each with the words here."""


def _hint(key: str) -> str:
    said = _FOREIGN.get(key) or _FOREIGN.get(key.lower())
    return f"; {said}" if said else ""


def _listening(value: object) -> ContainerPort:
    match = _PORT.fullmatch(str(value))
    if match is None or isinstance(value, bool) or not 0 < int(match[1]) <= LARGEST:
        raise ValueError(f"{shown(value)} is not a port; write for example 8080 or 53/udp")
    return ContainerPort(int(match[1]), "UDP" if match[2] == "udp" else "TCP")


_NUMBER = {"type": ["integer", "string"], "pattern": r"^\d{1,5}(/(tcp|udp))?$", "minimum": 1, "maximum": LARGEST}
_LONG: dict[str, Any] = {
    "type": "object",
    "properties": {
        "number": _NUMBER,
        "service": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": LARGEST}, {"const": False}]},
        "host": {"type": "integer", "minimum": 1, "maximum": LARGEST},
        "speaks": {"type": "string", "pattern": f"^{_SPOKEN.pattern}$"},
        "service_name": {"type": "string", "pattern": NAME_PATTERN},
        "node": {"type": "integer", "minimum": NODE_PORTS[0], "maximum": NODE_PORTS[-1]},
    },
    "required": ["number"],
    "additionalProperties": False,
}

PortNumber = Annotated[ContainerPort, BeforeValidator(_port), WithJsonSchema({"anyOf": [_NUMBER, _LONG]})]
