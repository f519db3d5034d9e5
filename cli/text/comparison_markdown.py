"""The effects of a change of the lab, as Markdown for a pull request: the summary first, the details folded."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from cli.text.alike import figures_alike, subjects_alike
from cli.text.comparison import STEPS, closing, loss_line, noteworthy, subject_lines, summary, verdict_head
from operations.guard.consequence import Consequence
from plan.changes.comparison import Comparison, VerdictChange
from plan.wording import plural, printable

LONGEST = 65_000
"""Characters; GitHub takes 65,536 in a comment."""
LONGEST_FOLD = 16_000
"""Characters under one title."""
MOST_OPEN, LONGEST_LINE = 20, 800
"""Lines of a section that are not folded, and characters of each."""
LEFT_OUT = "\n{} more left out for their length: `homelab plan --against {}` shows all of it.\n"


def to_markdown(lab: str, comparison: Comparison, consequences: Sequence[Consequence]) -> str:
    """The comparison, in a stable order, short enough for a comment."""
    sections = tuple(_sections(comparison, consequences))
    text = (
        "\n".join((*_summary(lab, comparison, consequences), *(line for each in sections for line in _open(*each))))
        + "\n"
    )
    folded = [_fold(*each) for each in _folded(comparison)]
    folded += [_fold(f"{title}: {len(lines)} in all", lines) for title, lines in sections if len(lines) > MOST_OPEN]
    for number, each in enumerate(folded):
        left_out = LEFT_OUT.format(len(folded) - number, comparison.before)
        if len(text) + len(each) + len(left_out) > LONGEST:
            return text + left_out
        text += each
    return text


def _summary(lab: str, comparison: Comparison, consequences: Sequence[Consequence]) -> Iterator[str]:
    yield f"### {_escaped(lab)} compared with {_escaped(comparison.before)}"
    yield ""
    yield f"{_escaped(summary(comparison)).capitalize()}."
    yield ""
    yield f"**{_escaped(closing(comparison, consequences)[0])}**"


def _sections(comparison: Comparison, consequences: Iterable[Consequence]) -> Iterator[tuple[str, list[str]]]:
    """The sections that are not folded: titles, and their lines."""
    yield "Findings", [_verdict(each) for each in comparison.verdicts]
    yield (
        STEPS,
        [_consequence(each) for each in noteworthy(consequences)],
    )
    yield "Failures", [f"- {_escaped(loss_line(loss))}" for loss in comparison.losses]


def _open(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield from ("", f"**{title}**", "", *(line[:LONGEST_LINE] for line in lines[:MOST_OPEN]))
    if len(lines) > MOST_OPEN:
        yield f"- and {len(lines) - MOST_OPEN} more"


def _verdict(verdict: VerdictChange) -> str:
    fix = "" if verdict.status == "removed" else f" Fix: {_escaped(verdict.finding['fix'])}"
    return f"- {_escaped(verdict_head(verdict))}: {_escaped(verdict.finding['message'])}.{fix}"


def _consequence(consequence: Consequence) -> str:
    causes = f" by {_escaped(', '.join(consequence.causes))}" if consequence.causes else ""
    return f"- {consequence.severity} {_code(consequence.name)}{causes}: {_escaped(consequence.message)}"


def _folded(comparison: Comparison) -> Iterator[tuple[str, list[str]]]:
    """Titles, and what is folded under each."""
    if figures := figures_alike(comparison.figures):
        rows = [f"| {_escaped(each.of)} | {each.figure} | {each.before} | {each.after} |" for each in figures]
        yield (
            plural(len(comparison.figures), "figure"),
            ["| of | figure | before | after |", "|---|---|--:|--:|", *rows],
        )
    for title, subject in subjects_alike(comparison.subjects, subject_lines):
        yield f"{_escaped(title)} {subject.status}", [f"- {_escaped(line)}" for line in subject_lines(subject)]


def _fold(title: str, lines: Sequence[str]) -> str:
    """A section that is too long by itself ends earlier, so that there is room for the rest."""
    lengths = accumulate(len(line) + 1 for line in lines)
    kept = sum(length <= LONGEST_FOLD for length in lengths)
    more = ["", f"and {len(lines) - kept} more lines"] if kept < len(lines) else []
    shown = (*lines[:kept], *more)
    return "\n".join(("", f"<details><summary>{title}</summary>", "", *shown, "", "</details>", ""))


def _code(text: str) -> str:
    """A name as code, whatever is in it."""
    plain = printable(text).replace("`", "'")
    return f"`{plain}`"


def _escaped(text: str) -> str:
    """Text that means itself: neither tags nor columns nor emphasis. What it has in backticks is code, and left."""
    parts = text.replace("\n", " ").split("`")
    if len(parts) % 2 == 0:
        parts = ["\\`".join(parts)]
    return "`".join(part if index % 2 else _escaped_text(part) for index, part in enumerate(parts))


SIGNS = (
    ("&", "&amp;"),
    ("<", "&lt;"),
    ("@", "&#64;"),
    ("[", "\\["),
    ("|", "\\|"),
    ("*", "\\*"),
    ("_", "\\_"),
)
"""Tags, mentions, links and images, columns and emphasis."""


def _escaped_text(text: str) -> str:
    for sign, instead in SIGNS:
        text = text.replace(sign, instead)
    return text
