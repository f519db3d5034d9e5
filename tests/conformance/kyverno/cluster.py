"""Namespaces for a test, and what Kyverno makes of them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Any

from plan.model import Manifest, Namespace, Plan, Tier
from plan.model.metadata import TIER_LABEL, manifest
from plan.tiers.policies.kyverno import API_VERSION
from rehearsal.contents import unready_policies
from rehearsal.control_plane import Api
from tests.conformance.waiting import eventually

GENERATED = ("LimitRange", "ResourceQuota")

_NUMBERS = count(1)

Governance = dict[str, dict[str, Any]]
"""Governance of a namespace: the specifications of its objects, by kind and name."""


@contextmanager
def namespace(api: Api, name: str, labels: Mapping[str, str] | None = None, *, numbered: bool = True) -> Iterator[str]:
    """A namespace for one test, in which pods can be made. With a number in its name no other test has had it."""
    name = f"{name}-{next(_NUMBERS)}" if numbered else name
    made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": dict(labels or {})}}
    api.apply(made)
    try:
        assert eventually(lambda: api.get("v1", "ServiceAccount", "default", name) is not None)
        yield name
    finally:
        for pod in api.list("v1", "Pod", name):
            api.delete(pod, now=True)
        api.delete(made)


def label(api: Api, name: str, labels: Mapping[str, str | None]) -> None:
    """Set labels of a namespace; None takes one away."""
    api.patch(manifest("v1", "Namespace", name), {"metadata": {"labels": dict(labels)}})


def tier_of(api: Api, name: str) -> str | None:
    """The tier that a namespace is labelled with."""
    found = api.get("v1", "Namespace", name) or {"metadata": {}}
    return found["metadata"].get("labels", {}).get(TIER_LABEL)


def governance(api: Api, name: str) -> Governance:
    """Objects that govern a namespace."""
    return {kind: {each["metadata"]["name"]: each["spec"] for each in api.list("v1", kind, name)} for kind in GENERATED}


def planned(governed: Tier | Namespace) -> Governance:
    """Expected governance of a tier's namespaces, or of a planned namespace."""
    content = (governed.limit_range, governed.quota)
    return {
        kind: {each["metadata"]["name"]: each["spec"]} if each else {}
        for kind, each in zip(GENERATED, content, strict=True)
    }


def assert_governed(api: Api, name: str, expected: Governance) -> None:
    """The governance of a namespace becomes the expected one, and nothing else."""
    eventually(lambda: governance(api, name) == expected)
    assert governance(api, name) == expected


def assert_left_alone(api: Api, name: str, tier: Tier) -> None:
    """Nothing governs a namespace, although Kyverno has meanwhile seen to one that was made later."""
    with namespace(api, f"{tier.name}-made-later") as later:
        assert_governed(api, later, planned(tier))
    assert governance(api, name) == {kind: {} for kind in GENERATED}


def apply_policies(api: Api, plan: Plan) -> None:
    """Apply all policies, and wait until Kyverno follows them."""
    for applied in api.apply_all(list(plan.policies)):
        assert applied.refused is None, applied.refused
    assert eventually(lambda: not unready_policies(api, plan)), unready_policies(api, plan)


def delete_policies(api: Api, policies: tuple[Manifest, ...]) -> None:
    """Delete policies, and wait until they are gone."""
    for policy in policies:
        api.delete(policy)
    assert eventually(lambda: not any(api.list(API_VERSION, kind) for kind in {each["kind"] for each in policies}))
