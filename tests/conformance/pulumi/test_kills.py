"""An `up` of a lab from nothing that is killed again and again: nothing is lost, and nothing is made twice.

`make kills` runs this: it takes some minutes.
"""

import os
import random
import re
import signal
from collections.abc import Callable, Iterator

import pytest

from rehearsal.control_plane import ToolMissing
from tests.conformance.pulumi.endings import end_session
from tests.conformance.pulumi.live import Live, live
from tests.conformance.pulumi.test_adopt import adopted_small
from tests.conformance.pulumi.test_ways_out import follow, refusal

KILLS = int(os.environ.get("KILLS", "0"))
SEED = int(os.environ.get("SEED", "1"))
STEP = re.compile(r"\b(creating|created|updating|updated)\b")


@pytest.fixture
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The small lab, of which nothing is made."""
    if not KILLS:
        pytest.skip("not run: `make kills` does, in some minutes")
    folder = tmp_path_factory.mktemp("kills")
    try:
        with live(folder, adopted_small(folder)) as found:
            yield found
    except ToolMissing as missing:
        pytest.skip(f"not run: {missing}")


def killed_after(lab: Live, steps: int) -> bool:
    """Begin an `up`, and kill it with all that it started after so many lines about steps; whether it came to that."""
    with lab.stack.begin_up() as process:
        assert process.stdout is not None
        seen = 0
        for line in process.stdout:
            seen += bool(STEP.search(line))
            if seen == steps:
                process.send_signal(signal.SIGKILL)
                end_session(process.pid)
                return True
        assert process.wait() == 0
    return False


def identities(lab: Live) -> dict[str, str]:
    """The objects of the plan that are there, with what tells whether they are still the same."""
    found: dict[str, str] = {}
    for each in lab.plan.manifests:
        names = each["metadata"]
        there = lab.api.get(each["apiVersion"], each["kind"], names["name"], names.get("namespace"))
        if there is not None:
            found[f"{each['kind']} {names.get('namespace', '')}/{names['name']}"] = there["metadata"]["uid"]
    return found


def test_what_was_made_before_each_kill_is_there_in_the_end_and_was_made_once(
    lab: Live, figure: Callable[[str], None]
) -> None:
    chosen = random.Random(SEED)
    places: list[int] = []
    before: dict[str, str] = {}
    for _ in range(KILLS):
        places.append(chosen.randint(2, 2 + 100 // KILLS))
        if not killed_after(lab, places[-1]):
            break
        made = identities(lab)
        assert before.items() <= made.items(), f"killed at {places}"
        before = made
        if said := refusal(lab):
            assert "homelab guard --stack" not in said, f"killed at {places}: {said}"
            follow(lab, said)
        else:
            assert lab.stack.run("cancel", "--yes").succeeded
        assert refusal(lab) == "", f"killed at {places}"
        assert before.items() <= identities(lab).items(), f"killed at {places}"
    lab.stack.must_up()
    lab.stack.must_up("--expect-no-changes")
    made = identities(lab)
    assert before.items() <= made.items(), f"killed at {places}"
    assert len(made) == len(lab.plan.manifests)
    figure(f"An `up` from nothing was killed after {', '.join(map(str, places))} further steps: {len(made)} objects")
