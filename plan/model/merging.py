"""Merging of manifests, as a strategic merge patch does it."""

from collections.abc import Mapping
from typing import Any, TypeGuard

LIST_KEYS: Mapping[str, tuple[str, ...]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "volumes": ("name",),
    "env": ("name",),
    "ports": ("containerPort", "port", "protocol"),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "imagePullSecrets": ("name",),
    "hostAliases": ("ip",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
    "secrets": ("name",),
}
"""Lists whose elements are merged by these fields; every other list is replaced as a whole."""
_DEFAULTS: Mapping[str, str] = {"protocol": "TCP"}


def merged(base: Any, patch: Any, field: str = "") -> Any:
    """A value of a manifest with a patch over it. `field` is the key that it stands under; null removes a key."""
    if is_fields(base) and is_fields(patch):
        result = dict(base)
        for key, value in patch.items():
            if value is None:
                result.pop(key, None)
            else:
                result[key] = merged(base.get(key), value, key)
        return result
    known, changes = keyed(base, field), keyed(patch, field)
    if known is not None and changes is not None:
        return [*(merged(each, changes.pop(key, {})) for key, each in known.items()), *changes.values()]
    return merged({}, patch) if is_fields(patch) else patch


def identity(element: Mapping[str, Any], keys: tuple[str, ...]) -> tuple[Any, ...]:
    """The values by which an element of a list is known; a port that states no protocol is TCP's."""
    return tuple(element.get(key, _DEFAULTS.get(key)) for key in keys if key in element or key in _DEFAULTS)


def keyed(value: Any, field: str) -> dict[tuple[Any, ...], dict[str, Any]] | None:
    """The elements of a list, by the values by which they are known; None of a list that is replaced as a whole. Custom
    kinds have lists that are only called like those of Kubernetes: an element has none of the values, or two the same.
    """
    keys = LIST_KEYS.get(field)
    if keys is None or not is_list_of_fields(value):
        return None
    found = {identity(each, keys): each for each in value if any(key in each for key in keys)}
    return found if len(found) == len(value) else None


def is_fields(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether a value of a manifest has fields."""
    return isinstance(value, dict)


def is_list_of_fields(value: Any) -> TypeGuard[list[dict[str, Any]]]:
    """Whether a value of a manifest is a list of such."""
    return isinstance(value, list) and all(map(is_fields, value))  # pyright: ignore[reportUnknownArgumentType]
