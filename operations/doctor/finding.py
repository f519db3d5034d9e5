"""A finding about what runs: one cause, with its evidence and with all that follows from it."""

from collections.abc import Iterable
from typing import NamedTuple

from observation.objects import Reference
from plan.model import Severity, worst_first


class Evidence(NamedTuple):
    """An object, and the fact about it that proves a cause."""

    object: Reference
    shows: str


class Finding(NamedTuple):
    """A cause of something that is wrong now."""

    code: str
    """Stable name; `catalogue.py` has the rule behind each."""
    severity: Severity
    subject: Reference
    """The object to look at first."""
    message: str
    """The cause, with the numbers."""
    fix: str
    """A command, or a change to a file."""
    evidence: tuple[Evidence, ...] = ()
    consequences: tuple[Evidence, ...] = ()
    """Consequences, by object: they need no remedy of their own."""
    covers: frozenset[Reference] = frozenset()
    """Objects whose own trouble this explains."""
    upstream: frozenset[Reference] = frozenset()
    """Objects that this depends on: where one of them has a finding, this one follows from it."""
    cause: str = ""
    """Cause that several findings of one code may share, for example a registry: they are one finding."""
    symptom: bool = False
    """It shows that something is wrong and not why: next to a cause its evidence adds nothing."""


def fold(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding for each cause: those that follow from another one become consequences of it. Worst first."""
    every = _joined(findings)
    parents = _parents(every)
    children: dict[int, list[int]] = {}
    for place in range(len(every)):
        root = _root(place, parents)
        if root != place:
            children.setdefault(root, []).append(place)
    folded = [
        _absorbed(each, [every[child] for child in children.get(place, ())])
        for place, each in enumerate(every)
        if parents[place] is None
    ]
    return tuple(sorted(folded, key=lambda each: (worst_first(each), each.code, each.subject[0], str(each.subject))))


def _joined(findings: Iterable[Finding]) -> list[Finding]:
    """Findings of the same cause, found in several places, as one."""
    joined: dict[tuple[str, str], Finding] = {}
    for each in findings:
        key = each.code, each.cause or str(each.subject)
        both = sorted((joined[key], each), key=worst_first) if key in joined else [each]
        joined[key] = _absorbed(both[0], both[1:])
    return list(joined.values())


def _parents(findings: list[Finding]) -> list[int | None]:
    """For each finding the place of the one that it follows from."""
    explained: dict[Reference, list[int]] = {}
    for place, each in enumerate(findings):
        for covered in {each.subject, *each.covers}:
            explained.setdefault(covered, []).append(place)
    parents: list[int | None] = [None] * len(findings)
    for place, each in enumerate(findings):
        candidates = {other for above in each.upstream for other in explained.get(above, ()) if other != place}
        allowed = [
            other
            for other in sorted(candidates, key=lambda other: (worst_first(findings[other]), other))
            if _root(other, parents) != place and _outweighs(findings[other], each)
        ]
        parents[place] = allowed[0] if allowed else None
    return parents


def _outweighs(above: Finding, below: Finding) -> bool:
    """Whether a finding may explain another: a note explains no error or warning."""
    return above.severity != "info" or below.severity == "info"


def _root(place: int, parents: list[int | None]) -> int:
    seen = {place}
    above = parents[place]
    while above is not None and above not in seen:
        seen.add(above)
        place, above = above, parents[above]
    return place


def _absorbed(cause: Finding, others: list[Finding]) -> Finding:
    evidence, consequences = list(cause.evidence), list(cause.consequences)
    for other in others:
        if (other.code, other.subject) != (cause.code, cause.subject):
            consequences.append(Evidence(other.subject, other.message))
        consequences += other.consequences
        evidence += () if other.symptom else other.evidence
    severity = min((cause, *others), key=worst_first).severity
    return cause._replace(
        severity=cause.severity if cause.severity == "info" else severity,
        evidence=tuple(dict.fromkeys(evidence)),
        consequences=tuple({each.object: each for each in reversed(consequences)}.values())[::-1],
        covers=cause.covers.union(*(other.covers for other in others), {other.subject for other in others}),
    )
