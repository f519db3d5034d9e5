"""The real engine with the real plugins, on an emulated Proxmox."""

import pytest

from rehearsal.installation import PLUGINS, missing


@pytest.fixture(scope="session", autouse=True)
def engine() -> None:
    """Nothing here runs without them."""
    if reason := missing(PLUGINS):
        pytest.skip(f"not run: {reason}")
