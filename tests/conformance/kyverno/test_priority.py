"""The priority class of a tier: for pods that have none, and for no others."""

from typing import Any

import pytest

from plan.model import Manifest, Tier
from rehearsal.control_plane import Api
from tests.conformance.kyverno.cluster import namespace
from tests.conformance.kyverno.conftest import PLAN

FIRST, *_, LAST = PLAN.tiers
FIELDS = ("priorityClassName", "priority", "preemptionPolicy")
RESOURCES = {"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"memory": "64Mi"}}


def pod(where: str, **spec: Any) -> Manifest:
    containers = [{"name": "main", "image": "app", "resources": RESOURCES}]
    metadata = {"name": "app", "namespace": where}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": containers, **spec}}


def priority(stored: Manifest) -> dict[str, Any]:
    """The priority fields of a pod, which go together."""
    return {field: stored["spec"].get(field) for field in FIELDS}


def of_class(tier: Tier) -> dict[str, Any]:
    """The priority fields of a pod of a tier's class."""
    found = tier.priority_class
    return dict(zip(FIELDS, (found["metadata"]["name"], found["value"], found["preemptionPolicy"]), strict=True))


@pytest.mark.parametrize("tier", PLAN.tiers, ids=lambda tier: tier.name)
def test_a_pod_without_a_class_gets_the_one_of_its_tier(governed: Api, tier: Tier) -> None:
    with namespace(governed, f"{tier.name}-priority") as where:
        assert priority(governed.create(pod(where), dry_run=True)) == of_class(tier)


@pytest.mark.parametrize("tier", [FIRST, LAST], ids=lambda tier: tier.name)
def test_a_pod_with_a_class_keeps_it(governed: Api, tier: Tier) -> None:
    """Even one of another tier, and one of Kubernetes' own."""
    with namespace(governed, f"{LAST.name}-own-priority") as where:
        stored = governed.create(pod(where, priorityClassName=tier.name), dry_run=True)
        assert priority(stored) == of_class(tier)
        critical = governed.create(pod(where, priorityClassName="system-node-critical"), dry_run=True)
        assert priority(critical)["priorityClassName"] == "system-node-critical"


def test_a_pod_of_no_tier_gets_none(governed: Api) -> None:
    with namespace(governed, "no-priority") as where:
        stored = governed.create(pod(where), dry_run=True)
        assert priority(stored) == {
            "priorityClassName": None,
            "priority": 0,
            "preemptionPolicy": "PreemptLowerPriority",
        }
