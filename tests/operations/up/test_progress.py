"""How far an `up` came, by the events that the real engine wrote."""

import json

import pytest

from operations.up.events import Began, Ended, Said, Summed, read_event
from operations.up.outcome import LOCKED, outcome_of
from operations.up.progress import Progress
from operations.up.subject import reference_of
from tests.recordings import recording

FEEDS = "Deployment/hobby-freshrss/freshrss"


def events(file: str) -> list[Began | Ended | Said | Summed]:
    return [event for line in recording(file).splitlines() if (event := read_event(line))]


def progress_of(file: str, until: int | None = None) -> Progress:
    progress = Progress()
    for event in events(file)[:until]:
        progress = progress.after(event)
    return progress


def test_a_refused_object_is_one_failure_in_the_words_of_who_refused_it() -> None:
    progress = progress_of("events-object-refused.jsonl")
    (failure,) = progress.failed
    assert (str(reference_of(failure.urn)), failure.action) == (FEEDS, "update")
    assert "no feeds today" in failure.reason
    assert (progress.result, dict(progress.under_way)) == ("failed", {})


def test_what_the_engine_says_of_the_program_after_a_refusal_is_folded_away() -> None:
    outcome = outcome_of((), progress_of("events-object-refused.jsonl"), 1, "")
    assert [str(reference_of(each.urn)) for each in outcome.failed] == [FEEDS]
    assert (outcome.end, outcome.folded) == ("failed", 1)


def test_what_stays_the_same_is_neither_waited_for_nor_done() -> None:
    progress = progress_of("events-after-interrupt.jsonl")
    assert (progress.done, dict(progress.under_way), progress.failed) == ((), {}, ())
    assert progress.result == "succeeded"


def test_an_object_is_waited_for_from_its_first_event_to_its_last() -> None:
    progress = progress_of("events-object-refused.jsonl", until=begins())
    assert [str(reference_of(urn)) for urn in progress.under_way] == [FEEDS]


def begins() -> int:
    """How many events there are until the update begins."""
    told = events("events-object-refused.jsonl")
    return 1 + next(place for place, each in enumerate(told) if isinstance(each, Began) and each.op == "update")


def test_what_fails_after_it_was_asked_to_stop_was_given_up() -> None:
    told = events("events-object-refused.jsonl")
    progress = progress_of("events-object-refused.jsonl", until=begins()).interrupt()
    for event in told[begins() :]:
        progress = progress.after(event)
    outcome = outcome_of((), progress, 1, "")
    assert outcome.end == "stopped"
    assert [str(reference_of(urn)) for urn in outcome.given_up] == [FEEDS]
    assert outcome.failed == ()


def test_an_engine_that_ends_without_saying_how_was_cut_off_and_leaves_what_was_under_way() -> None:
    outcome = outcome_of((), progress_of("events-object-refused.jsonl", until=begins()), -9, "")
    assert outcome.end == "cut off"
    assert [str(reference_of(urn)) for urn in outcome.given_up] == [FEEDS]


def test_a_lock_is_told_from_other_reasons_not_to_begin() -> None:
    locked = recording("output-locked.txt")
    assert LOCKED in locked
    assert outcome_of((), Progress(), 255, locked).end == "locked"
    assert outcome_of((), Progress(), 255, "error: no stack named 'nosuch' found").end == "not begun"


def test_a_line_that_is_cut_off_or_no_event_says_nothing() -> None:
    line = recording("events-object-refused.jsonl").splitlines()[90]
    assert read_event(line[:-20]) is None
    assert read_event("error: something") is None
    assert read_event("[]") is None


@pytest.mark.parametrize("timestamp", [10**17, 10**30, -(10**14), 253402300800])
def test_a_failure_is_not_lost_where_its_time_is_none(timestamp: int) -> None:
    (line,) = [each for each in recording("events-object-refused.jsonl").splitlines() if "resOpFailedEvent" in each]
    event = read_event(json.dumps(json.loads(line) | {"timestamp": timestamp}))
    assert isinstance(event, Ended)
    assert event.failed


def test_lines_that_nest_without_end_hold_no_event() -> None:
    assert read_event("[" * 100_000) is None
