"""The effects of a change of the lab, as Markdown for a pull request: the summary first, the details folded."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from cli.text.alike import figures_alike, subjects_alike
from cli.text.comparison import STEPS, closing, loss_line, noteworthy, subject_lines, summary, verdict_head
from cli.text.markdown import code, escaped, fitted, fold, is_cut, section, table
from operations.guard.consequence import Consequence
from plan.changes.comparison import Comparison, FigureChange, SubjectChange, VerdictChange
from plan.wording import plural


def to_markdown(lab: str, comparison: Comparison, consequences: Sequence[Consequence]) -> str:
    """The comparison, in a stable order, short enough for a comment."""
    sections = tuple(_sections(comparison, consequences))
    shown = (*_summary(lab, comparison, consequences), *(line for each in sections for line in section(*each)))
    folds = [*figure_folds(comparison.figures), *subject_folds(comparison.subjects)]
    folds += [fold(f"{title}: {len(lines)} in all", lines) for title, lines in sections if is_cut(lines)]
    return fitted("\n".join(shown) + "\n", folds, left_out(comparison))


def left_out(comparison: Comparison) -> Callable[[int], str]:
    """Where the rest of what does not fit is."""
    command = code(f"homelab plan --against {comparison.before}")
    return lambda count: f"\n{count} more left out for their length: {command} shows all of it.\n"


def verdict_lines(verdicts: Iterable[VerdictChange]) -> list[str]:
    """A line for each finding that came, went or changed."""
    return [_verdict(each) for each in verdicts]


def error_line(finding: Mapping[str, Any]) -> str:
    """A line for an error of the plan."""
    return _verdict(VerdictChange("added", finding, is_latent=False))


def consequence_lines(consequences: Iterable[Consequence], allowed: frozenset[str] = frozenset()) -> list[str]:
    """A line for each effect of an `up`."""
    return [_consequence(each, each.name in allowed) for each in consequences]


def figure_folds(figures: Sequence[FigureChange]) -> list[str]:
    """The table of figures that moved, folded; nothing where none did."""
    return [fold(plural(len(figures), "figure"), figure_table(figures_alike(figures)))] if figures else []


def figure_table(figures: Iterable[FigureChange]) -> list[str]:
    """Figures before and after."""
    return table(("of", "figure", "before", "after"), figures, numbers=2)


def subject_folds(subjects: Iterable[SubjectChange]) -> list[str]:
    """The differences of each service, machine or tier, folded."""
    return [
        fold(f"{title} {subject.status}", [f"- {escaped(line)}" for line in subject_lines(subject)])
        for title, subject in subjects_alike(subjects, subject_lines)
    ]


def _summary(lab: str, comparison: Comparison, consequences: Sequence[Consequence]) -> Iterator[str]:
    yield f"### {escaped(lab)} compared with {escaped(comparison.before)}"
    yield ""
    yield f"{escaped(summary(comparison)).capitalize()}."
    yield ""
    yield f"**{escaped(closing(comparison, consequences)[0])}**"


def _sections(comparison: Comparison, consequences: Iterable[Consequence]) -> Iterator[tuple[str, list[str]]]:
    """The sections that are not folded: titles, and their lines."""
    yield "Findings", verdict_lines(comparison.verdicts)
    yield escaped(STEPS), consequence_lines(noteworthy(consequences))
    yield "Failures", [f"- {escaped(loss_line(loss))}" for loss in comparison.losses]


def _verdict(verdict: VerdictChange) -> str:
    fix = "" if verdict.status == "removed" else f" Fix: {escaped(verdict.finding['fix'])}"
    return f"- {escaped(verdict_head(verdict))}: {escaped(verdict.finding['message'])}.{fix}"


def _consequence(consequence: Consequence, is_allowed: bool) -> str:
    causes = f" by {escaped(', '.join(consequence.causes))}" if consequence.causes else ""
    word = "allowed" if is_allowed else consequence.severity
    return f"- {word} {code(consequence.name)}{causes}: {escaped(consequence.message)}"
