"""How things are put in messages."""

from collections.abc import Sequence


def listed(names: Sequence[str], most: int = 6) -> str:
    """`a, b and 3 more`."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
