"""Schedules of cronjobs, as the controller of Kubernetes reads them (robfig/cron): five fields, or one of its names."""

import re
from datetime import datetime
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from config.model import shown, text_like
from config.suggest import did_you_mean

NAMED = ("@annually", "@daily", "@hourly", "@midnight", "@monthly", "@weekly", "@yearly")
_FIELDS = (
    ("minute", "0-59"),
    ("hour", "0-23"),
    ("day of the month", "1-31"),
    ("month", "1-12 or JAN-DEC"),
    ("day of the week", "0-6 or SUN-SAT"),
)
_EXAMPLE = "is not a cron schedule of five fields, for example 30 0 * * *"
_START = datetime(2026, 1, 1)
_ALPHABET = re.compile(r"[-0-9A-Za-z*/,?]+")


@lru_cache(maxsize=1024)
def schedule_refusal(text: str) -> str | None:
    """Why a schedule is refused; None where it is one and sometimes runs."""
    if refusal := malformed(text):
        return refusal
    if text not in NAMED and _next(text) is None:
        return f"{shown(text)} never runs: no month that it names has such a day"
    return None


@lru_cache(maxsize=1024)
def malformed(text: str) -> str | None:
    """Why a schedule is none; None for one that never runs, which Kubernetes takes."""
    if text in NAMED:
        return None
    if text.startswith("@"):
        return f"{shown(text)} is none of {', '.join(NAMED)}"
    if re.match(r"(CRON_)?TZ=", text):
        return f"{shown(text)} names a time zone, which no schedule of Kubernetes may; write timezone in site.yaml"
    fields = text.split()
    if len(fields) != len(_FIELDS):
        seconds = "; Kubernetes knows no seconds" if len(fields) == len(_FIELDS) + 1 else ""
        return f"{shown(text)} {_EXAMPLE}{seconds}"
    for index, (field, (name, allowed)) in enumerate(zip(fields, _FIELDS, strict=True)):
        alone = " ".join(field if each == index else "*" for each in range(len(_FIELDS)))
        if reason := _refused_range(field):
            return f"{shown(text)} {_EXAMPLE}: {reason}"
        if not _ALPHABET.fullmatch(field) or _is_foreign(field, index) or _next(alone) is None:
            return f"{shown(text)} {_EXAMPLE}: {shown(field)} is no {name}, which is {allowed}"
    return None


Timezone = Annotated[
    str, text_like(r"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$", "a time zone, for example Europe/Berlin")
]


def timezone_refusal(text: str) -> str | None:
    """Why a time zone is none; None too where this machine has no list of them."""
    if text == "Etc/UTC":
        return None
    from zoneinfo import ZoneInfo, available_timezones  # dear to import, and seldom needed

    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        known = available_timezones()
        near = did_you_mean(text, known, "`timedatectl list-timezones`")
        return f"unknown time zone {shown(text)}{near}" if known else None
    return None


def _refused_range(field: str) -> str:
    """Why a range or a step of a field is none."""
    for part in field.split(","):
        if match := re.fullmatch(r"(\d{1,2})-(\d{1,2})(/.*)?", part):
            first, last = int(match[1]), int(match[2])
            if first > last:
                return f"{shown(part)} ends before it begins; write {first} and what follows as two parts, with a comma"
        if part.endswith("/0"):
            return f"{shown(part)} has a step of 0"
    return ""


def _is_foreign(field: str, index: int) -> bool:
    """Whether other crons read the field, and Kubernetes does not: 7 for Sunday, the last day, the nearest weekday."""
    is_weekday = index == len(_FIELDS) - 1
    letters = re.findall("[A-Za-z]+", field)
    has_other_letters = any(len(each) != 3 for each in letters) or (bool(letters) and index < 3)
    return has_other_letters or (is_weekday and re.search(r"(?<![0-9/])7", field) is not None)


def _next(text: str) -> datetime | None:
    from cronsim import CronSim, CronSimError  # only a lab with schedules pays for it

    try:
        return next(CronSim(" ".join(text.split()).replace("?", "*"), _START), None)
    except CronSimError:
        return None


def _checked(text: str) -> str:
    if reason := schedule_refusal(text):
        raise ValueError(reason)
    return text


Schedule = Annotated[
    str,
    AfterValidator(_checked),
    WithJsonSchema({"type": "string", "pattern": r"^(\S+( \S+){4}|@[a-z]+)$", "examples": ["30 0 * * *", "@daily"]}),
]
