"""Settings of Traefik as the values of its chart state them: entry points, by keys of the chart and by flags."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from config.lab import Lab
from config.service import HelmService
from plan.model.fields import entries, mapping, text, value, values

_FLAGS = ("additionalArguments", "globalArguments")
_ENTRY_POINT = "--entrypoints."
_VARIABLE = "traefik_entrypoints_"
_DEFAULTS: Mapping[str, Mapping[str, object]] = {
    "web": {"exposed": True},
    "websecure": {"exposed": True},
    "traefik": {"exposed": False},
    "metrics": {"exposed": False},
}
"""Entry points of the chart's own values, 41.3.0."""


class EntryPoint(NamedTuple):
    """A port at which Traefik takes what comes from outside."""

    name: str
    is_udp: bool = False
    is_exposed: bool = True
    """Whether a Service, or the node, has the port; one of a flag alone has none there."""


def traefik_of(lab: Lab) -> tuple[str, HelmService] | None:
    """The lab's Traefik, by its name, where it is a chart whose values are in the lab."""
    ingress = lab.cluster.platform.ingress
    service = lab.services.get(ingress.controller) if ingress else None
    if ingress is None or not isinstance(service, HelmService) or service.as_found:
        return None
    return ingress.controller, service


def entry_points(given: Mapping[str, Any]) -> Mapping[str, EntryPoint]:
    """The entry points that values define, those of the chart included, by their names in lower case."""
    found = {name: EntryPoint(name, is_exposed=bool(each["exposed"])) for name, each in _DEFAULTS.items()}
    for name, port in mapping(given, "ports").items():
        if port is None:
            found.pop(name.lower(), None)
        elif isinstance(port, Mapping):
            found[name.lower()] = _stated(name, mapping(given, "ports", name), found.get(name.lower()))
    for flag in flags(given):
        if flag.startswith(_ENTRY_POINT):
            name, _, rest = flag.removeprefix(_ENTRY_POINT).partition(".")
            is_udp = rest.startswith("address=") and rest.endswith("/udp")
            found.setdefault(name, EntryPoint(name, is_udp, is_exposed=False))
    if value(given, "hostNetwork") is True or value(given, "service", "enabled") is False:
        return {name: each._replace(is_exposed=True) for name, each in found.items()}
    return found


def _stated(name: str, port: Mapping[str, Any], default: EntryPoint | None) -> EntryPoint:
    """`expose` was true or false in charts before 27, and is so for each Service since. A port of the node is reached
    without one."""
    by_default = default is not None and default.is_exposed
    stated = value(port, "expose")
    if isinstance(stated, bool):
        exposed = stated
    else:
        services = {"default": by_default, **mapping(port, "expose")}
        exposed = any(services.values())
    is_udp = text(port, "protocol").upper() == "UDP"
    return EntryPoint(name, is_udp, is_exposed=exposed or bool(value(port, "hostPort")))


def flags(given: Mapping[str, Any]) -> Iterator[str]:
    """Flags of Traefik in values, and environment variables as the flags that they stand for; all in lower case."""
    for key in _FLAGS:
        yield from (str(each).lower() for each in values(given, key))
    for each in entries(given, "env"):
        name = text(each, "name").lower()
        if name.startswith(_VARIABLE):
            path = name.removeprefix("traefik_").replace("_", ".")
            yield f"--{path}={text(each, 'value').lower()}"
