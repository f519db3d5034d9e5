"""The many ways in which Docker Compose writes one value."""

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from config.quantity import Memory
from operations.adopt.cluster.objects import is_fields, is_list
from plan.model.fields import mapping, text

_VARIABLE = re.compile(
    r"\$(?:(?P<dollar>\$)|(?P<bare>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*)(?:(?P<how>:?[-?+])(?P<other>[^}]*))?\})"
)
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}
_UNITS = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


class Mount(NamedTuple):
    """Something that appears in a container."""

    kind: str
    """`volume`, `bind`, `tmpfs` or another of Docker's."""
    source: str
    """A named volume, or a path; empty where Docker makes a volume without a name."""
    target: str
    read_only: bool
    size: str = ""
    """Of a folder in memory, as Docker writes it."""

    @property
    def is_beside(self) -> bool:
        """Whether it is a path below the folder of the compose file."""
        return self.kind == "bind" and not self.source.startswith(("/", "~", ".."))


def interpolated(value: Any, variables: Mapping[str, str]) -> Any:
    """A value with its variables replaced; those that are not set are empty."""
    if is_fields(value):
        return {name: interpolated(each, variables) for name, each in value.items()}
    if is_list(value):
        return [interpolated(each, variables) for each in value]
    return _VARIABLE.sub(lambda found: _value_of(found, variables) or "", value) if isinstance(value, str) else value


def unset_in(value: Any, variables: Mapping[str, str]) -> Iterator[str]:
    """The variables in a value that are not set, and have no default."""
    if is_fields(value) or is_list(value):
        for each in value.values() if is_fields(value) else value:
            yield from unset_in(each, variables)
    elif isinstance(value, str):
        for found in _VARIABLE.finditer(value):
            if _value_of(found, variables) is None:
                yield found["bare"] or found["name"]


def _value_of(found: re.Match[str], variables: Mapping[str, str]) -> str | None:
    if found["dollar"]:
        return "$"
    name, how, other = found["bare"] or found["name"], found["how"] or "", found["other"] or ""
    value = variables.get(name)
    is_there = bool(value) if how.startswith(":") else value is not None
    if how.endswith("+"):
        return other if is_there else ""
    if is_there:
        return value
    return other if how.endswith("-") else None


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


_WIDEST_RANGE = 20
"""Ports of a range that are written one by one."""


class Port(NamedTuple):
    """A port on which a container listens."""

    host: str
    """Port of the Docker host that leads to it; empty without one."""
    number: int
    protocol: str


def ports_in(stated: Any) -> tuple[Port, ...]:
    """A port, in its short or its long form, or each one of a range. Empty for anything else."""
    if is_fields(stated):
        host, number, protocol = str(stated.get("published") or ""), str(stated.get("target")), text(stated, "protocol")
    else:
        address, _, protocol = str(stated).partition("/")
        before, _, number = address.rpartition(":")
        host = before.rpartition(":")[2]
    numbers, hosts = _range_of(number), _range_of(host)
    led = [str(each) for each in hosts] if len(hosts) == len(numbers) else [host] * len(numbers)
    return tuple(Port(outside, each, protocol or "tcp") for outside, each in zip(led, numbers, strict=True))


def _range_of(stated: str) -> range:
    """The numbers of a port or a range; of a wide one none."""
    first, _, last = stated.partition("-")
    if not first.isdigit() or not (last or first).isdigit():
        return range(0)
    found = range(int(first), int(last or first) + 1)
    return found if len(found) <= _WIDEST_RANGE else range(0)


def mount_of(stated: Any) -> Mount:
    """A mount, in its short or its long form."""
    if is_fields(stated):
        return Mount(
            text(stated, "type") or "volume",
            text(stated, "source"),
            text(stated, "target"),
            bool(stated.get("read_only")),
            str(mapping(stated, "tmpfs").get("size") or ""),
        )
    source, _, rest = str(stated).partition(":")
    target, _, options = rest.partition(":")
    if not target:
        return Mount("volume", "", source, read_only=False)
    is_path = source.startswith((".", "/", "~"))
    return Mount("bind" if is_path else "volume", source, target, "ro" in options.split(","))


def dotenv(content: str) -> dict[str, str]:
    """The variables of a file such as `.env`, which may name those above them."""
    lines = (line.strip().removeprefix("export ") for line in content.splitlines())
    found: dict[str, str] = {}
    for name, _, value in (line.partition("=") for line in lines if "=" in line and not line.startswith("#")):
        found[name.strip()] = _unquoted(value.strip(), found)
    return found


def _unquoted(value: str, known: Mapping[str, str]) -> str:
    """A value without its quotes; single ones keep it as it is."""
    quote = value[:1] if value[:1] in ("'", '"') else ""
    end = value.find(quote, 1) if quote else -1
    plain = value[1:end] if end > 0 else value.partition(" #")[0].rstrip()
    return plain if quote == "'" else interpolated(plain, known)


def seconds_of(stated: Any, default: int) -> int:
    """A duration such as `1m30s`, in whole seconds."""
    parts = re.findall(r"(\d+(?:\.\d+)?)(us|ms|h|m|s)", str(stated or ""))
    total = sum(float(number) * _SECONDS[unit] for number, unit in parts)
    return max(1, round(total)) if parts else default
