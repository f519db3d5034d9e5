"""The difference from another plan."""

from collections.abc import Iterator, Sequence

import htpy as h

from cli.html.tables import table
from cli.text.alike import figures_alike, subjects_alike
from cli.text.comparison import STEPS, closing, loss_line, noteworthy, subject_lines, summary, verdict_head
from operations.guard.consequence import Consequence
from plan.changes.comparison import Comparison
from plan.wording import plural


def change_section(comparison: Comparison, consequences: Sequence[Consequence]) -> h.Element:
    """The summary and the verdicts, and the details to be opened."""
    return h.section(id="change")[
        h.h2[f"Change since {comparison.before}"],
        h.p[f"{summary(comparison)}. {closing(comparison, consequences)[0]}"],
        _list(
            STEPS,
            [f"{each.severity} {each.name}: {each.message}" for each in noteworthy(consequences)],
        ),
        _list("Findings", [f"{verdict_head(each)}: {each.finding['message']}" for each in comparison.verdicts]),
        _list("Failures", [loss_line(each) for each in comparison.losses]),
        _figures(comparison),
        _subjects(comparison),
    ]


def _list(title: str, lines: Sequence[str]) -> h.Fragment | None:
    return h.fragment[h.h3[title], h.ul[(h.li[line] for line in lines)]] if lines else None


def _figures(comparison: Comparison) -> h.Element | None:
    if not comparison.figures:
        return None
    rows = [(each.of, each.figure, each.before, each.after) for each in figures_alike(comparison.figures)]
    return h.details[
        h.summary[plural(len(comparison.figures), "figure")],
        table(("of", "figure", "before", "after"), rows, numbers=(2, 3)),
    ]


def _subjects(comparison: Comparison) -> Iterator[h.Element]:
    for title, subject in subjects_alike(comparison.subjects, subject_lines):
        yield h.details[
            h.summary[f"{title} {subject.status}"],
            h.ul[(h.li[line] for line in subject_lines(subject))],
        ]
