"""Adopted and compared machines as JSON."""

from typing import Any

from cli.reports.document import Document, Report
from cli.reports.finding import FindingReport, finding_report
from operations.adopt.machines import Added, Adoption, LeftOut


class AddedReport(Report):
    """A machine that was added to the file, or would be."""

    name: str
    entry: dict[str, Any]
    csi_volumes: tuple[str, ...]
    to_check: tuple[str, ...]
    findings: tuple[FindingReport, ...]


class ReasonReport(Report):
    """A reason to leave a machine out, and how to mend it."""

    message: str
    fix: str


class LeftOutReport(Report):
    """A machine that cannot be added."""

    vmid: int
    name: str | None
    host: str | None
    reasons: tuple[ReasonReport, ...]


class AdoptionReport(Document):
    """Machines that were added, left out and compared, and the file's difference."""

    lab: str
    valid: bool
    file: str
    written: bool
    added: tuple[AddedReport, ...]
    left_out: tuple[LeftOutReport, ...]
    compared: tuple[str, ...]
    findings: tuple[FindingReport, ...]
    diff: str


def adoption_report(adoption: Adoption, dry_run: bool) -> AdoptionReport:
    """An adoption for programs."""
    return AdoptionReport(
        lab=adoption.lab.name,
        valid=True,
        file=str(adoption.file),
        written=bool(adoption.added) and not dry_run,
        added=tuple(_added_report(adoption, each) for each in adoption.added),
        left_out=tuple(_left_out_report(each) for each in adoption.left_out),
        compared=tuple(adoption.known),
        findings=tuple(finding_report(adoption.lab, finding) for finding in adoption.findings),
        diff=adoption.diff,
    )


def _added_report(adoption: Adoption, added: Added) -> AddedReport:
    return AddedReport(
        name=added.entry.name,
        entry=dict(added.entry.values),
        csi_volumes=tuple(disk.volume for disk in added.entry.machine.disks if disk.is_csi),
        to_check=tuple(added.entry.notes),
        findings=tuple(finding_report(adoption.lab, finding) for finding in added.findings),
    )


def _left_out_report(left_out: LeftOut) -> LeftOutReport:
    return LeftOutReport(
        vmid=left_out.vmid,
        name=left_out.name,
        host=left_out.host,
        reasons=tuple(ReasonReport(message=each.message, fix=each.fix) for each in left_out.reasons),
    )
