"""An adopted cluster as JSON."""

from collections.abc import Iterable, Sequence
from typing import Any

from cli.reports.document import Document, Report
from cli.reports.gap import GapReport, gap_reports
from observation.model import Gap
from operations.adopt.cluster.adoption import Adoption
from operations.adopt.cluster.comparison import Difference
from operations.adopt.cluster.questions import Question
from operations.adopt.cluster.service_file import ServiceFile
from operations.adopt.cluster.trying import Trial
from plan import Finding


class QuestionReport(Report):
    """Something that only the owner can answer."""

    object: str
    what: str
    names: tuple[str, ...]


class ServiceFileReport(Report):
    """A service that is written."""

    name: str
    kind: str
    namespace: str
    files: tuple[str, ...]
    objects: tuple[str, ...]
    kept: tuple[str, ...]
    """Objects of it that are not declared and stay as they are."""
    questions: tuple[QuestionReport, ...]
    assumed: tuple[str, ...]


class NotWrittenReport(Report):
    """A service that is not written."""

    name: str
    objects: tuple[str, ...]
    questions: tuple[QuestionReport, ...]
    problems: tuple[str, ...]


class PartlyKnownReport(Report):
    """A service of which the lab lacks some objects."""

    name: str
    lacking: tuple[str, ...]


class LeftOutReport(Report):
    """An object that nobody states."""

    object: str
    why: str
    by: str


class DifferenceReport(Report):
    """A field that the next `up` would change."""

    object: str
    path: str
    live: Any
    stated: Any
    effect: str


class RefusedReport(Report):
    """An object that the API server does not take, or a workload whose pods it would not take again."""

    object: str
    reason: str


class TriedReport(Report):
    """Effects of applying the plan, by a dry run of every object."""

    tried: int
    differences: tuple[DifferenceReport, ...]
    refused: tuple[RefusedReport, ...]


class ClusterReport(Document):
    """The files of a lab that are made from a cluster."""

    lab: str
    valid: bool
    new: bool
    written: bool
    objects: int
    of_releases: int
    files: tuple[str, ...]
    added: tuple[ServiceFileReport, ...]
    not_written: tuple[NotWrittenReport, ...]
    known: tuple[str, ...]
    partly_known: tuple[PartlyKnownReport, ...]
    left_out: tuple[LeftOutReport, ...]
    unused: tuple[str, ...]
    unreadable: tuple[str, ...]
    differences: tuple[DifferenceReport, ...]
    tried: TriedReport | None
    """None for a dump, and where the account may not patch."""
    pods_judged: int
    refused_at_restart: tuple[RefusedReport, ...]
    ran_with: tuple[str, ...]
    """Errors about what runs, as `CODE: sentence; fix`: the files of its services say them, and they stop nothing."""
    errors: tuple[str, ...]
    """Other errors of the plan, as `CODE: sentence; fix`: no `up` and no take-over before they are gone."""
    gaps: tuple[GapReport, ...]


def cluster_report(adoption: Adoption, dry_run: bool, gaps: Sequence[Gap], trial: Trial | None) -> ClusterReport:
    """An adopted cluster for programs."""
    return ClusterReport(
        lab=adoption.plan.lab.name,
        valid=True,
        new=adoption.is_new,
        written=bool(adoption.files) and not dry_run,
        objects=adoption.objects,
        of_releases=adoption.of_releases,
        files=tuple(adoption.files),
        added=tuple(_service(each) for each in adoption.added),
        not_written=tuple(
            NotWrittenReport(
                name=each.service.name,
                objects=tuple(map(str, each.service.found.objects)),
                questions=tuple(map(_question, each.service.questions)),
                problems=tuple(f"{problem.dotted}: {problem.message}" for problem in each.problems),
            )
            for each in adoption.not_written
        ),
        known=tuple(each.name for each in adoption.known),
        partly_known=tuple(
            PartlyKnownReport(name=found.name, lacking=tuple(map(str, lacking)))
            for found, lacking in adoption.partly_known
        ),
        left_out=tuple(
            LeftOutReport(object=str(key), why=origin.why, by=origin.by) for key, origin in adoption.left_out.items()
        ),
        unused=tuple(map(str, adoption.unused)),
        unreadable=tuple(str(each.key) for each in adoption.unreadable),
        differences=tuple(map(difference_report, adoption.differences)),
        tried=tried_report(trial) if trial else None,
        pods_judged=adoption.restarts.judged,
        refused_at_restart=tuple(
            RefusedReport(object=str(each.workload), reason="; ".join(each.reasons))
            for each in adoption.restarts.refused
        ),
        ran_with=_errors(adoption.ran_with),
        errors=_errors(adoption.plan.errors),
        gaps=gap_reports(gaps),
    )


def _errors(errors: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(f"{each.code}: {each.message}; {each.fix}" for each in errors)


def tried_report(trial: Trial) -> TriedReport:
    """A trial for programs."""
    return TriedReport(
        tried=trial.tried,
        differences=tuple(map(difference_report, trial.differences)),
        refused=tuple(RefusedReport(object=str(each.key), reason=each.reason) for each in trial.refused),
    )


def _service(each: ServiceFile) -> ServiceFileReport:
    return ServiceFileReport(
        name=each.name,
        kind=each.kind,
        namespace=each.found.namespace,
        files=tuple(f"services/{path}" for path in each.files),
        objects=tuple(map(str, each.objects)),
        kept=tuple(map(str, each.kept)),
        questions=tuple(map(_question, each.questions)),
        assumed=tuple(f"{one.workload} {one.container} {one.resource}" for one in each.assumed),
    )


def _question(each: Question) -> QuestionReport:
    return QuestionReport(object=str(each.key), what=each.what, names=each.names)


def difference_report(each: Difference) -> DifferenceReport:
    """A difference for programs."""
    created = each.effect == "created"
    return DifferenceReport(
        object=str(each.key),
        path=".".join(each.path),
        live=each.live,
        stated=None if created else each.stated,
        effect=each.effect,
    )
