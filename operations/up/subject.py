"""The resources of a program by their URN."""

from observation.objects import Reference
from operations.guard.objects.consequences import kind_of
from plan.changes.engine_rules import OWNERS_OF_NOTHING


def type_of(urn: str) -> str:
    """For example `kubernetes:apps/v1:Deployment`; empty for anything but a URN."""
    parts = urn.split("::", maxsplit=3)
    return parts[2].rpartition("$")[2] if len(parts) == 4 else ""


def is_made(urn: str) -> bool:
    """Whether something is made by it: components and the stack only hold others."""
    kind = type_of(urn)
    return bool(kind) and not kind.startswith(OWNERS_OF_NOTHING)


def reference_of(urn: str) -> Reference:
    """The object, machine or other resource: the program names an object by its namespace and name."""
    pulumi_type, name = type_of(urn), urn.split("::", maxsplit=3)[-1]
    namespace, _, own = name.rpartition("/")
    if pulumi_type.startswith("kubernetes:"):
        return Reference(kind_of(pulumi_type)[1], namespace or None, own)
    return Reference(pulumi_type.rpartition(":")[2] or "the program", None, name if pulumi_type else "")
