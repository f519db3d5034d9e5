"""`homelab up` with the real engine on a real control plane: what it does, what it refuses, and how it ends."""

import json
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest

from rehearsal.control_plane import ToolMissing
from rehearsal.tools import path_of
from tests.conformance.pulumi.endings import end_session, no_place_for_pods
from tests.conformance.pulumi.live import Live, live
from tests.conformance.pulumi.test_adopt import adopted_small
from tests.conformance.waiting import eventually
from tests.recordings.changes import FEEDS, NOTES
from tests.recordings.record import FORBIDDEN

FEED_READER = ("apps/v1", "Deployment", "freshrss", "hobby-freshrss")
NAME = "Deployment/hobby-freshrss/freshrss"
ANOTHER_IMAGE = (FEEDS, "freshrss:1.27.0", "freshrss:1.27.1")
SECONDS = 300
QUESTION = "Apply this to stack test?"


class Ended(NamedTuple):
    """How a run ended."""

    code: int
    told: str
    """All that it printed, errors too."""

    @property
    def report(self) -> dict[str, Any]:
        """Its report with `--format json`."""
        return json.loads(self.told[self.told.index("{\n") :])


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Generator[Live]:
    """The small lab, all of it made by one `homelab up`. Each test leaves it so."""
    folder = tmp_path_factory.mktemp("up")
    try:
        with live(folder, adopted_small(folder)) as found:
            made = up(found)
            assert made.code == 0, made.told
            assert re.search(r"Applied: \d+ made, 2 updated", made.told)
            yield found
    except ToolMissing as missing:
        pytest.skip(f"not run: {missing}")


def begin(small: Live, *arguments: str, stdin: int = subprocess.DEVNULL) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "cli", "up", "--project", str(small.stack.project), "--stack", "test", *arguments]
    with_helm = f"{small.stack.environment['PATH']}{os.pathsep}{path_of('helm').parent}"
    return subprocess.Popen(
        command,
        env={**small.stack.environment, "PATH": with_helm},
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def up(small: Live, *arguments: str) -> Ended:
    with begin(small, "--yes", *arguments) as process:
        told = process.communicate(timeout=SECONDS)[0]
    return Ended(process.returncode, told)


def cut_off(small: Live, ending: Callable[["subprocess.Popen[str]"], None], told: str) -> Ended:
    """Do something to a run of another image as soon as it says this; returns how it ended."""
    with small.edited(ANOTHER_IMAGE), begin(small, "--yes") as process:
        assert process.stdout is not None
        read = ""
        for line in process.stdout:
            read += line
            if told in line:
                ending(process)
                break
        read += process.communicate(timeout=SECONDS)[0]
    return Ended(process.returncode, read)


def engine_of(process: "subprocess.Popen[str]") -> int:
    """The engine that a run began: it is the leader of a session of its own."""
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True, check=True
    )
    return int(listed.stdout.split()[0])


def image(small: Live) -> str:
    found: dict[str, Any] = small.api.get(*FEED_READER) or {}
    return found["spec"]["template"]["spec"]["containers"][0]["image"]


def back(small: Live) -> None:
    """As it was before a test. The doctor may say something of it: stand-ins of charts make no ingress class."""
    told = up(small).told
    assert "Applied" in told or "nothing to do" in told, told


@contextmanager
def present(small: Live, *manifests: dict[str, Any]) -> Generator[None]:
    """Objects that are there for a while."""
    for each in manifests:
        small.api.apply(each)
    try:
        yield
    finally:
        for each in manifests:
            small.api.delete(each)


def test_a_second_one_has_nothing_to_do_and_a_log_says_what_the_first_one_did(small: Live) -> None:
    second = up(small)
    assert (second.code, "nothing to do" in second.told) == (0, True)
    first = sorted((small.stack.project / ".homelab" / "log").iterdir())[0]
    record = json.loads(first.read_text(encoding="utf-8"))
    assert (record["stack"], record["outcome"]["end"], record["outcome"]["failed"]) == ("test", "applied", [])
    assert len(record["outcome"]["done"]) == len(record["judged"]["steps"])
    assert "PRIVATE" not in first.read_text(encoding="utf-8")
    assert first.stat().st_mode & 0o077 == 0


def test_a_change_is_judged_and_applied_and_what_it_touched_is_looked_at(small: Live) -> None:
    with small.edited(ANOTHER_IMAGE):
        dry = up(small, "--dry-run", "--format", "json")
        assert (dry.code, dry.report["outcome"]) == (0, None)
        assert image(small).endswith("1.27.0")
        named = up(small, "--dry-run").told
        other = up(small, "--judged", "0" * 32)
        assert image(small).endswith("1.27.0")
        done = up(small, "--format", "json", "--judged", dry.report["steps_name"])
    assert f"Steps {dry.report['steps_name']}: " in named, "a second preview has the same name"
    assert (other.code, "Not applied: " in other.told) == (1, True)
    assert done.code == 0, done.told
    assert [each["object"] for each in done.report["outcome"]["done"]] == [NAME]
    assert done.report["ailments"] is not None
    assert image(small).endswith("1.27.1")
    back(small)


def test_a_protected_volume_stops_it_before_anything_happens(small: Live) -> None:
    with small.edited((FEEDS, "", "")):
        refused = up(small)
    assert refused.code == 1
    assert "stops PersistentVolumeClaim/hobby-freshrss/freshrss-data  it is protected" in refused.told
    assert small.api.get(*FEED_READER) is not None
    assert "Applied" not in refused.told


def test_what_would_be_refused_is_found_by_the_preview_and_nothing_is_applied(small: Live) -> None:
    with present(small, *FORBIDDEN.values()), small.edited(ANOTHER_IMAGE):
        assert eventually(lambda: "no feeds today" in small.stack.preview())
        refused = up(small)
    assert (refused.code, "no feeds today" in refused.told) == (1, True)
    assert image(small).endswith("1.27.0")


def test_an_object_that_is_refused_on_the_way_is_one_error_and_what_was_made_is_said(small: Live) -> None:
    forbidden = json.loads(json.dumps(FORBIDDEN).replace("freshrss", "notes").replace("no feeds today", "no notes"))
    file = small.lab / "services" / "notes.yaml"
    with present(small, *forbidden.values()):
        file.write_text(NOTES, encoding="utf-8")
        try:
            refused = up(small)
        finally:
            file.unlink()
    assert refused.code == 1
    assert len(re.findall("no notes", refused.told)) == 1
    assert "Traceback" not in refused.told
    assert "made Namespace/hobby-notes" in refused.told
    small.stack.unprotect_all("notes")
    small.stack.must_up()


def test_a_lab_that_changes_while_it_asks_is_not_applied(small: Live) -> None:
    writes, reads = pty.openpty()
    try:
        with small.edited(ANOTHER_IMAGE), begin(small, stdin=reads) as process:
            assert process.stdout is not None
            read = ""
            while QUESTION not in read:
                sign = process.stdout.read(1)
                assert sign, read
                read += sign
            small.edit((FEEDS, "freshrss:1.27.1", "freshrss:1.27.2"))
            os.write(writes, b"y\n")
            told = process.communicate(timeout=SECONDS)[0]
    finally:
        os.close(writes)
        os.close(reads)
    assert (process.returncode, "Not applied" in told) == (1, True)
    assert f"{NAME}  update, with other values than those that were checked" in told
    assert image(small).endswith("1.27.0")


def test_why_it_waits_is_said_within_seconds_and_one_interrupt_stops_it_cleanly(small: Live) -> None:
    said = r"FailedScheduling: 0/2 nodes are available: 2 node\(s\) were unschedulable"
    with no_place_for_pods(small.api, without="hobby-freshrss"):
        stopped = cut_off(small, lambda process: process.send_signal(signal.SIGINT), ": Failed")
    assert stopped.code == 130, stopped.told
    assert re.search(rf"waiting for {NAME} for \d+ s: {said}", stopped.told), stopped.told
    assert NAME in stopped.told.partition("Stopping")[2]
    assert "pending_operations" not in small.stack.export()["deployment"]
    back(small)


def test_after_the_engine_was_killed_the_next_one_says_what_is_half_made_and_how_to_mend_it(small: Live) -> None:
    def kill(process: "subprocess.Popen[str]") -> None:
        end_session(engine_of(process))

    with no_place_for_pods(small.api, without="hobby-freshrss"):
        killed = cut_off(small, kill, "waiting for")
        assert (killed.code, "ended before it was done" in killed.told) == (1, True), killed.told
        half_made = up(small)
    assert (half_made.code, "updating Deployment hobby-freshrss/freshrss" in half_made.told) == (2, True)
    commands = list(re.findall(r"`(pulumi [^`]+)`", half_made.told))
    assert [each.split()[1] for each in commands] == ["cancel", "refresh"]
    for each in commands:
        ran = small.stack.run(*shlex.split(each)[1:])
        assert ran.succeeded, ran.output
    back(small)


def test_the_engine_comes_to_its_end_where_the_command_itself_is_killed(small: Live) -> None:
    with no_place_for_pods(small.api, without="hobby-freshrss"):
        killed = cut_off(small, lambda process: process.kill(), "waiting for")
        assert killed.code == -signal.SIGKILL, killed.told
        assert up(small).code == 2, "its last step is still under way"
    tried = image(small)
    assert eventually(lambda: tried in json.dumps(small.stack.export()))
    back(small)


def test_it_does_not_begin_where_nobody_can_be_asked_or_protection_would_be_ignored(small: Live) -> None:
    with begin(small) as process:
        assert "there is no terminal to ask on" in process.communicate(timeout=SECONDS)[0]
    assert process.returncode == 2
    ignoring = up(small, "--ignore-protect")
    assert (ignoring.code, "protection is never ignored" in ignoring.told) == (2, True)
