"""A control plane that is governed as prod is: its priority classes, policies, namespaces, limit ranges and quotas."""

from collections.abc import Iterator

import pytest

from plan.model import Manifest, ResourceList
from plan.model.resources import written
from rehearsal.contents import fill
from rehearsal.control_plane import Api, ToolMissing, cluster
from tests.conformance.kubernetes.generated import RUNTIME_CLASSES
from tests.conformance.waiting import eventually
from tests.plan.labs import plan_of


@pytest.fixture(scope="package")
def governed() -> Iterator[Api]:
    """The API of a cluster with prod's nodes and everything that governs its namespaces, and none of its services."""
    plan = plan_of("prod")
    try:
        with cluster(plan) as running:
            fill(running.api, plan._replace(services=()))
            assert eventually(lambda: all("hard" in each["status"] for each in running.api.list("v1", "ResourceQuota")))
            yield running.api
    except ToolMissing as missing:
        pytest.skip(f"not run: {missing}")


@pytest.fixture(scope="package")
def sandbox(governed: Api) -> None:
    """Runtime classes, of which prod has none."""
    for name, overhead in RUNTIME_CLASSES.items():
        governed.apply(runtime_class(name, overhead))


def runtime_class(name: str, overhead: ResourceList) -> Manifest:
    """A runtime class with an overhead."""
    return {
        "apiVersion": "node.k8s.io/v1",
        "kind": "RuntimeClass",
        "metadata": {"name": name},
        "handler": name,
        "overhead": {"podFixed": written(overhead)},
    }
