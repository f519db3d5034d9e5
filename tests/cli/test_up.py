"""The output of `homelab up` during an `up`, by the events that the real engine wrote."""

from datetime import UTC, datetime, timedelta
from io import StringIO

from rich.console import Console

from cli.text.progress import REMINDS_EVERY, shown
from observation import Reference
from operations.up.events import Began, read_event
from operations.up.progress import Progress
from operations.up.reasons import Reason
from tests.cli.conftest import Homelab
from tests.recordings import recording

FEEDS = Reference("Deployment", "hobby-freshrss", "freshrss")
NO_ROOM = Reason(Reference("Pod", "hobby-freshrss", "freshrss-1"), "FailedScheduling", "0/2 nodes are available.")
NO_PODS = Reason(Reference("ReplicaSet", "hobby-freshrss", "freshrss-1"), "FailedCreate", "exceeded quota: tier-hobby")


def waiting() -> tuple[Progress, datetime]:
    """While the feed reader is updated, and when that began."""
    progress = Progress()
    for line in recording("events-object-refused.jsonl").splitlines():
        event = read_event(line)
        if event:
            progress = progress.after(event)
        if isinstance(event, Began) and event.op == "update":
            return progress, event.at
    raise AssertionError("nothing is updated")


def told(*moments: tuple[int, Reason | None], terminal: bool = False) -> str:
    """The output, by the seconds that it has been waited and the reason that is known by then."""
    output = StringIO()
    console = Console(file=output, width=200, force_terminal=terminal, markup=False)
    progress, began = waiting()
    with shown(console, 1) as show:
        for seconds, reason in moments:
            show(progress, {FEEDS: reason} if reason else {}, began + timedelta(seconds=seconds))
    return output.getvalue()


def test_what_does_not_take_long_is_not_waited_for() -> None:
    assert told((0, None), (4, NO_ROOM)) == ""


def test_a_wait_is_told_once_with_the_clusters_reason() -> None:
    line = "waiting for Deployment/hobby-freshrss/freshrss for 6 s: FailedScheduling: 0/2 nodes are available."
    text = told((6, NO_ROOM), (7, NO_ROOM), (30, NO_ROOM))
    assert line in text
    assert text.count("waiting for") == 1


def test_it_is_told_again_when_its_reason_comes_or_changes_and_once_a_minute() -> None:
    assert told((5, None), (7, NO_ROOM), (9, NO_PODS)).count("waiting for") == 3
    assert told((5, NO_ROOM), (5 + REMINDS_EVERY - 1, NO_ROOM)).count("waiting for") == 1
    assert told((5, NO_ROOM), (5 + REMINDS_EVERY, NO_ROOM)).count("waiting for") == 2


def test_what_the_engine_calls_done_and_whose_pods_are_not_new_yet_rolls_out() -> None:
    output = StringIO()
    progress, began = waiting()
    (step,) = progress.under_way.values()
    rolling = progress._replace(under_way={step.urn: step._replace(rolls_out=True)})
    with shown(Console(file=output, width=200), 1) as show:
        show(rolling, {FEEDS: NO_PODS}, began + timedelta(seconds=7))
    assert output.getvalue().startswith(
        "rolling out Deployment/hobby-freshrss/freshrss for 7 s: FailedCreate: exceeded quota: tier-hobby"
    )


def test_a_terminal_shows_all_that_is_under_way_at_once() -> None:
    text = told((0, None), terminal=True)
    assert "waiting for Deployment/hobby-freshrss/freshrss for 0 s" in text
    assert "0 of 1 done, 1 under way" in text


def test_what_failed_is_one_line_and_what_the_program_says_afterwards_is_none() -> None:
    output = StringIO()
    progress = Progress()
    with shown(Console(file=output, width=200), 1) as show:
        for line in recording("events-object-refused.jsonl").splitlines():
            event = read_event(line)
            progress = progress.after(event) if event else progress
            show(progress, {}, datetime(2026, 11, 26, tzinfo=UTC))
    assert output.getvalue() == "1/1 failed Deployment/hobby-freshrss/freshrss\n"


def test_a_lab_has_to_be_named(homelab: Homelab) -> None:
    result = homelab("up", "--yes")
    assert (result.exit_code, "which lab? Name it with --lab NAME" in result.stderr) == (2, True)


def test_without_somebody_to_ask_it_does_not_begin(homelab: Homelab) -> None:
    result = homelab("up", "--lab", "small")
    assert (result.exit_code, "there is no terminal to ask on: add --yes, or --dry-run" in result.stderr) == (2, True)


def test_protection_is_never_ignored(homelab: Homelab) -> None:
    result = homelab("up", "--lab", "small", "--ignore-protect")
    assert (result.exit_code, "protection is never ignored" in result.stderr) == (2, True)
