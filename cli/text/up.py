"""Steps and outcome of an `up`, as text."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from cli.text.console import INDENT, SEVERITY_STYLE
from observation import Reference
from operations.guard.reading.step import Action
from operations.guard.ways_out import WAYS_OUT
from operations.up.look import Looked
from operations.up.outcome import End, Outcome
from operations.up.reasons import Reason
from operations.up.second_look import Difference
from operations.up.subject import reference_of
from operations.up.touched import Aftermath
from plan.wording import listed, plural, printable

DONE: Mapping[Action, str] = {
    "nothing": "done",
    "create": "made",
    "update": "updated",
    "replace": "replaced",
    "delete": "deleted",
}
MOST = 12
"""Names that are shown of one list; the log has all."""
ENDS: Mapping[End, tuple[str, str]] = {
    "applied": ("Applied", "bold green"),
    "failed": ("Not all of it was applied", "bold red"),
    "stopped": ("Stopped", "bold yellow"),
    "cut off": ("The engine ended before it was done, without saying why", "bold red"),
    "locked": ("Nothing was applied", "bold red"),
    "not begun": ("Nothing was applied", "bold red"),
}


def print_steps(looked: Looked, stack: str, console: Console) -> None:
    """Print how much an `up` would do, and to which stack."""
    counts = [f"{_count(looked, action)} {word}" for action, word in DONE.items() if _count(looked, action)]
    unchanged = f"{plural(looked.preview.unchanged, 'resource')} unchanged"
    head = Text.assemble("Stack ", (stack, "bold"), ", lab ", (printable(looked.of.lab), "bold"), ": ")
    console.print(head.append(f"{', '.join(counts)}; {unchanged}." if counts else f"nothing to do; {unchanged}."))
    if looked.name:
        console.print(f"Steps {looked.name}: `--judged` applies these and no others.")


def _count(looked: Looked, action: Action) -> int:
    return sum(each.action == action for each in looked.steps)


def print_not_judged(judged: str, now: str | None, console: Console) -> None:
    """Print that the steps are not those that somebody agreed to."""
    console.print(
        Text.assemble(
            ("Not applied: ", "bold red"),
            f"the steps are {now}, and {printable(judged)} were judged. Since then the lab, the state or the cluster "
            "changed. Read what an `up` does now, and name these steps.",
        )
    )


def print_differences(found: Sequence[Difference], console: Console) -> None:
    """Print why what was judged is not what would be applied."""
    for each in found[:MOST]:
        was, now = " and ".join(each.judged) or "unchanged", " and ".join(each.now) or "unchanged"
        what = f"checked: {was}; now: {now}" if was != now else f"{now}, with other values than those that were checked"
        console.print(Text.assemble((str(reference_of(each.urn)), "bold"), f"  {what}"))
    if len(found) > MOST:
        console.print(f"and {len(found) - MOST} more")
    console.print(
        Text.assemble(
            ("Not applied: ", "bold red"),
            "the lab, the state or the cluster changed since the check. Run it again, and read what it does now.",
        )
    )


def print_outcome(outcome: Outcome, reasons: Mapping[Reference, Reason], again: str, console: Console) -> None:
    """Print what was done, what failed and why, what was not, and how to go on."""
    for failure in outcome.failed:
        about = reference_of(failure.urn)
        console.print(
            Text.assemble(("failed", "bold red"), " ", (str(about), "bold"), f"  {printable(failure.reason)}")
        )
        if reason := reasons.get(about):
            console.print(Padding(why(reason), INDENT, expand=False))
    for line in _left(outcome):
        console.print(line)
    word, style = ENDS[outcome.end]
    console.print(Text.assemble((f"{word}: ", style), f"{_done(outcome)}."))
    for line in _how_to_go_on(outcome, again):
        console.print(line)


def why(reason: Reason) -> Text:
    """A reason of the cluster's."""
    return Text.assemble((f"{reason.code}: ", "yellow"), printable(reason.message), (f" ({reason.about})", "dim"))


def _left(outcome: Outcome) -> Iterator[str]:
    if outcome.given_up:
        yield f"Under way when it ended: {_names(outcome.given_up)}."
    if outcome.not_begun and outcome.end not in ("locked", "not begun"):
        yield f"Not begun: {_names(outcome.not_begun)}."
    if outcome.folded:
        yield (
            f"Left out: {plural(outcome.folded, 'error')} of the program, which the engine stops after the first "
            "failure."
        )


def _names(urns: Sequence[str]) -> str:
    return listed([str(reference_of(urn)) for urn in urns], MOST)


def _done(outcome: Outcome) -> str:
    counts = [
        f"{number} {word}"
        for action, word in DONE.items()
        if (number := sum(each.action == action for each in outcome.done))
    ]
    return f"{', '.join(counts) or 'nothing was changed'} in {outcome.seconds} s"


def _how_to_go_on(outcome: Outcome, again: str) -> Iterator[str]:
    if outcome.end == "locked":
        yield f"Another `up` holds this stack, or one that was killed: {_first(outcome.why)}"
        commands = ", ".join(f"`{each}`" for each in WAYS_OUT["locked"].commands)
        yield f"If no other one runs: {commands}; then {WAYS_OUT['locked'].afterwards}."
    elif outcome.end == "not begun":
        yield f"The engine says: {_first(outcome.why)}"
    elif outcome.end == "cut off":
        yield f"Its last steps may be half-made: `{again}` names them, and the commands that repair them."
    elif outcome.end in ("failed", "stopped"):
        yield f"The state is written, and nothing is lost. To go on: `{again}`; it does what is left."


def print_rolling(rolling: Sequence[Reference], reasons: Mapping[Reference, Reason], console: Console) -> None:
    """Print which of the applied objects do not run as stated yet, and why."""
    for about in rolling:
        console.print(
            Text.assemble(("not rolled out", "bold red"), " ", (str(about), "bold"), "  its new pods are not all ready")
        )
        if reason := reasons.get(about):
            console.print(Padding(why(reason), INDENT, expand=False))


def _first(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return printable(" ".join(lines[:3])).removeprefix("error: ")


def print_aftermath(aftermath: Aftermath, console: Console) -> None:
    """Print the doctor's findings about the changed objects."""
    if aftermath.findings is None:
        console.print(Text(f"Not asked: how the changed objects are doing ({aftermath.not_asked}).", "dim"))
        return
    for each in aftermath.findings:
        line = Text.assemble((each.severity, SEVERITY_STYLE[each.severity]), " ", (each.code, "bold"))
        old = " (as before)" if aftermath.was_there(each) else ""
        console.print(line.append(f"  {each.subject}{old}  {printable(each.message)}"))
        console.print(Padding(Text(f"fix: {each.fix}", "green"), INDENT, expand=False))
    if not aftermath.findings:
        console.print("`homelab doctor` finds nothing wrong with the changed objects.")
