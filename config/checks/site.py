"""The hardware: what its figures say about each other."""

from collections.abc import Iterator

from config.draft import Draft
from config.model import shown
from config.source import Problem
from config.suggest import did_you_mean


def check_site(lab: Draft) -> Iterator[Problem]:
    """The time zone exists, threads are not fewer than cores, and overcommitted memory has a reason."""
    if not lab.site:
        return
    yield from _check_timezone(lab, lab.site.timezone)
    for name, host in lab.site.hosts.items():
        at = ("site", "hosts", name)
        if host.threads < host.cores:
            yield lab.problem((*at, "threads"), f"{host.threads} threads are fewer than the {host.cores} cores")
        percent = host.overcommit.memory_percent
        if percent > 100 and host.overcommit.reason is None:
            path = (*at, "overcommit", "memory_percent")
            yield lab.problem(path, f"{percent} percent is more than the host has; state a reason beside it")


def _check_timezone(lab: Draft, timezone: str) -> Iterator[Problem]:
    if timezone == "Etc/UTC":
        return
    from zoneinfo import ZoneInfo, available_timezones  # dear to import, and seldom needed

    try:
        ZoneInfo(timezone)
    except (KeyError, ValueError, OSError):
        if known := available_timezones():
            message = f"unknown time zone {shown(timezone)}{did_you_mean(timezone, known)}"
            yield lab.problem(("site", "timezone"), message)
