"""Outcome of an `up`."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from operations.guard.reading.step import Step
from operations.up.progress import Done, Failure, Progress
from operations.up.subject import is_made

End = Literal["applied", "failed", "stopped", "cut off", "locked", "not begun"]
"""`stopped` by whoever began it; `cut off` where the engine ended without saying how; `locked` where another one holds
the state."""

LOCKED = "the stack is currently locked"
"""Words of the engine about a state that another `up` holds, or one that was killed (pulumi v3.274, the file backend):
there is no other sign of it."""


class Outcome(NamedTuple):
    """Outcome of an `up`."""

    end: End
    done: tuple[Done, ...]
    failed: tuple[Failure, ...]
    given_up: tuple[str, ...]
    """URNs of steps that were under way when it was stopped, or ended."""
    not_begun: tuple[str, ...]
    """URNs of steps that were never begun."""
    folded: int
    """Errors of the program that say nothing of a cause: the engine stops it after the first failure."""
    seconds: int
    why: str = ""
    """In the engine's words, where it did not begin."""


def outcome_of(steps: Sequence[Step], progress: Progress, code: int, complaint: str) -> Outcome:
    """Outcome of the judged steps, by how far the `up` came and how the engine ended."""
    end = _end(progress, code, complaint)
    program = [Failure("", "nothing", each) for each in dict.fromkeys(progress.program)]
    given_up = (*progress.given_up, *progress.under_way)
    refused = _refused(progress)
    reached = {*given_up, *(each.urn for each in (*progress.done, *progress.failed, *refused))}
    planned = dict.fromkeys(each.urn for each in steps if each.action != "nothing" and is_made(each.urn))
    is_told = bool(progress.failed or refused or given_up)
    return Outcome(
        end,
        progress.done,
        (*progress.failed, *refused, *(() if is_told else program)),
        given_up,
        tuple(urn for urn in planned if urn not in reached),
        len(program) if is_told else 0,
        progress.seconds,
        complaint if end in ("locked", "not begun") else "",
    )


def _refused(progress: Progress) -> tuple[Failure, ...]:
    """Steps that were refused before they began, because they are not those that were judged for instance."""
    told = {*progress.given_up, *progress.under_way, *(each.urn for each in (*progress.done, *progress.failed))}
    return tuple(Failure(urn, "nothing", reason) for urn, reason in progress.said.items() if urn not in told)


def _end(progress: Progress, code: int, complaint: str) -> End:
    has_begun = bool(
        progress.done or progress.failed or progress.under_way or progress.given_up or progress.said or progress.program
    )
    if not code:
        return "applied"
    if not has_begun and progress.result is None:
        return "locked" if LOCKED in complaint else "not begun"
    if progress.interrupted:
        return "stopped"
    return "cut off" if progress.result is None else "failed"
