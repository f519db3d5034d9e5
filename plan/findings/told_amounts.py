"""Amounts that a program is told, in the units of its own settings."""

_POWERS = {"": 0, "b": 0, "k": 10, "m": 20, "g": 30, "t": 40}
"""Powers of two, by the first letter of a unit. Programs count in powers of two, whatever they write."""


def told_bytes(number: str, unit: str | None, bare: int = 0) -> int:
    """Bytes of a number and its unit; `bare` is the power of two of a number without one."""
    return int(float(number) * (1 << (_POWERS[unit[0].lower()] if unit else bare)))
