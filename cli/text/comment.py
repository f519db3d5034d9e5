"""The comment on a pull request: the verdict and the counts first, then what is lost or moves, all else folded."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from cli.text.alike import figures_alike
from cli.text.comparison import difference_line, loss_line, noteworthy, summary
from cli.text.comparison_markdown import (
    consequence_lines,
    error_line,
    figure_table,
    left_out,
    subject_folds,
    verdict_lines,
)
from cli.text.guard import unasked_text
from cli.text.markdown import code, escaped, fitted, fold, is_cut, section
from operations.guard.consequence import Verdict
from operations.guard.ending import Ending
from operations.review.review import NotChecked, Review, Source, Standing, standing
from operations.review.routine import sort_out
from plan.model import Severity
from plan.wording import plural

ALLOW = "Homelab-Allow"
"""Key of the line in a commit's message that allows an effect."""
JUDGED = "Homelab-Judged"
"""Key of the line there that names the steps of a preview: an `up` of that commit does these and no others."""
TITLES: Mapping[Standing, str] = {
    "fails": "do not merge this",
    "caution": "look at this before you merge it",
    "routine": "routine",
    "fine": "nothing that runs is damaged",
}
VERDICTS: Mapping[Verdict, str] = {
    "damaging": "would do damage",
    "not known": "of unknown effect",
    "interrupting": "interrupting",
    "harmless": "harmless",
}
SOURCES: Mapping[Source, str] = {
    "plan": "The plan",
    "change": "The change against the target branch",
    "preview": "The preview of the engine",
}
NO_PREVIEW = "steps are predicted from the files"


def comment(review: Review, link: str | None = None, proposed: Sequence[str] = ()) -> str:
    """The comment, short enough for every forge. `proposed`: the effects that a commit of it allows."""
    sections = tuple(_sections(review))
    shown = [
        *_head(review),
        *_allowing(proposed),
        *(line for title, lines in sections for line in section(title, lines)),
    ]
    folds = [*_folds(review)]
    folds += [fold(f"{title}: {len(lines)} in all", lines) for title, lines in sections if is_cut(lines)]
    after = f"\n[The whole report]({_address(link)})\n" if link else ""
    rest = left_out(review.comparison) if review.comparison else lambda count: f"\n{count} more left out.\n"
    return fitted("\n".join(shown) + "\n", folds, rest, after)


def _head(review: Review) -> Iterator[str]:
    yield f"### {escaped(review.lab)}: {TITLES[standing(review)]}"
    yield ""
    yield f"{'. '.join(_counts(review))}."


def _allowing(proposed: Sequence[str]) -> Iterator[str]:
    if proposed:
        names = ", ".join(code(each) for each in proposed)
        yield ""
        yield (
            f"**Allows**: {names}, by {code(ALLOW)} in the message of its last commit. Where that becomes the message "
            "on the target branch, the guard lets them pass: take the line out if you do not mean it."
        )


def _counts(review: Review) -> Iterator[str]:
    if review.mistakes:
        yield f"The lab is not valid: {plural(len(review.mistakes), 'mistake')}"
    yield f"**Steps**: {_steps(review)}"
    if review.counts is not None:
        counts = ((review.counts[each], noun) for each, noun in _NOUNS)
        yield f"**Findings**: {', '.join(plural(count, noun) if count else f'no {noun}s' for count, noun in counts)}"
    if review.comparison:
        yield f"**Changes**: {escaped(summary(review.comparison))}"
        if routine := sort_out(review.comparison.subjects).routine:
            yield f"**Routine**: {plural(len(routine), 'change')} of images alone"


_NOUNS: tuple[tuple[Severity, str], ...] = (("error", "error"), ("warning", "warning"), ("info", "note"))


def _steps(review: Review) -> str:
    counts = Counter(each.verdict for each in review.consequences)
    told = ", ".join(f"{counts[verdict]} {word}" for verdict, word in VERDICTS.items() if counts[verdict])
    allowed = f", {len(review.allowed)} allowed by name" if review.allowed else ""
    return (
        f"{told or 'none that does more than create'}{allowed} ({'by a preview' if review.judgement else NO_PREVIEW})"
    )


def _sections(review: Review) -> Iterator[tuple[str, list[str]]]:
    """The sections that are not folded: titles, and their lines."""
    yield "Mistakes", [f"- {escaped(each)}" for each in review.mistakes]
    if review.judgement:
        yield "Where it stops", list(_ending(review.judgement.ending))
    yield "Replaced, restarted or lost", consequence_lines(noteworthy(review.consequences), review.allowed)
    yield "To let it happen", [f"- {code(f'{ALLOW}: {each.name}')}" for each in review.damaging]
    if review.steps_name:
        yield "To have these steps applied and no others", [f"- {code(f'{JUDGED}: {review.steps_name}')}"]
    if review.comparison:
        yield "Findings that came or went", verdict_lines(review.comparison.verdicts)
        yield "When a part fails", [f"- {escaped(loss_line(each))}" for each in review.comparison.losses]
        if review.comparison.figures:
            yield "Numbers that moved", figure_table(figures_alike(review.comparison.figures))
    yield (
        "Errors that were there before" if review.comparison else "Errors",
        [error_line(each) for each in review.older_errors],
    )
    yield "Not checked", list(_not_checked(review))


def _ending(ending: Ending) -> Iterator[str]:
    for each in ending.stops:
        yield f"- {code(each.target)}: {escaped('it is protected' if each.protected else each.why)}"
    for each in ending.missing:
        yield f"- the preview counts {each.counted} of {code(each.op)} and shows {each.shown}: it is not whole"


def _not_checked(review: Review) -> Iterator[str]:
    for each in review.not_checked:
        yield _gap(each)
    for each in review.judgement.unasked if review.judgement else ():
        yield f"- {escaped(unasked_text(each))}"


def _gap(each: NotChecked) -> str:
    return f"- {SOURCES[each.source]}: {escaped(each.why)}"


def _folds(review: Review) -> Iterator[str]:
    if review.comparison is None:
        return
    routine, other = sort_out(review.comparison.subjects)
    if routine:
        lines = [
            f"- {escaped(change.subject.name)}: {escaped(difference_line(difference))}"
            for change in routine
            for file in change.files
            for difference in file.differences
        ]
        yield fold(f"Routine: {plural(len(routine), 'change')} of images alone", lines)
    yield from subject_folds(other)


def _address(link: str) -> str:
    return link.replace(" ", "%20").replace(")", "%29").replace("<", "%3C").replace("\n", "")
