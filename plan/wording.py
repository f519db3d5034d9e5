"""The form of sizes, shares, counts and lists of names, the same in every message, table and page."""

from collections.abc import Sequence

MIB, GIB = 1 << 20, 1 << 30


def listed(names: Sequence[str], most: int = 6) -> str:
    """`a, b and 3 more`."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def plural(count: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def gib(size: int) -> str:
    """Bytes as `2,366.0 GiB`; below one GiB as `400 MiB`, so that little does not read as nothing."""
    return f"{size / GIB:,.1f} GiB" if abs(size) >= GIB or not size else f"{size / MIB:,.0f} MiB"


def cores(millicores: int) -> str:
    """Millicores as cores: `2.49`."""
    return f"{millicores / 1000:.4g}"


def percent(part: int, whole: int) -> str:
    """A share in percent. It is 100% only where nothing is left and nothing is too much."""
    if not whole:
        return "-"
    rounded = round(100 * part / whole)
    if part < whole:
        rounded = min(rounded, 99)
    return f"{max(rounded, 101) if part > whole else rounded}%"


def printable(text: str) -> str:
    """A text from elsewhere on one line: what would move a terminal's cursor is shown as what it is."""
    shown = text.replace("##[", r"#\x23[")  # a command for the runner of a pipeline, wherever it stands in a line
    if shown.isprintable():
        return shown
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii") for sign in shown)


def visible(text: str) -> str:
    """The same of a text that is laid out already: its lines stay lines."""
    return "\n".join(printable(line) for line in text.split("\n"))
