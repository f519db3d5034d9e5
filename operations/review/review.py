"""The verdict of a review."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from operations.guard.consequence import Consequence
from operations.guard.judgement import Judgement
from operations.review.routine import sort_out
from plan.changes.comparison import Comparison
from plan.model import Severity

Source = Literal["plan", "change", "preview"]
Standing = Literal["fails", "caution", "routine", "fine"]


class NotChecked(NamedTuple):
    """A part of the review that there is nothing of, and why."""

    source: Source
    why: str
    has_run: bool
    """It ran, and has no answer."""


class Review(NamedTuple):
    """All that is known of a change."""

    lab: str
    mistakes: tuple[str, ...]
    """Why the lab cannot be planned."""
    counts: Mapping[Severity, int] | None
    """Findings of the plan; None where there is no plan."""
    comparison: Comparison | None
    predicted: tuple[Consequence, ...]
    """Effects of an `up`, by comparison of the plans."""
    judgement: Judgement | None
    """Its effects by a preview; more is known then."""
    not_checked: tuple[NotChecked, ...]
    errors: tuple[Mapping[str, Any], ...] = ()
    """Findings of the plan that are errors."""
    steps_name: str | None = None
    """The name of the steps of the preview; None where there is none, or nothing to do."""

    @property
    def older_errors(self) -> tuple[Mapping[str, Any], ...]:
        """Errors that the change did not bring, or of which it is not known."""
        verdicts = self.comparison.verdicts if self.comparison else ()
        came = {_which(each.finding) for each in verdicts if each.status != "removed"}
        return tuple(each for each in self.errors if _which(each) not in came)

    @property
    def consequences(self) -> tuple[Consequence, ...]:
        """Effects of an `up`, as far as they are known."""
        return self.judgement.consequences if self.judgement else self.predicted

    @property
    def allowed(self) -> frozenset[str]:
        """Names of the consequences that may happen."""
        return self.judgement.allowed if self.judgement else frozenset()

    @property
    def damaging(self) -> tuple[Consequence, ...]:
        """Consequences that do damage, or may, and are not allowed."""
        return tuple(each for each in self.consequences if each.severity == "error" and each.name not in self.allowed)

    @property
    def interrupting(self) -> tuple[Consequence, ...]:
        """Consequences that interrupt something, and damage that was allowed."""
        lost = self.damaging
        return tuple(each for each in self.consequences if each.severity != "info" and each not in lost)


def _which(finding: Mapping[str, Any]) -> tuple[str, str, str]:
    return finding["code"], finding["path"], finding.get("about", "")


def standing(review: Review) -> Standing:
    """A destructive step fails, a caution is neutral, and what nobody has to read is routine."""
    has_errors = review.counts is not None and review.counts["error"] > 0
    unanswered = {each.source for each in review.not_checked if each.has_run}
    stops = review.judgement is not None and not review.judgement.passes
    if review.mistakes or has_errors or stops or review.damaging or unanswered & {"plan", "preview"}:
        return "fails"
    if review.interrupting or unanswered or _is_worse(review.comparison):
        return "caution"
    subjects = review.comparison.subjects if review.comparison else ()
    return "routine" if subjects and not sort_out(subjects).other else "fine"


def _is_worse(comparison: Comparison | None) -> bool:
    """Whether a loss takes more than before, or an error or warning came."""
    if comparison is None:
        return False
    came = any(each.status != "removed" and each.severity != "info" for each in comparison.verdicts)
    return came or any(set(each.after) - set(each.before) for each in comparison.losses)
