"""How things are put in messages."""

from collections.abc import Sequence

from config.quantity import Memory


def listed(names: Sequence[str], most: int = 6) -> str:
    """`a, b and 3 more`."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def gib(size: int) -> str:
    """Bytes in a sentence: `2,366.0 GiB`."""
    return f"{Memory(size).gib:,.1f} GiB"
