"""Exact quantities in Kubernetes notation: CPU in millicores, memory in bytes.

Values are whole millicores or whole bytes; finer ones are refused, because the API server would round them in silence.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import BeforeValidator, WithJsonSchema

from config.model import shown
from config.notation import BINARY, DECIMAL, exact


class Cpu(int):
    """CPU time in millicores; one vCPU is 1000. `str` gives the form in which the API server stores it."""

    __slots__ = ()

    @classmethod
    @lru_cache(maxsize=4096)
    def parse(cls, text: str) -> Self:
        """Read ``500m``, ``2`` or ``0.5``. Raises ValueError for anything finer than a millicore."""
        millicores = exact(text) * 1000
        if millicores.denominator != 1:
            raise ValueError(f"{text!r} is finer than 1m, the smallest share of a CPU that Kubernetes knows")
        return cls(millicores.numerator)

    def __str__(self) -> str:
        cores, rest = divmod(int(self), 1000)
        return f"{int(self)}m" if rest else _with_suffix(cores, DECIMAL)


class Memory(int):
    """An amount of memory or disk in bytes. `str` gives the form in which the API server stores one of binary units."""

    __slots__ = ()

    @property
    def stored(self) -> str:
        """The form in which the API server stores it: in the sort of units in which it was written."""
        return str(self)

    @classmethod
    @lru_cache(maxsize=4096)
    def parse(cls, text: str) -> Self:
        """Read ``512Mi``, ``1.5Gi`` or ``1000000``. Raises ValueError for fractions of a byte."""
        size = exact(text)
        if text.endswith("m"):
            raise ValueError(f"{text!r} is thousandths of a byte; did you mean {text[:-1]}Mi?")
        if size.denominator != 1:
            raise ValueError(f"{text!r} is not a whole number of bytes; did you mean {text}Gi?")
        return cls(size.numerator)

    def __str__(self) -> str:
        return _with_suffix(int(self), DECIMAL if int(self) % 1024 else BINARY)

    @property
    def mib(self) -> int:
        """Whole mebibytes, rounded down: the unit in which Proxmox sizes a machine's memory."""
        return int(self) >> 20

    @property
    def gib(self) -> float:
        """Gibibytes, for display."""
        return int(self) / (1 << 30)


class _Decimal(Memory):
    """An amount that was written in decimal units, or without any."""

    __slots__ = ()

    @property
    def stored(self) -> str:
        return _with_suffix(int(self), DECIMAL)


@lru_cache(maxsize=4096)
def stored(text: str) -> str | None:
    """A quantity of CPU or memory in the form in which the API server stores it; None for one that is none, or is finer
    than it counts here."""
    try:
        return str(Cpu.parse(text)) if text[-2:] not in BINARY else Memory.parse(text).stored
    except ValueError:
        return None


def decimal(number: int) -> str:
    """A whole number of something countable, as the API server stores it: ``8k`` for 8000."""
    return _with_suffix(number, DECIMAL)


def _with_suffix(number: int, units: Mapping[str, int]) -> str:
    """The number with the largest unit of which it is a whole multiple."""
    for suffix, factor in reversed(list(units.items())):
        if number and number % factor == 0:
            return f"{number // factor}{suffix}"
    return str(number)


def _text(value: object) -> str:
    """The text of a YAML scalar; numbers keep the digits they were written with."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"must be a quantity such as 500m or 512Mi, not {shown(value)}")
    return str(value)


def _read_cpu(value: object) -> Cpu:
    return value if isinstance(value, Cpu) else Cpu.parse(_text(value))


def _read_memory(value: object) -> Memory:
    if isinstance(value, Memory):
        return value
    text = _text(value)
    size = Memory.parse(text)
    return size if text[-2:] in BINARY else _Decimal(size)


class _Bounds(NamedTuple):
    """Bounds of a quantity, and the likely meaning of a bare number far outside of them."""

    least: int
    most: int
    unit: Callable[[Decimal], str]
    """The unit that somebody forgot who wrote this number."""
    few: str
    """Why `least` is the least."""
    many: str
    """Why `most` is the most."""


def _within(quantity: Cpu | Memory, value: object, bounds: _Bounds) -> None:
    text = str(value)
    if quantity <= 0:
        raise ValueError("must be more than 0")
    if quantity < bounds.least:
        number = _digits(text)
        meant = f"; did you mean {text[: len(number)]}{bounds.unit(Decimal(number))}?" if number else ""
        is_bare = number == text and isinstance(quantity, Memory)
        said = f"{text} is {text} byte{'s' * (text != '1')}" if is_bare else f"{text} is {bounds.few}"
        raise ValueError(f"{said}{meant}")
    if quantity > bounds.most:
        number = _digits(text)
        is_cpu = isinstance(quantity, Cpu)
        is_milli = is_cpu and number and text[len(number) :] in ("", "M", "Mi")
        meant = f"; did you mean {number}{bounds.unit(Decimal(number))}?" if is_milli else ""
        said = f"{text} is {text} CPUs" if is_cpu and number == text else f"{text} is {bounds.many}"
        raise ValueError(f"{said}{meant}")


def _digits(text: str) -> str:
    found = re.match(r"[0-9]+(\.[0-9]+)?", text)
    return found[0] if found else ""


_MIB, _PIB = 1 << 20, 1 << 50


def _milli(value: Decimal) -> str:
    return "m"


def _gi_below(number: int) -> Callable[[Decimal], str]:
    return lambda value: "Gi" if value < number else "Mi" if value < _MIB else "Ki"


_TOO_LITTLE = "less than anything here can do with"
_ANY_MEMORY = _Bounds(_MIB, _PIB, _gi_below(16), _TOO_LITTLE, "more memory than any machine has")
_MACHINE_MEMORY = _Bounds(16 * _MIB, _PIB, _gi_below(512), "less than Proxmox gives a machine", _ANY_MEMORY.many)
_FILE = _ANY_MEMORY._replace(least=1 << 10, unit=_gi_below(1))
_POOL_OF_MEMORY = _ANY_MEMORY._replace(unit=_gi_below(512))
_DISK = _Bounds(_MIB, 64 * _PIB, _gi_below(16384), _TOO_LITTLE, "more than any storage holds")
_CONTAINER_CPU = _Bounds(1, 99_999, _milli, "", "more CPUs than any container here can use")
_POOL_OF_CPU = _Bounds(1, 10**9, _milli, "", "more CPUs than any lab has")


def _cpu(bounds: _Bounds) -> BeforeValidator:
    def read(value: object) -> Cpu:
        quantity = _read_cpu(value)
        _within(quantity, value, bounds)
        return quantity

    return BeforeValidator(read)


def _memory(bounds: _Bounds) -> BeforeValidator:
    def read(value: object) -> Memory:
        quantity = _read_memory(value)
        _within(quantity, value, bounds)
        return quantity

    return BeforeValidator(read)


def _memory_or_none(bounds: _Bounds) -> BeforeValidator:
    def read(value: object) -> Memory | Literal["unlimited"]:
        if value == "unlimited":
            return "unlimited"
        if isinstance(value, str) and not any(map(str.isdecimal, value)):
            raise ValueError(f"{shown(value)} is not a quantity; write for example 512Mi or 2Gi, or unlimited")
        quantity = _read_memory(value)
        _within(quantity, value, bounds)
        return quantity

    return BeforeValidator(read)


_PATTERN = r"^(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2}|[A-Za-z]{1,2})?$"
_CPU_SCHEMA = WithJsonSchema({"type": ["string", "number"], "pattern": _PATTERN, "examples": ["500m", 2, 0.5]})
_MEMORY_JSON: dict[str, object] = {"type": ["string", "integer"], "pattern": _PATTERN, "examples": ["512Mi", "2Gi"]}
_MEMORY_SCHEMA = WithJsonSchema(_MEMORY_JSON)
_LIMIT_SCHEMA = WithJsonSchema({"anyOf": [{"const": "unlimited"}, _MEMORY_JSON]})

CpuQuantity = Annotated[Cpu, _cpu(_CONTAINER_CPU), _CPU_SCHEMA]
"""The CPU time of one container, or of as little."""
CpuPool = Annotated[Cpu, _cpu(_POOL_OF_CPU), _CPU_SCHEMA]
"""CPU time that many share."""
MemoryQuantity = Annotated[Memory, _memory(_ANY_MEMORY), _MEMORY_SCHEMA]
"""Memory of one container, or a threshold."""
MemoryLimit = Annotated[Memory | Literal["unlimited"], _memory_or_none(_ANY_MEMORY), _LIMIT_SCHEMA]
"""The most that one container may use, or that only its node bounds it."""
FileSize = Annotated[Memory, _memory(_FILE), _MEMORY_SCHEMA]
"""Size of one file, a log for example."""
MemoryPool = Annotated[Memory, _memory(_POOL_OF_MEMORY), _MEMORY_SCHEMA]
"""Memory that many share: of a host, of a namespace."""
MachineMemory = Annotated[Memory, _memory(_MACHINE_MEMORY), _MEMORY_SCHEMA]
"""Memory of a virtual machine."""
DiskSize = Annotated[Memory, _memory(_DISK), _MEMORY_SCHEMA]
"""Space on a disk, a storage or a volume."""
