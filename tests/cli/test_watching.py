"""`homelab plan --watch`."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from cli.watching import show_each
from tests.plan.labs import ROOT, change


def edits(lab: Path) -> Iterator[None]:
    """A mistake, then an error, then as it was."""
    change(lab, [{"file": "services/sweeper.yaml", "old": "tier: aux", "new": "tier: auks"}])
    yield
    change(lab, [{"file": "services/sweeper.yaml", "old": "tier: auks", "new": "tier: aux"}])
    change(lab, [{"file": "services/sweeper.yaml", "old": "cpu: 10m", "new": "cpu: 1500m"}])
    yield
    change(lab, [{"file": "services/sweeper.yaml", "old": "cpu: 1500m", "new": "cpu: 10m"}])
    yield


def test_what_has_changed_since_the_start_is_on_top(lab: Path) -> None:
    output = io.StringIO()
    show_each(lab, edits(lab), Console(file=output, width=200, color_system=None))
    shown = output.getvalue()
    assert shown.index("It fits, by estimate") < shown.index("services.sweeper.tier: ")
    assert "The lab is not valid; the plan follows when it is." in shown
    assert shown.index("Since the start: 1 service changed.") < shown.index("error CPU-ABOVE-CAP")
    assert "Look at this before you apply it: 1 new error." in shown
    assert shown.count("Since the start") == 1


def test_ctrl_c_ends_it(lab: Path) -> None:
    command = [sys.executable, "-m", "cli.main", "plan", "--lab", str(lab.resolve()), "--watch"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("Lab every_kind")
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=30)
    assert (process.returncode, "Traceback" in error) == (0, False)
