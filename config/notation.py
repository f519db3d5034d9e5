"""Amounts in the notation of Kubernetes: how they are read, and why a text is none.

The grammar is that of ``k8s.io/apimachinery`` (`resource.Quantity`): a decimal number with a binary suffix
(``Ki`` .. ``Ei``), a decimal suffix (``m``, ``k`` .. ``E``) or an exponent, below 2^63.
"""

import re
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import ceil

from config.model import shown

_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:([eE][+-]?[0-9]{1,2})|([A-Za-z]{1,8}))?")
BINARY = {"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40, "Pi": 1 << 50, "Ei": 1 << 60}
DECIMAL = {"k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18}
_MULTIPLIERS = {**BINARY, **DECIMAL, "m": Fraction(1, 1000)}
_LIMIT = 1 << 63
_LONGEST = 40
_CORES = ("c", "core", "cores", "cpu", "cpus", "vcpu", "vcpus")
_MILLICORES = ("mc", "mcore", "mcores", "mcpu", "milli", "millis")


def exact(text: str) -> Fraction:
    """The exact value that a quantity's text stands for, in cores or bytes. Raises ValueError."""
    match = _NUMBER.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise ValueError(f"{shown(text)} is not a quantity; {_tidied(text)}")
    number, exponent, suffix = match.groups()
    if suffix and suffix not in _MULTIPLIERS:
        raise ValueError(f"{text!r} has the unknown unit {suffix!r}; {_meant(number, suffix)}")
    value = Fraction(Decimal(number + (exponent or ""))) * (_MULTIPLIERS[suffix] if suffix else 1)
    if value >= _LIMIT:
        raise ValueError(f"{text!r} is more than Kubernetes can count")
    return value


@lru_cache(maxsize=4096)
def quantity_refusal(text: str) -> str:
    """Why a text is no amount of something, and what it may mean; empty where it is one."""
    try:
        exact(text)
    except ValueError as error:
        return str(error)
    return ""


def is_quantity(text: str) -> bool:
    """Whether a text is an amount of something."""
    return not quantity_refusal(text)


def _meant(number: str, suffix: str) -> str:
    """Suggestion for somebody who wrote `8GB`, `8gb` or `8MiB`, or `2cores`."""
    if suffix.lower() in _CORES:
        return f"did you mean {number}?"
    if suffix.lower() in _MILLICORES:
        return f"did you mean {number}m?"
    binary = f"{suffix[0].upper()}i"
    known = ", ".join([*BINARY, *DECIMAL, "m"])
    return f"did you mean {number}{binary}?" if binary in BINARY else f"units are {known}"


def _tidied(text: str) -> str:
    """Suggestion for somebody who wrote `512 Mi` or `1,5Gi`."""
    tidy = text.replace(" ", "").replace(",", ".").replace("_", "")
    if tidy != text and len(tidy) <= _LONGEST and (match := _NUMBER.fullmatch(tidy)):
        number, exponent, suffix = match.groups()
        if suffix and suffix not in _MULTIPLIERS:
            return _meant(number, suffix)
        return f"did you mean {number}{exponent or suffix or ''}?"
    return "write for example 500m or 2 (CPU), 512Mi or 2Gi (memory)"


@lru_cache(maxsize=4096)
def rounded_up(text: str, parts: int = 1) -> int:
    """A quantity as a cluster counts it, in whole units or in `parts` of one. Raises ValueError."""
    return ceil(exact(text) * parts)


def counted(text: str) -> int | None:
    """A quantity in whole units, rounded up; None where the text is none."""
    return rounded_up(text) if is_quantity(text) else None
