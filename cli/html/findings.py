"""Findings, with links to file and line."""

from collections.abc import Iterable, Iterator

import htpy as h

from cli.html.links import Links
from config.lab import Lab
from config.source import dotted
from plan.model import Finding, Severity
from plan.wording import plural

FILTERS = (("", "all"), ("error", "errors"), ("warning", "warnings"), ("info", "notes"))
MARKS: dict[Severity, str] = {"error": "✗ error", "warning": "! warning", "info": "i note"}


def findings_section(lab: Lab, findings: Iterable[Finding], links: Links) -> h.Element:
    """Errors and warnings, then the notes by code, and a filter where scripts run."""
    found = list(findings)
    return h.section(id="findings")[
        h.h2["Findings"],
        _filter(),
        h.p["No findings."] if not found else None,
        (_finding(lab, each, links) for each in found if each.severity != "info"),
        _notes(lab, [each for each in found if each.severity == "info"], links),
    ]


def _filter() -> h.Element:
    return h.div(".tools", hidden=True)[
        h.label(for_="search")["Filter"],
        h.input(id="search", type="search", placeholder="code, name or word"),
        h.label(for_="severity")["Severity"],
        h.select(id="severity")[(h.option(value=value)[text] for value, text in FILTERS),],
        h.span(id="shown", role="status"),
    ]


def _notes(lab: Lab, notes: Iterable[Finding], links: Links) -> Iterator[h.Element]:
    codes: dict[str, list[Finding]] = {}
    for finding in notes:
        codes.setdefault(finding.code, []).append(finding)
    for code, alike in codes.items():
        yield h.details[
            h.summary[h.strong[code], f": {plural(len(alike), 'note')}"],
            (_finding(lab, each, links) for each in alike),
        ]


def _finding(lab: Lab, finding: Finding, links: Links) -> h.Element:
    place = lab.place(finding.path)
    where = h.a(href=links.to(place.file, place.line))[f"{place.file}:{place.line}"] if place else dotted(finding.path)
    return h.div(class_=f"finding {finding.severity}")[
        h.p[h.strong[MARKS[finding.severity]], " ", h.code[finding.code], " ", where],
        h.p[finding.message],
        h.p[h.strong["Fix: "], finding.fix],
    ]
