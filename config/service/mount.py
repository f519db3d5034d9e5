"""Where a volume appears in a container."""

from typing import Annotated, Any, NamedTuple, cast

from pydantic import BeforeValidator, WithJsonSchema

from config.kubernetes import mount_path_refusal
from config.model import shown


class Mount(NamedTuple):
    """A place where a volume appears."""

    path: str
    sub_path: str | None = None
    """The folder or file of the volume that appears there, with variables of the container as `$(POD_NAME)`; left out,
    all of it."""
    read_only: bool = False
    propagation: str | None = None
    """`HostToContainer` shows what the node mounts there later, `Bidirectional` also shows the node what the container
    mounts."""


_KEYS = {"path": str, "sub_path": str, "read_only": bool, "propagation": str}
PROPAGATIONS = ("HostToContainer", "Bidirectional")


def _mounts(value: object) -> tuple[Mount, ...]:
    if isinstance(value, tuple):
        found = tuple(_mount(each) for each in cast(tuple[object, ...], value))
        if not found:
            raise ValueError("must not be empty; name a path")
        return found
    return (_mount(value),)


def _mount(value: object) -> Mount:
    if isinstance(value, Mount):
        return value
    said: dict[str, Any] = cast(dict[str, Any], value) if isinstance(value, dict) else {"path": value}
    for key, each in said.items():
        if key not in _KEYS:
            raise ValueError(f"unknown key {shown(key)}; a mount has {', '.join(_KEYS)}")
        if not isinstance(each, _KEYS[key]):
            raise ValueError(f"{key}: {shown(each)} is not {'true or false' if key == 'read_only' else 'text'}")
    path: str = said.get("path", "")
    sub_path: str | None = said.get("sub_path")
    if refusal := mount_path_refusal(path):
        raise ValueError(refusal)
    if sub_path is not None and (sub_path.startswith("/") or ".." in sub_path.split("/")):
        raise ValueError(f"sub_path: {shown(sub_path)} must lie within the volume, as photos/thumbs")
    propagation: str | None = said.get("propagation")
    if propagation is not None and propagation not in PROPAGATIONS:
        raise ValueError(f"propagation: {shown(propagation)} is none; write {' or '.join(PROPAGATIONS)}")
    return Mount(path, sub_path, bool(said.get("read_only")), propagation)


_PATH = {"type": "string", "pattern": "^/[^:]*$"}
_LONG: dict[str, Any] = {
    "type": "object",
    "properties": {
        "path": _PATH,
        "sub_path": {"type": "string"},
        "read_only": {"type": "boolean"},
        "propagation": {"enum": [*PROPAGATIONS]},
    },
    "required": ["path"],
    "additionalProperties": False,
}
_ONE = {"anyOf": [_PATH, _LONG]}

MountPoints = Annotated[
    tuple[Mount, ...],
    BeforeValidator(_mounts),
    WithJsonSchema({"anyOf": [_PATH, _LONG, {"type": "array", "items": _ONE, "minItems": 1}]}),
]
