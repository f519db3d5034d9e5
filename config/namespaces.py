"""The namespace that a service lives in."""

from collections.abc import Mapping
from typing import Protocol

from config.group import Group
from config.objects import StatedObject
from config.service import Service


class HasServices(Protocol):
    """A lab, or what could be read of one."""

    @property
    def services(self) -> Mapping[str, Service]:
        """Services by name."""
        ...

    @property
    def groups(self) -> Mapping[str, Group]:
        """Groups by name."""
        ...


def namespace_of(lab: HasServices, name: str) -> str:
    """The namespace of a service: the one that it or its group states, or `<tier>-<name>`."""
    service = lab.services[name]
    group = lab.groups.get(service.group) if service.group else None
    stated = service.namespace or (group.namespace if group else None)
    return stated or f"{service.tier}-{service.group or name}"


def namespace_of_object(lab: HasServices, stated: StatedObject) -> str:
    """The namespace of an object in a file: its own, or that of the service beside which it stands."""
    return stated.namespace or namespace_of(lab, str(stated.path[1]))
