"""Values as Proxmox writes them: comma-separated properties, sizes with a unit."""

import re
from collections.abc import Mapping

SIZE = re.compile(r"(\d+(?:\.\d+)?)([KMGT]?)")
UNITS = {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}


def properties(text: str | int, first: str) -> dict[str, str]:
    """Reads `a,b=c` into {first: a, b: c}; the first value may be given by its name too."""
    found: dict[str, str] = {}
    for part in str(text).split(","):
        name, separator, value = part.partition("=")
        if separator:
            found[name] = value
        elif name:
            found[first] = name
    return found


def written(values: Mapping[str, str], first: str) -> str:
    """The opposite: the first value without its name, the others in the order of their names."""
    rest = (f"{name}={values[name]}" for name in sorted(values) if name != first)
    return ",".join((values[first], *rest))


def size_in_bytes(text: str) -> int:
    """Bytes of `32G` or `34359738368`. Raises ValueError."""
    match = SIZE.fullmatch(text)
    if match is None:
        raise ValueError(f"unable to parse size '{text}'")
    return int(float(match[1]) * (1 << UNITS[match[2]]))


def size_with_unit(size: int) -> str:
    """Bytes in the largest unit up to T that leaves no remainder."""
    for unit in ("T", "G", "M", "K"):
        if size and size % (1 << UNITS[unit]) == 0:
            return f"{size >> UNITS[unit]}{unit}"
    return str(size)
