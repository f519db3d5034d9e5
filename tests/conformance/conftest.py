"""The real parts, started once for all tests that need them."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from rehearsal.control_plane import Api, ControlPlane, ToolMissing, cluster
from tests.plan.labs import plan_of

FIGURE = "figure"


BY_FILE = "tests/conformance/pulumi"
"""Each file there starts a lab of its own."""


class ByRealParts(LoadScopeScheduling):
    """Tests that share real parts run in one process: those of a folder, or of a file."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        folder = file.rpartition("/")[0]
        return file if folder == BY_FILE else folder


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Whatever `--dist` says."""
    return ByRealParts(config, log)


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Takes a line for the end of the run: what was counted or measured there, asserted or not."""
    return partial(record_property, FIGURE)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures of all tests, whichever process ran them."""
    reports = [each for found in terminalreporter.stats.values() for each in found]
    lines = [
        str(line)
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, line in report.user_properties
        if name == FIGURE
    ]
    if lines:
        terminalreporter.section("figures")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def running() -> Iterator[ControlPlane]:
    """A control plane with Kyverno, and with the nodes, storage and kinds of prod. Nothing of the lab is in it:
    a test applies what it needs, and leaves nothing behind that another one could stumble over."""
    try:
        with cluster(plan_of("prod")) as found:
            yield found
    except ToolMissing as missing:
        pytest.skip(f"not run: {missing}")


@pytest.fixture(scope="session")
def api(running: ControlPlane) -> Api:
    return running.api
