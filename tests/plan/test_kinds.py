"""Every kind of service is known everywhere: what has only a model would fit as nothing."""

from typing import get_args

import pytest

from config.service import Service
from tests.plan.labs import plan_of

MODELS = {get_args(each.model_fields["kind"].annotation)[0]: each for each in get_args(get_args(Service)[0])}
KINDS = [*MODELS]
WITH_PODS = [kind for kind, model in MODELS.items() if model.makes_pods != "nobody"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_service_of_each_kind_becomes_pods_and_objects(kind: str) -> None:
    found = [service for service in plan_of("every_kind").services if service.kind == kind]
    assert found, f"tests/labs/every_kind has no service of kind {kind}"
    for service in found:
        assert service.objects or service.release, service.name
    has_pods = any(workload.replicas for service in found for workload in service.workloads)
    assert has_pods == (kind in WITH_PODS)


@pytest.mark.parametrize("kind", WITH_PODS)
def test_the_pods_of_each_kind_are_placed(kind: str) -> None:
    plan = plan_of("every_kind")
    names = {service.name for service in plan.services if service.kind == kind}
    placed = {workload.service for use in plan.capacity.nodes for workload, pods in use.workloads if pods}
    assert names & placed
