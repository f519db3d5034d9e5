"""The data ledger and the losses of data as JSON."""

from datetime import timedelta

from cli.reports.document import Document, Report
from cli.reports.finding import FindingReport, finding_report
from config.lab import Lab
from plan.ledger import Copy, DataEvent, DataLoss, Entry, Kind, Place, Source, State
from plan.ledger.copies import Fate
from plan.model import Finding, Plan


class PlaceReport(Report):
    """Where data lies: a host's disk, or a server of which the lab knows no more."""

    server: str
    disk: str | None
    medium: str | None


class CopyReport(Report):
    """A copy; `max_age_seconds` is the longest time between two runs, None where nobody states it."""

    kind: Kind
    by: str
    places: tuple[PlaceReport, ...]
    schedule: str | None
    max_age_seconds: int | None
    runs: bool
    when_the_disk_dies: Fate


class EntryReport(Report):
    """A volume, a database or the disk of a machine."""

    source: Source
    name: str
    size_bytes: int
    namespace: str | None
    places: tuple[PlaceReport, ...]
    state: State
    copies: tuple[CopyReport, ...]
    no_backup: str | None


class RestoredReport(Report):
    """Data that a copy brings back."""

    name: str
    max_age_seconds: int | None


class DataLossReport(Report):
    """Fate of the data when a part of the lab is gone; entries by their names."""

    event: DataEvent
    name: str
    machines: int
    block_volumes: int
    nfs_folders: int
    other_volumes: int
    gone: tuple[str, ...]
    restored: tuple[RestoredReport, ...]
    not_known: tuple[str, ...]
    kept: tuple[str, ...]
    need_no_copy: tuple[str, ...]


class EntryDocument(EntryReport, Document):
    """One volume, database or machine disk, with the findings that name it."""

    lab: str
    findings: tuple[FindingReport, ...]


class DiskDocument(DataLossReport, Document):
    """One physical disk: what is on it, and what is gone with it."""

    lab: str
    entries: tuple[EntryReport, ...]
    findings: tuple[FindingReport, ...]


def entry_report(entry: Entry) -> EntryReport:
    """An entry for programs."""
    return EntryReport(
        source=entry.source,
        name=entry.name,
        size_bytes=entry.size,
        namespace=entry.namespace,
        places=tuple(map(_place_report, entry.places)),
        state=entry.state,
        copies=tuple(_copy_report(entry, copy) for copy in entry.copies),
        no_backup=entry.without_copy,
    )


def data_loss_report(loss: DataLoss) -> DataLossReport:
    """The loss of a place for programs."""
    return DataLossReport(
        event=loss.event,
        name=loss.name,
        machines=loss.carried.machines,
        block_volumes=loss.carried.block_volumes,
        nfs_folders=loss.carried.folders,
        other_volumes=loss.carried.others,
        gone=tuple(entry.name for entry in loss.gone),
        restored=tuple(RestoredReport(name=entry.name, max_age_seconds=_seconds(age)) for entry, age in loss.restored),
        not_known=tuple(entry.name for entry in loss.unchecked),
        kept=tuple(entry.name for entry in loss.kept),
        need_no_copy=tuple(entry.name for entry in loss.accepted),
    )


def entry_document(plan: Plan, entry: Entry, found: tuple[Finding, ...]) -> EntryDocument:
    """One entry for programs."""
    return EntryDocument(
        lab=plan.lab.name, **dict(entry_report(entry)), findings=_reports(plan.lab, naming(found, entry.name))
    )


def disk_document(plan: Plan, loss: DataLoss, entries: tuple[Entry, ...], found: tuple[Finding, ...]) -> DiskDocument:
    """One disk for programs."""
    return DiskDocument(
        lab=plan.lab.name,
        **dict(data_loss_report(loss)),
        entries=tuple(map(entry_report, entries)),
        findings=_reports(plan.lab, tuple(each for each in found if each.path == loss.path)),
    )


def naming(found: tuple[Finding, ...], name: str) -> tuple[Finding, ...]:
    """The findings that name an entry of the ledger."""
    return tuple(each for each in found if isinstance(names := each.facts.get("names"), tuple) and name in names)


def _reports(lab: Lab, found: tuple[Finding, ...]) -> tuple[FindingReport, ...]:
    return tuple(finding_report(lab, each) for each in found)


def _place_report(place: Place) -> PlaceReport:
    return PlaceReport(server=place.server, disk=place.disk, medium=place.medium)


def _copy_report(entry: Entry, copy: Copy) -> CopyReport:
    return CopyReport(
        kind=copy.kind,
        by=copy.by,
        places=tuple(map(_place_report, copy.places)),
        schedule=copy.schedule,
        max_age_seconds=_seconds(copy.every),
        runs=copy.runs,
        when_the_disk_dies=copy.fate(entry.places),
    )


def _seconds(age: timedelta | None) -> int | None:
    return None if age is None else int(age.total_seconds())
