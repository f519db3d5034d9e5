"""Objects of a running cluster as they are read: what they are called, and which tools wrote them."""

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeGuard

from plan.model.fields import Fields, entries, mapping, text
from plan.model.metadata import is_custom

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""The annotation in which `kubectl apply` keeps a whole object: of a Secret, its content too."""


class Key(NamedTuple):
    """Identity of an object, without the version of its API."""

    kind: str
    namespace: str
    """Empty for an object of the whole cluster."""
    name: str
    group: str = ""
    """The API group of its kind; empty for the kinds of Kubernetes, each of which is in one group."""

    @property
    def kind_and_group(self) -> str:
        """As kubectl takes it: `Deployment`, `Middleware.traefik.io`."""
        return ".".join(filter(None, (self.kind, self.group)))

    def __str__(self) -> str:
        return "/".join(filter(None, (self.kind_and_group, self.namespace, self.name)))


class Writer(NamedTuple):
    """An entry of managedFields: who wrote some fields, and how."""

    manager: str
    operation: str
    """`Apply` or `Update`."""
    subresource: str


def key_of(manifest: Fields) -> Key:
    """The key of an object."""
    kind, metadata = text(manifest, "kind"), mapping(manifest, "metadata")
    return Key(kind, text(metadata, "namespace"), text(metadata, "name"), custom_group(text(manifest, "apiVersion")))


def custom_group(api_version: str) -> str:
    """The API group in `GROUP/VERSION`; empty for the groups of Kubernetes. Of these, a kind that is in two, as Event
    is, has the same objects in both."""
    group = api_version.rpartition("/")[0]
    return group if is_custom(group) else ""


def writers_of(manifest: Fields) -> Iterator[Writer]:
    """Writers of an object's fields, its status aside."""
    for entry in entries(manifest, "metadata", "managedFields"):
        writer = Writer(text(entry, "manager"), text(entry, "operation"), text(entry, "subresource"))
        if writer.subresource != "status":
            yield writer


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether a value is a list, as JSON and YAML have them."""
    return isinstance(value, list)


def is_fields(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether a value has fields."""
    return isinstance(value, dict)
