"""The worker that could be added to a lab, and what a plan with it says."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from plan.model import Finding, Plan


class NewWorker(NamedTuple):
    """A copy of the last worker."""

    name: str
    entry: str
    """Its line in `machines.yaml`."""
    host_has_room_for: int | None
    """How many such workers the host with the most room has memory for; None where none is declared."""
    new_findings: tuple[Finding, ...]
    """Findings that only a plan with it has."""
    gone_findings: tuple[str, ...]
    """Codes of what a plan without it finds, and one with it does not."""
    plan: Plan
    """The lab with it."""


def next_name(name: str, taken: Iterable[str]) -> str:
    """The name of a further machine: that of the last with the number behind it counted on."""
    stem = re.sub(r"\d+$", "", name)
    numbers = [int(each[len(stem) :]) for each in taken if each.startswith(stem) and each[len(stem) :].isdigit()]
    return f"{stem}{max(numbers, default=1) + 1}"
