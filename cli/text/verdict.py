"""The first screen of a plan: the verdict, what is limiting, which parts must not fail, and the worst findings."""

from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from cli.lab import lab_option
from cli.text.data import data_point_text
from cli.text.findings import finding_text
from cli.text.forecast import LOSSES_NOT_COMPUTED, amounts_text, loss_name, loss_outcome, room_text
from plan.forecast import Forecast
from plan.model import Plan, Severity
from plan.scenarios.headroom import Constraint
from plan.verdict import Verdict
from plan.wording import percent, plural

MOST_NAMES = 6
"""Of pods and services that a loss takes; the whole plan has them all."""
VERSION_NOT_CHECKED = "Not checked for this version of Kubernetes"


def verdict_text(plan: Plan, forecast: Forecast, verdict: Verdict, *, whole: bool) -> RenderableType:
    """The first screen; above a whole plan the worst findings are only named, since they follow below."""
    parts: list[RenderableType] = [verdict_line(verdict), Text()]
    if verdict.limiting:
        parts.append(_labelled("Limiting", _limiting(verdict.limiting)))
    parts.append(_labelled("Room for", room_text(forecast.headroom)))
    parts.append(_must_not_fail(plan, verdict))
    if verdict.worst:
        parts += [Text(), Text(_heading(verdict), "bold")]
        told = (finding_text(plan.lab, finding) for finding in verdict.worst)
        parts += [part for parts_of_one in told for part in (parts_of_one[:1] if whole else parts_of_one)]
    return Group(*parts)


def verdict_line(verdict: Verdict) -> Text:
    """For example `It fits, by estimate: no errors, 5 warnings, 57 notes.`"""
    tail = f"{plural(verdict.counts['warning'], 'warning')}, {plural(verdict.counts['info'], 'note')}."
    match verdict.word:
        case "fits":
            return Text.assemble(("It fits, by estimate: no errors", "bold green"), f", {tail}")
        case "does not fit":
            return Text.assemble(("Not everything fits, by estimate: no errors", "bold yellow"), f", {tail}")
        case "not checked":
            return Text.assemble((f"{VERSION_NOT_CHECKED}: no errors", "bold yellow"), f", {tail}")
        case "has errors":
            errors = plural(verdict.counts["error"], "error")
            return Text.assemble((f"Do not apply this: {errors}", "bold red"), f", {tail}")


def rest_text(plan: Plan, verdict: Verdict) -> Text:
    """How to see what the first screen leaves out."""
    left_out, of = _left_out(verdict), lab_option(plan.lab)
    findings = plural(left_out, "more finding") if left_out else "all findings"
    return Text(f"The whole plan: homelab plan --all{of}; {findings}: homelab findings{of}", "dim")


def _labelled(label: str, sentence: str) -> Text:
    return Text.assemble((f"{label}: ", "bold"), sentence)


def _limiting(constraint: Constraint) -> str:
    assert constraint.capacity is not None, "nothing without a capacity is limiting"
    share = percent(constraint.used, constraint.capacity)
    return f"{constraint.name} of {constraint.of}, {share} used: {amounts_text(constraint)}"


def _must_not_fail(plan: Plan, verdict: Verdict) -> RenderableType:
    """The first one on the line of its label, others each on a line below it."""
    first, *others = single_points(plan, verdict)
    return Group(
        _labelled("Must not fail", first), *(Padding(Text(each), (0, 0, 0, 2), expand=False) for each in others)
    )


def single_points(plan: Plan, verdict: Verdict) -> list[str]:
    """Losses that the lab does not survive, one in each sentence."""
    parts = (f"{loss_name(loss)} ({loss_outcome(loss, MOST_NAMES)})" for loss in verdict.single_points or ())
    data = (data_point_text(plan.lab, loss) for loss in verdict.data_points)
    told = [*([LOSSES_NOT_COMPUTED] if verdict.single_points is None else []), *parts, *data]
    return told or ["nothing, every loss is survived"]


def _heading(verdict: Verdict) -> str:
    shown = len(verdict.worst)
    return f"Worst {shown} of {_errors_and_warnings(verdict.counts)} errors and warnings"


def _errors_and_warnings(counts: Mapping[Severity, int]) -> int:
    return counts["error"] + counts["warning"]


def _left_out(verdict: Verdict) -> int:
    return sum(verdict.counts.values()) - len(verdict.worst)
