"""Hooks: a command, or a request, when a container has started or before it is stopped."""

from typing import Annotated, Any, NamedTuple, cast

from pydantic import BeforeValidator, WithJsonSchema

from config.kubernetes import request_path_refusal
from config.model import shown


class Hook(NamedTuple):
    """Either a command in the container, or an HTTP request to it."""

    command: tuple[str, ...] = ()
    http: str | None = None
    """The path that is asked."""
    port: str | None = None
    """The port's name; None for the first one."""
    https: bool = False


_KEYS = {"http": str, "port": str, "https": bool}


def _hook(value: object) -> Hook:
    if isinstance(value, Hook):
        return value
    if isinstance(value, tuple):
        words = cast(tuple[object, ...], value)
        for word in words:
            if not isinstance(word, str) or not word:
                raise ValueError(f"{shown(word)} is not a word of a command; write it in quotes")
        if not words:
            raise ValueError("must not be empty; name a command, or leave it out")
        return Hook(command=cast(tuple[str, ...], words))
    if not isinstance(value, dict):
        raise ValueError(f"{shown(value)} is no hook; write a command as [server, flush], or {{http: /flush}}")
    said = cast(dict[str, Any], value)
    for key, each in said.items():
        if key not in _KEYS:
            raise ValueError(f"unknown key {shown(key)}; a request has {', '.join(_KEYS)}")
        if not isinstance(each, _KEYS[key]):
            raise ValueError(f"{key}: {shown(each)} is not {'true or false' if key == 'https' else 'text'}")
    if "http" not in said:
        raise ValueError("needs http: the path that is asked")
    if refusal := request_path_refusal(said["http"]):
        raise ValueError(refusal)
    return Hook(http=said["http"], port=said.get("port"), https=said.get("https", False))


_COMMAND: dict[str, Any] = {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1}
_REQUEST: dict[str, Any] = {
    "type": "object",
    "properties": {
        "http": {"type": "string", "pattern": "^/"},
        "port": {"type": "string"},
        "https": {"type": "boolean"},
    },
    "required": ["http"],
    "additionalProperties": False,
}

StatedHook = Annotated[Hook, BeforeValidator(_hook), WithJsonSchema({"anyOf": [_COMMAND, _REQUEST]})]
