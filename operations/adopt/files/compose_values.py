"""The many ways in which Docker Compose writes one value."""

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from config.quantity import Memory
from operations.adopt.cluster.objects import is_fields, is_list
from plan.model.fields import text

_VARIABLE = re.compile(
    r"\$(?:(?P<dollar>\$)|(?P<bare>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*)(?:(?P<how>:?[-?+])(?P<other>[^}]*))?\})"
)
_UNITS = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_LARGEST_FILE = 100_000
"""Bytes of a file that a lab may hold; a ConfigMap takes ten times that."""


class NotSet(Exception):
    """A variable without a value; the message is one sentence."""


class Mount(NamedTuple):
    """Something that appears in a container."""

    source: str
    """A named volume, or a path."""
    target: str
    read_only: bool
    is_volume: bool
    """A named volume, or a folder beside the compose file: both are this service's own data."""
    file: str | None
    """The content of a file beside the compose file."""

    @property
    def is_time_zone(self) -> bool:
        """Whether it is the clock of the host, which a pod gets as a variable."""
        return self.source in ("/etc/localtime", "/etc/timezone")


def interpolated(value: Any, variables: Mapping[str, str]) -> Any:
    """A value with its variables replaced. Raises NotSet."""
    if is_fields(value):
        return {name: interpolated(each, variables) for name, each in value.items()}
    if is_list(value):
        return [interpolated(each, variables) for each in value]
    return _VARIABLE.sub(lambda found: _value_of(found, variables), value) if isinstance(value, str) else value


def _value_of(found: re.Match[str], variables: Mapping[str, str]) -> str:
    if found["dollar"]:
        return "$"
    name, how, other = found["bare"] or found["name"], found["how"] or "", found["other"] or ""
    value = variables.get(name)
    is_there = bool(value) if how.startswith(":") else value is not None
    if how.endswith("+"):
        return other if is_there else ""
    if is_there:
        return value or ""
    if how.endswith("-"):
        return other
    raise NotSet(f"the variable {name} is not set: write {name}=... into .env beside the compose file")


def environment(stated: Any) -> dict[str, str]:
    """Variables, written as a list or as a mapping; those of the caller are empty."""
    if is_list(stated):
        pairs = [str(each).partition("=") for each in stated]
        return {name: value for name, _, value in pairs}
    return {name: _plain(value) for name, value in stated.items()} if is_fields(stated) else {}


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def words(stated: Any) -> list[str]:
    """A command, written as a list or as a shell would read it."""
    if is_list(stated):
        return [str(each) for each in stated]
    return shlex.split(stated) if isinstance(stated, str) else []


def memory_of(stated: Any) -> str | None:
    """An amount of memory as Kubernetes writes it: Docker's units are powers of two."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([bkmg]?)b?", str(stated or "").lower())
    return str(Memory(int(float(found[1]) * _UNITS[found[2]]))) if found else None


def port_of(stated: Any) -> tuple[str, int, str]:
    """Port of the host (empty without one), of the container, and protocol. Of a range, the first."""
    if is_fields(stated):
        return str(stated.get("published", "")), int(str(stated["target"])), text(stated, "protocol") or "tcp"
    address, _, protocol = str(stated).partition("/")
    host, _, number = address.rpartition(":")
    return host.rpartition(":")[2], int(number.partition("-")[0]), protocol or "tcp"


def mount_of(stated: Any, folder: Path) -> Mount:
    """A mount; a relative one is looked at in the folder of the compose file."""
    if is_fields(stated):
        source, target, read_only = text(stated, "source"), text(stated, "target"), bool(stated.get("read_only"))
    else:
        source, _, rest = str(stated).partition(":")
        target, _, options = rest.partition(":")
        read_only = "ro" in options.split(",")
    if not target:
        return Mount("data", source, read_only, is_volume=True, file=None)
    if source.startswith(("/", "~")):
        return Mount(source, target, read_only, is_volume=False, file=None)
    content = _content(folder / source) if source.startswith(".") else None
    return Mount(source, target, read_only, is_volume=content is None, file=content)


def _content(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8") if file.is_file() and file.stat().st_size <= _LARGEST_FILE else None
    except (OSError, UnicodeDecodeError):
        return None
