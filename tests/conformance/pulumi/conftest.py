"""The real engine with the real plugins, on an emulated Proxmox."""

import pytest

from rehearsal.engine import missing

PLUGINS = ("kubernetes", "proxmoxve", "random", "tls")


@pytest.fixture(scope="session", autouse=True)
def engine() -> None:
    """Nothing here runs without them."""
    if reason := missing(PLUGINS):
        pytest.skip(f"not run: {reason}")
