"""A control plane that is governed as prod is: its priority classes, policies, namespaces, limit ranges and quotas."""

from collections.abc import Iterator

import pytest

from rehearsal.contents import fill
from rehearsal.control_plane import Api, ToolMissing, cluster
from tests.plan.labs import plan_of


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of this folder share a control plane, so they go to one process, with `--dist loadgroup`."""
    for item in items:
        if "governed" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("governed control plane"))


@pytest.fixture(scope="package")
def governed() -> Iterator[Api]:
    """The API of a cluster with prod's nodes and everything that governs its namespaces, and none of its services."""
    plan = plan_of("prod")
    try:
        with cluster(plan) as running:
            fill(running.api, plan._replace(services=()))
            yield running.api
    except ToolMissing as missing:
        pytest.skip(f"not run: {missing}")
