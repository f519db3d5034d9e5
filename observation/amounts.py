"""Amounts of live objects: the API server keeps none that is no quantity, but a dump may have been written by hand."""

from typing import Any, cast

from config.notation import is_quantity
from plan.model import Manifest

_KINDS = frozenset(
    (
        *("Pod", "Node", "PersistentVolume", "PersistentVolumeClaim", "ResourceQuota", "LimitRange", "Deployment"),
        *("StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob"),
    )
)
_HOLDERS = frozenset(
    (
        *("requests", "limits", "capacity", "allocatable", "allocatedResources", "overhead", "hard", "used"),
        *("default", "defaultRequest", "max", "min"),
    )
)
"""Keys below which every value is an amount."""


def has_only_quantities(item: Manifest) -> bool:
    """Whether all amounts of an object of Kubernetes' own can be read."""
    return item.get("kind") not in _KINDS or holds_only_quantities(item.get("spec"), item.get("status"))


def holds_only_quantities(*parts: Any) -> bool:
    """Whether all amounts of resources in parts of an object can be read."""
    left: list[Any] = [*parts]
    while left:
        each = left.pop()
        if isinstance(each, list):
            left += cast(list[Any], each)
        elif isinstance(each, dict):
            for key, below in cast(dict[str, Any], each).items():
                if key == "sizeLimit" and below is not None and not _is_amount(below):
                    return False
                if key in _HOLDERS and isinstance(below, dict):
                    if not all(_is_amount(amount) for amount in cast(dict[str, Any], below).values()):
                        return False
                elif isinstance(below, (dict, list)):
                    left.append(below)
    return True


def _is_amount(value: object) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool) and is_quantity(str(value))
