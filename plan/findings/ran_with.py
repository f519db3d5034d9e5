"""Errors that services ran with before they were adopted: warnings, since an `up` changes nothing about them."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from config.lab import Lab
from config.source import Path, dotted
from plan.findings.services.objects import PATCH_INVALID, PATCH_UNKNOWN
from plan.findings.services.service import NAMED_TWICE
from plan.model import Finding
from plan.model.findings import Rule

ERROR_NOT_THERE = Rule(
    "ERROR-NOT-THERE",
    "warning",
    title="An error that a service ran with is not there",
    meaning=(
        "`ran_with` of a service names errors that it ran with when it was adopted, so that no `up` stops at them. "
        "One that the plan does not have is mended, or has moved to another place: there it stops every `up`."
    ),
    remedy="Take the entry out; or write the place that the error has now.",
)

_NOT_AS_STATED = frozenset({NAMED_TWICE.code, PATCH_INVALID.code, PATCH_UNKNOWN.code})
"""Errors with which the program would not declare what the files say: no service can have run with them."""

_Key = tuple[str, str, str]


def with_accepted(lab: Lab, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, with a warning in place of each error that its service ran with, and what is named in vain."""
    stated = dict(_stated(lab))
    found: set[_Key] = set()
    for each in findings:
        key = key_of_error(each)
        if can_be_accepted(each) and key in stated and stated[key][0] == each.path[1]:
            found.add(key)
            said = f"{each.message}; it ran so before: {stated[key][2]}"
            yield replace(each, severity="warning", message=said)
        else:
            yield each
    for (code, place, about), (service, path, _) in stated.items():
        if (code, place, about) not in found:
            of = f" ({about})" if about else ""
            yield ERROR_NOT_THERE.finding(
                path,
                f"{service} ran with {code} at {place}{of}, and the plan has no such error there that can stay",
                "take the entry out",
                facts={"error": code, "place": place},
            )


def key_of_error(finding: Finding) -> _Key:
    """The entry of `ran_with` that a finding is: its code, its place and the thing that it is about."""
    return finding.code, dotted(finding.path), finding.about


def can_be_accepted(finding: Finding) -> bool:
    """Whether a finding is an error that a service can have run with."""
    is_of_service = len(finding.path) > 1 and finding.path[0] in ("services", "objects")
    return is_of_service and finding.severity == "error" and finding.code not in _NOT_AS_STATED


def _stated(lab: Lab) -> Iterator[tuple[_Key, tuple[str, Path, str]]]:
    for name, service in lab.services.items():
        for index, each in enumerate(service.ran_with):
            yield (each.error, each.at, each.about), (name, ("services", name, "ran_with", index), each.reason)
