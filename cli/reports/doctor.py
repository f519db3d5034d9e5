"""The ailments of a cluster as JSON."""

from collections.abc import Sequence
from typing import Any

from cli.reports.copies import CheckedCopyReport, checked_copy_report
from cli.reports.document import Document, Report
from cli.reports.gap import GapReport, gap_reports
from observation.model import Gap, Observation, TimeSource
from observation.objects import Reference
from operations.adopt.cluster.comparison import Difference
from operations.copies import CheckedCopy
from operations.doctor.catalogue import RULES
from operations.doctor.finding import Evidence, Finding
from operations.drift import Drift
from plan.model import Severity, severity_counts


class ObjectReport(Report):
    """An object, also written `Kind/namespace/name`."""

    id: str
    kind: str
    namespace: str | None
    name: str


class EvidenceReport(Report):
    """An object, and what it shows or what becomes of it."""

    object: str
    shows: str


class AilmentReport(Report):
    """One cause, with the rule behind it, its evidence and all that follows from it."""

    code: str
    severity: Severity
    subject: str
    object: ObjectReport
    message: str
    rule: str
    fix: str
    evidence: tuple[EvidenceReport, ...]
    consequences: tuple[EvidenceReport, ...]


class DifferenceReport(Report):
    """A field that runs otherwise than the lab states."""

    object: str
    field: str
    live: Any
    stated: Any
    reason: str | None
    """Why it is known and no drift; null for drift."""


class DriftReport(Report):
    """The lab compared with the cluster: the same, different, or not asked."""

    same: int
    missing: tuple[str, ...]
    differing: tuple[DifferenceReport, ...]
    known: tuple[DifferenceReport, ...]
    not_asked: tuple[GapReport, ...]
    nodes_missing: tuple[str, ...]
    nodes_unknown: tuple[str, ...]


class DoctorReport(Document):
    """The answer of `homelab doctor`; findings are worst first."""

    valid: bool
    source: str
    now: str
    now_from: TimeSource
    counts: dict[Severity, int]
    findings: tuple[AilmentReport, ...]
    not_asked: tuple[GapReport, ...]
    drift: DriftReport | None
    """Only with a lab."""
    copies: tuple[CheckedCopyReport, ...] | None
    """When each copy of the lab's data was really made; only with a lab."""


def doctor_report(
    observed: Observation,
    findings: Sequence[Finding],
    not_asked: Sequence[Gap],
    found: Drift | None = None,
    copies: Sequence[CheckedCopy] | None = None,
) -> DoctorReport:
    """A diagnosis for programs."""
    return DoctorReport(
        valid=True,
        source=observed.source,
        now=observed.now.isoformat().replace("+00:00", "Z"),
        now_from=observed.now_from,
        counts=severity_counts(findings),
        findings=tuple(ailment_report(each) for each in findings),
        not_asked=gap_reports(not_asked),
        drift=drift_report(found) if found else None,
        copies=None if copies is None else tuple(map(checked_copy_report, copies)),
    )


def drift_report(found: Drift) -> DriftReport:
    """A lab compared with its cluster, for programs."""
    return DriftReport(
        same=found.same,
        missing=tuple(str(each) for each in found.missing),
        differing=tuple(_difference(each, None) for each in found.differing),
        known=tuple(_difference(each.difference, each.reason) for each in found.known),
        not_asked=tuple(
            GapReport(
                subject=str(each.object),
                why="forbidden" if each.object.kind == "Secret" else "absent",
                detail=each.reason,
            )
            for each in found.not_asked
        ),
        nodes_missing=found.nodes_missing,
        nodes_unknown=found.nodes_unknown,
    )


def _difference(found: Difference, reason: str | None) -> DifferenceReport:
    one = Reference(found.key.kind, found.key.namespace or None, found.key.name)
    return DifferenceReport(
        object=str(one), field=".".join(found.path), live=found.live, stated=found.stated, reason=reason
    )


def ailment_report(finding: Finding) -> AilmentReport:
    """A finding for programs."""
    return AilmentReport(
        code=finding.code,
        severity=finding.severity,
        subject=str(finding.subject),
        object=_object(finding.subject),
        message=finding.message,
        rule=RULES[finding.code].rule,
        fix=finding.fix,
        evidence=tuple(_evidence(each) for each in finding.evidence),
        consequences=tuple(_evidence(each) for each in finding.consequences),
    )


def _object(one: Reference) -> ObjectReport:
    return ObjectReport(id=str(one), **one._asdict())


def _evidence(evidence: Evidence) -> EvidenceReport:
    return EvidenceReport(object=str(evidence.object), shows=evidence.shows)
