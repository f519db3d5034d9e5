"""The judgement of a preview as text."""

from collections.abc import Iterator

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from cli.text.console import INDENT, SEVERITY_STYLE
from operations.guard import Judgement
from operations.guard.belonging import Belonging
from operations.guard.consequence import Consequence
from operations.guard.ending import Ending, Stop
from operations.guard.objects.live import Question, Unasked
from plan.wording import plural, printable

HARMLESS = "Nothing that runs is damaged."
BY_LEAVE = "Nothing that runs is damaged, except by what was allowed."
QUESTIONS: dict[Question, str] = {
    "pending": "whether the last `up` was cut off: a preview does not say so",
    "unchanged": "whether the {0} that stay the same still run as stated: the engine does not read them",
    "fields of kubectl": "what else the update of {0} removes: fields that `kubectl` wrote",
    "copies": "whether {0} to be made exist or run elsewhere already",
    "kinds": "what runs of {0}: the observation holds nothing of their kinds",
}
NOUNS: dict[Question, str] = {"unchanged": "resource"}


def print_judgement(judgement: Judgement, of: Belonging, console: Console) -> None:
    """Print what an `up` does, where it stops, and the verdict last."""
    for each in judgement.consequences:
        print_consequence(each, each.name in judgement.allowed, console)
    _print_ending(judgement.ending, console)
    if judgement.consequences or not judgement.ending.is_whole:
        console.print()
    for line in _notes(judgement, of):
        console.print(Text(line, "dim"))
    if judgement.passes:
        console.print(Text(BY_LEAVE if judgement.allowed else HARMLESS))
        return
    console.print(Text(f"Do not apply this: {_why(judgement)}.", "bold red"))
    if judgement.refused:
        names = dict.fromkeys(f"--allow {_quoted(each.name)}" for each in judgement.refused)
        console.print(f"To let it happen anyway: {' '.join(names)}")


def _quoted(name: str) -> str:
    """As a shell takes it."""
    is_plain = all(sign.isalnum() or sign in "-_./:@" for sign in name)
    return name if is_plain else "'" + name.replace("'", "'\\''") + "'"


def _why(judgement: Judgement) -> str:
    damaging = sum(each.verdict == "damaging" for each in judgement.refused)
    unknown = sum(each.verdict == "not known" for each in judgement.refused)
    parts = [f"{plural(damaging, 'consequence')} would do damage"] if damaging else []
    parts += [f"the effect of {plural(unknown, 'consequence')} is not known"] if unknown else []
    parts += ["the `up` stops"] if judgement.ending.stops else []
    parts += ["the preview is not complete"] if judgement.ending.missing else []
    return ", and ".join(parts)


def _notes(judgement: Judgement, of: Belonging) -> Iterator[str]:
    if of.folder is None:
        yield f"The lab {printable(of.lab)} is not here: each machine counts as a node."
    elif of.told == "by nobody":
        yield f"The preview names no lab: it is judged as one of {of.lab} (--lab names another)."
    for each in judgement.unasked:
        yield f"Not asked: {unasked_text(each)}"


def unasked_text(unasked: Unasked) -> str:
    """A question that was not asked, and the options that answer it."""
    return f"{_question(unasked)}{_answered_by(unasked)}"


def _question(unasked: Unasked) -> str:
    return QUESTIONS[unasked.question].format(plural(unasked.objects, NOUNS.get(unasked.question, "object")))


def _answered_by(unasked: Unasked) -> str:
    return f" ({' and '.join(unasked.needs)} would answer it)." if unasked.needs else "."


def _print_ending(ending: Ending, console: Console) -> None:
    for each in ending.missing:
        sentence = (
            f"The preview counts {each.counted} of '{printable(each.op)}' and shows {each.shown}: it is not whole."
        )
        console.print(Text(sentence, "bold red"))
    for each in ending.stops:
        _print_stop(each, console)
    if ending.stops:
        done = f"{ending.creates} made, {ending.updates} updated, {ending.deletes} deleted or recreated"
        message = (
            "A plain `up` previews first, and ends there before it does anything. With --skip-preview, and by the "
            f"automation API, the rest is done before it stops: {done}."
        )
        console.print(Padding(Text(message), INDENT, expand=False))


def _print_stop(stop: Stop, console: Console) -> None:
    why = "it is protected" if stop.protected else stop.why
    console.print(Text.assemble(("stops", "bold red"), " ", (stop.target, "bold"), f"  {why}"))
    if stop.commands:
        head = "to allow that" if stop.protected else "instead"
        commands = ", then ".join(f"`{printable(each)}`" for each in stop.commands)
        console.print(Padding(Text(f"{head}: {commands}; {stop.afterwards}", "green"), INDENT, expand=False))


def print_consequence(consequence: Consequence, allowed: bool, console: Console) -> None:
    """Print one consequence with its causes and a way around it."""
    causes = f"  {', '.join(consequence.causes)}" if consequence.causes else ""
    console.print(
        Text.assemble(
            ("allowed", "dim") if allowed else (consequence.severity, SEVERITY_STYLE[consequence.severity]),
            " ",
            (consequence.name, "bold"),
            causes,
        )
    )
    console.print(Padding(Text(consequence.message), INDENT, expand=False))
    if consequence.fix and not allowed:
        console.print(Padding(Text(f"fix: {consequence.fix}", "green"), INDENT, expand=False))
