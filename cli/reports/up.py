"""An `up` as JSON."""

from collections.abc import Mapping, Sequence
from typing import Literal

from cli.reports.doctor import AilmentReport, ailment_report
from cli.reports.document import Document, Report
from cli.reports.guard import GuardReport, guard_report
from observation import Reference
from operations.guard.reading.step import Action
from operations.up.look import Looked
from operations.up.outcome import End, Outcome
from operations.up.reasons import Reason
from operations.up.run import Applied
from operations.up.second_look import Difference
from operations.up.subject import reference_of
from operations.up.touched import Aftermath


class UpStepReport(Report):
    """Something that is made, updated, replaced or deleted."""

    object: str
    urn: str
    action: Action


class FailureReport(UpStepReport):
    """A step that failed; of the program, where no resource is named. `cause` is the cluster's own word."""

    reason: str
    cause_code: str | None
    cause: str | None


class RollingReport(Report):
    """An applied object whose new pods are not all ready; `cause` as above."""

    object: str
    cause_code: str | None
    cause: str | None


class DifferenceReport(Report):
    """A resource to which the second look would do something else: the engine's operations, before and now."""

    object: str
    urn: str
    judged: tuple[str, ...]
    now: tuple[str, ...]


class OutcomeReport(Report):
    """The outcome. `not_begun` and `given_up` hold URNs."""

    end: End
    seconds: int
    done: tuple[UpStepReport, ...]
    failed: tuple[FailureReport, ...]
    given_up: tuple[str, ...]
    not_begun: tuple[str, ...]
    why: str


class UpReport(Document):
    """One `up`: its judgement, whether the second look agreed, its outcome, and the problems of its objects.

    `outcome` is null where nothing was applied, and `ailments` where nobody was asked. `steps_name` is the one that
    `--judged` takes; null where there is nothing to do.
    """

    valid: Literal[True] = True
    stack: str
    judgement: GuardReport
    steps: tuple[UpStepReport, ...]
    steps_name: str | None = None
    differences: tuple[DifferenceReport, ...]
    outcome: OutcomeReport | None
    rolling: tuple[RollingReport, ...]
    ailments: tuple[AilmentReport, ...] | None
    ailments_not_asked: str
    log: str | None


def up_report(
    stack: str,
    looked: Looked,
    found: Sequence[Difference] = (),
    applied: Applied | None = None,
    aftermath: Aftermath | None = None,
    log: str | None = None,
) -> UpReport:
    """An `up` for programs."""
    return UpReport(
        stack=stack,
        judgement=guard_report(looked.judgement, looked.of),
        steps=tuple(_step(each.urn, each.action) for each in looked.steps),
        steps_name=looked.name,
        differences=tuple(
            DifferenceReport(object=str(reference_of(each.urn)), urn=each.urn, judged=each.judged, now=each.now)
            for each in found
        ),
        outcome=_outcome(applied.outcome, applied.reasons) if applied else None,
        rolling=tuple(_rolling(each, applied.reasons) for each in applied.rolling) if applied else (),
        ailments=tuple(map(ailment_report, aftermath.findings))
        if aftermath and aftermath.findings is not None
        else None,
        ailments_not_asked=aftermath.not_asked if aftermath else "",
        log=log,
    )


def _step(urn: str, action: Action) -> UpStepReport:
    return UpStepReport(object=str(reference_of(urn)), urn=urn, action=action)


def _rolling(about: Reference, reasons: Mapping[Reference, Reason]) -> RollingReport:
    cause = reasons.get(about)
    return RollingReport(
        object=str(about), cause_code=cause.code if cause else None, cause=cause.message if cause else None
    )


def _outcome(outcome: Outcome, reasons: Mapping[Reference, Reason]) -> OutcomeReport:
    return OutcomeReport(
        end=outcome.end,
        seconds=outcome.seconds,
        done=tuple(_step(each.urn, each.action) for each in outcome.done),
        failed=tuple(
            FailureReport(
                **dict(_step(each.urn, each.action)),
                reason=each.reason,
                cause_code=cause.code if (cause := reasons.get(reference_of(each.urn))) else None,
                cause=cause.message if cause else None,
            )
            for each in outcome.failed
        ),
        given_up=outcome.given_up,
        not_begun=outcome.not_begun,
        why=outcome.why,
    )
