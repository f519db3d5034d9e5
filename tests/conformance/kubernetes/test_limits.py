"""LimitRanges and ResourceQuotas of any kind: what the planner says of them is what the API server does.

Each case is judged twice, and `told` says what comes of it.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from plan.model import Manifest, Tier
from plan.model.metadata import TIER_LABEL
from plan.tiers.objects import plan_tiers
from plan.tiers.policies.namespaces import govern_namespaces
from rehearsal.control_plane import Api, Refused
from tests.conformance.kubernetes.judged import Case, agrees, ask
from tests.conformance.kubernetes.places import (
    LAB,
    inside,
    knows_quotas,
    limit_range,
    place,
    planned,
    pod,
    quota,
    waiting,
)
from tests.conformance.waiting import eventually

MIB = {"requests": {"memory": "128Mi"}, "limits": {"memory": "256Mi"}}
SMALL = {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"cpu": "200m", "memory": "256Mi"}}


class Limits(NamedTuple):
    """A LimitRange, a pod, and what comes of it."""

    what: str
    item: Manifest
    containers: tuple[Manifest, ...]
    told: str | Manifest
    """Why not, or the resources of the first container as they are stored."""


LIMITS = (
    Limits(
        "a default limit is a default request, too",
        {"default": {"memory": "256Mi"}},
        ({},),
        {"limits": {"memory": "256Mi"}, "requests": {"memory": "256Mi"}},
    ),
    Limits(
        "a default request of its own",
        {"default": {"memory": "256Mi"}, "defaultRequest": {"cpu": "50m", "memory": "64Mi"}},
        ({},),
        {"limits": {"memory": "256Mi"}, "requests": {"cpu": "50m", "memory": "64Mi"}},
    ),
    Limits(
        "a minimum is a default request",
        {"min": {"memory": "64Mi"}},
        ({},),
        {"requests": {"memory": "64Mi"}},
    ),
    Limits(
        "less than the minimum",
        {"min": {"memory": "64Mi"}},
        ({"requests": {"memory": "32Mi"}},),
        "minimum memory usage per Container is 64Mi, but request is 32Mi",
    ),
    Limits(
        "more than the maximum, in two containers",
        {"max": {"memory": "1Gi"}},
        ({"limits": {"memory": "2Gi"}}, {"limits": {"memory": "3Gi"}}),
        "[maximum memory usage per Container is 1Gi, but limit is 2Gi, "
        "maximum memory usage per Container is 1Gi, but limit is 3Gi]",
    ),
    Limits(
        "further apart than the ratio",
        {"maxLimitRequestRatio": {"memory": "2"}},
        ({"requests": {"memory": "1Gi"}, "limits": {"memory": "2.5Gi"}},),
        "memory max limit to request ratio per Container is 2, but provided ratio is 2.500000",
    ),
    Limits("just as far apart as the ratio", {"maxLimitRequestRatio": {"memory": "2"}}, (MIB,), MIB),
    Limits(
        "a ratio of a resource that has no limit",
        {"maxLimitRequestRatio": {"cpu": "2"}},
        ({"requests": {"cpu": "1"}},),
        "cpu max limit to request ratio per Container is 2, but no limit is specified or limit is 0",
    ),
    Limits(
        "a ratio of a resource of which nothing is requested",
        {"maxLimitRequestRatio": {"memory": "2"}},
        ({"requests": {"memory": "0"}, "limits": {"memory": "1Gi"}},),
        "memory max limit to request ratio per Container is 2, but no request is specified or request is 0",
    ),
    Limits(
        "a pod that is too large as a whole",
        {"type": "Pod", "max": {"memory": "1Gi"}},
        ({"limits": {"memory": "768Mi"}}, {"limits": {"memory": "512Mi"}}),
        "maximum memory usage per Pod is 1Gi, but limit is 1280Mi",
    ),
    Limits(
        "a pod of which a part has no limit",
        {"type": "Pod", "max": {"cpu": "1"}},
        ({"requests": {"cpu": "100m"}},),
        "maximum cpu usage per Pod is 1.  No limit is specified",
    ),
)


@pytest.mark.parametrize("case", LIMITS, ids=lambda case: case.what)
def test_a_limit_range_does_what_the_planner_says(governed: Api, case: Limits) -> None:
    limits, made = limit_range(case.item), pod(*case.containers)
    with place(governed, limits) as where:
        told = ask(governed, made, where)
        judged = Case(made, where, told, planned(governed, where, made, [limits]))
    assert agrees(judged), judged
    if isinstance(told, Refused):
        assert told.message == f'pods "pod" is forbidden: {case.told}'
    else:
        assert told["spec"]["containers"][0]["resources"] == case.told


def selects(operator: str, *values: str) -> dict[str, Any]:
    """A selector of priority classes."""
    expression = {"scopeName": "PriorityClass", "operator": operator, **({"values": list(values)} if values else {})}
    return {"scopeSelector": {"matchExpressions": [expression]}}


class Quota(NamedTuple):
    """Quotas, a pod that exists, another one, and what comes of that."""

    what: str
    quotas: tuple[Manifest, ...]
    pod: Manifest
    told: str | None


FULL = {"pods": "1"}
ONE_MORE = "exceeded quota: quota, requested: pods=1, used: pods=1, limited: pods=1"

QUOTAS = (
    Quota("room for one more", (quota({"pods": "2"}),), pod(SMALL), None),
    Quota("no more pods", (quota(FULL),), pod(SMALL), ONE_MORE),
    Quota(
        "too many requests, and not too many pods",
        (quota({"requests.cpu": "150m", "requests.memory": "1Gi", "pods": "5"}),),
        pod(SMALL),
        "exceeded quota: quota, requested: requests.cpu=100m, used: requests.cpu=100m, limited: requests.cpu=150m",
    ),
    Quota(
        "two resources at once",
        (quota({"requests.cpu": "150m", "requests.memory": "200Mi"}),),
        pod(SMALL),
        "exceeded quota: quota, requested: requests.cpu=100m,requests.memory=128Mi, "
        "used: requests.cpu=100m,requests.memory=128Mi, limited: requests.cpu=150m,requests.memory=200Mi",
    ),
    Quota(
        "limits of memory",
        (quota({"limits.memory": "300Mi"}),),
        pod(SMALL),
        "exceeded quota: quota, requested: limits.memory=256Mi, used: limits.memory=256Mi, "
        "limited: limits.memory=300Mi",
    ),
    Quota(
        "a demand that comes before what another quota counts",
        (quota(FULL, "counts"), quota({"limits.cpu": "10"}, "demands")),
        pod(MIB, {}),
        "failed quota: demands: must specify limits.cpu for: c1,c2",
    ),
    Quota(
        "what the runtime class takes",
        (quota({"requests.memory": "300Mi"}),),
        pod(SMALL, runtimeClassName="sandbox"),
        "exceeded quota: quota, requested: requests.memory=256Mi, used: requests.memory=128Mi, "
        "limited: requests.memory=300Mi",
    ),
    Quota("pods of another class", (quota(FULL, **selects("In", "0-core")),), pod(SMALL), None),
    Quota(
        "pods of this class, of which there is none yet",
        (quota({"pods": "0"}, **selects("In", "0-core")),),
        pod(SMALL, priorityClassName="0-core"),
        "exceeded quota: quota, requested: pods=1, used: pods=0, limited: pods=0",
    ),
    Quota("pods of all classes but one", (quota(FULL, **selects("NotIn", "0-core")),), pod(SMALL), ONE_MORE),
    Quota("pods with any class", (quota(FULL, **selects("Exists")),), pod(SMALL), None),
    Quota("pods without a class", (quota(FULL, **selects("DoesNotExist")),), pod(SMALL), ONE_MORE),
    Quota("pods that do not end", (quota(FULL, scopes=["NotTerminating"]),), pod(SMALL), ONE_MORE),
    Quota("pods that end", (quota(FULL, scopes=["Terminating"]),), pod(SMALL, activeDeadlineSeconds=60), None),
    Quota("pods that state nothing", (quota(FULL, scopes=["BestEffort"]),), pod({}), None),
    Quota("pods that state something", (quota(FULL, scopes=["NotBestEffort"]),), pod(SMALL), ONE_MORE),
)


@pytest.mark.parametrize("case", QUOTAS, ids=lambda case: case.what)
def test_a_quota_does_what_the_planner_says(governed: Api, sandbox: None, case: Quota) -> None:
    """One pod of 100m and 128Mi is there already."""
    there = waiting(pod(SMALL, name="there"))
    with place(governed, there, *case.quotas) as where:
        told = ask(governed, case.pod, where)
        judged = Case(case.pod, where, told, planned(governed, where, case.pod))
    assert agrees(judged), judged
    assert (told.message if isinstance(told, Refused) else None) == (
        case.told and f'pods "pod" is forbidden: {case.told}'
    )


@pytest.fixture
def guests(governed: Api) -> Iterator[Tier]:
    """A tier that prod does not have: it bounds ratios and counts only the pods of one class."""
    row = LAB.tiers["4-aux"]
    container = row.container.model_copy(update={"max_memory_ratio": 4})
    counted = row.quota.model_copy(update={"pods": 1, "priority_classes": ("0-core",)})
    row = row.model_copy(update={"container": container, "quota": counted})
    tiers = plan_tiers(replace(LAB, tiers={**LAB.tiers, "guest": row}))
    for policy in govern_namespaces(tiers):
        governed.apply(policy)
    yield tiers[-1]
    for policy in govern_namespaces(plan_tiers(LAB)):
        governed.apply(policy)


def test_what_a_tier_says_of_ratios_and_priority_classes_holds_in_its_namespaces(governed: Api, guests: Tier) -> None:
    """By the policies, which generate its LimitRange and its quota."""
    near = {"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}}
    far = {**near, "limits": {"memory": "320Mi"}}
    pods = (pod(far), pod(near, priorityClassName="4-aux"), pod(near, priorityClassName="0-core"))
    with place(governed, labels={TIER_LABEL: guests.name}) as where:
        for kind in ("LimitRange", "ResourceQuota"):
            assert eventually(lambda kind=kind: governed.list("v1", kind, where.name))
        assert eventually(lambda: knows_quotas(governed, where.name))
        governed.apply(inside(waiting(pod(near, name="there", priorityClassName="0-core")), where.name))
        cases = [
            Case(each, where, ask(governed, each, where), planned(governed, where, each, [guests.limit_range]))
            for each in pods
        ]
    assert all(agrees(case) for case in cases), cases
    assert [case.planned.refusal and case.planned.refusal.message for case in cases] == [
        "memory max limit to request ratio per Container is 4, but provided ratio is 5.000000",
        None,
        f"exceeded quota: {guests.quota['metadata']['name']}, requested: pods=1, used: pods=1, limited: pods=1",
    ]
