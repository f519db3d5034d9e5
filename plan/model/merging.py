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
    keys = LIST_KEYS.get(field)
    if keys and is_list_of_fields(base) and is_list_of_fields(patch):
        changes = {identity(each, keys): each for each in patch}
        kept = [merged(each, changes.pop(identity(each, keys), {})) for each in base]
        return [*kept, *changes.values()]
    return merged({}, patch) if is_fields(patch) else patch


def identity(element: Mapping[str, Any], keys: tuple[str, ...]) -> tuple[Any, ...]:
    """The values by which an element of a list is known; a port that states no protocol is TCP's."""
    return tuple(element.get(key, _DEFAULTS.get(key)) for key in keys if key in element or key in _DEFAULTS)


def is_fields(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether a value of a manifest has fields."""
    return isinstance(value, dict)


def is_list_of_fields(value: Any) -> TypeGuard[list[dict[str, Any]]]:
    """Whether a value of a manifest is a list of such."""
    return isinstance(value, list) and all(map(is_fields, value))  # pyright: ignore[reportUnknownArgumentType]
