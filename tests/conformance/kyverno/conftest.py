"""The policies of prod on the real Kyverno."""

from collections.abc import Iterator

import pytest

from plan.model.metadata import manifest
from rehearsal.control_plane import Api
from tests.conformance.kyverno.cluster import apply_policies, delete_policies
from tests.conformance.waiting import eventually
from tests.plan.labs import plan_of

PLAN = plan_of("prod")
OLDER = f"{PLAN.tiers[-1].name}-older-than-the-policies"


@pytest.fixture(scope="package")
def governed(api: Api) -> Iterator[Api]:
    """A control plane on which the policies of prod hold. The namespace OLDER was there before them."""
    older = manifest("v1", "Namespace", OLDER, labels={"kept": "yes"})
    classes = [tier.priority_class for tier in PLAN.tiers]
    for each in (older, *classes):
        api.apply(each)
    apply_policies(api, PLAN)
    yield api
    delete_policies(api, PLAN.policies)
    for each in (older, *classes):
        api.delete(each)
    assert eventually(lambda: not any("deletionTimestamp" in each["metadata"] for each in api.list("v1", "Namespace")))
