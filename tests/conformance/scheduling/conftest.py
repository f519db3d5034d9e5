"""A real scheduler for all tests of this folder."""

from collections.abc import Iterator

import pytest

from rehearsal.control_plane import ToolMissing
from tests.conformance.scheduling.laboratory import Laboratory
from tests.conformance.scheduling.real import real_scheduler


@pytest.fixture(scope="session")
def laboratory() -> Iterator[Laboratory]:
    try:
        with real_scheduler() as real:
            yield Laboratory(real)
    except ToolMissing as missing:
        pytest.skip(f"not run: {missing}")
