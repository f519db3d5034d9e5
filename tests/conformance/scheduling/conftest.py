"""A real scheduler for all tests of this folder, and at the end how far the planner agreed with it."""

from collections import Counter
from collections.abc import Iterator

import pytest

from rehearsal.control_plane import ToolMissing
from tests.conformance.scheduling.laboratory import Laboratory
from tests.conformance.scheduling.real import real_scheduler

COUNTED = "scheduling"
"""Name under which a test reports its numbers, from whichever process it runs in."""


@pytest.fixture(scope="session")
def laboratory() -> Iterator[Laboratory]:
    try:
        with real_scheduler() as real:
            yield Laboratory(real)
    except ToolMissing as missing:
        pytest.skip(f"not run: {missing}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was compared, and what differs."""
    total: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, numbers in getattr(report, "user_properties", ()):
                if name == COUNTED and report.when == "call":
                    total.update(numbers)
    if not total:
        return
    terminalreporter.section("the planner beside the real kube-scheduler")
    terminalreporter.write_line(
        f"{total['workloads']:,} workloads in {total['labs']:,} labs: {total['differences']:,} decisions differ"
    )
    terminalreporter.write_line(
        f"{total['decisions']:,} pods are where the planner puts them, {total['ties']:,} of them on another of equally "
        f"good nodes; {total['preemptions']:,} preemptions with the same victims; "
        f"{total['sentences']:,} sentences verbatim"
    )
    terminalreporter.write_line(
        f"planned from nothing {total['workloads'] - total['unlike']:,} workloads have the same verdict; "
        f"the other {total['unlike']:,} follow from ties or from {total['races']:,} races, "
        f"but for {total['explained']:,} explained by name"
    )
    terminalreporter.write_line(
        f"{total['forgotten']:,} pods had room before the scheduler would have looked at them again, five minutes later"
    )
