"""A namespace is governed by its tier's label, LimitRange and ResourceQuota, whatever is done to them."""

import copy
from dataclasses import replace

import pytest

from config.quantity import Cpu, Memory
from plan import make_plan
from plan.model import Manifest, Namespace, Plan, Tier
from plan.model.metadata import LIMIT_RANGE_LABEL, OPT_OUT, QUOTA_LABEL, TIER_LABEL, manifest
from plan.tiers.objects import plan_tiers
from plan.tiers.policies.kyverno import API_VERSION
from plan.tiers.policies.namespaces import govern_namespaces
from rehearsal.control_plane import Api, Refused
from tests.conformance.kyverno.cluster import (
    GENERATED,
    apply_policies,
    assert_governed,
    assert_left_alone,
    governance,
    label,
    namespace,
    planned,
    tier_of,
)
from tests.conformance.kyverno.conftest import OLDER, PLAN
from tests.conformance.waiting import eventually

FIRST, *_, LAST = PLAN.tiers
OPT_OUTS = {"LimitRange": LIMIT_RANGE_LABEL, "ResourceQuota": QUOTA_LABEL}
POLICIES = {"LimitRange": "limit-range", "ResourceQuota": "resource-quota"}


def policy(name: str) -> Manifest:
    """A planned policy, to be changed."""
    (found,) = (each for each in PLAN.policies if each["metadata"]["name"] == name)
    return copy.deepcopy(found)


def kinds_of_namespaces() -> list[Namespace]:
    """One planned namespace of each tier and set of labels; Kyverno's own is there already."""
    found = {
        tuple(sorted(each.manifest["metadata"]["labels"].items())): each
        for each in PLAN.namespaces
        if PLAN.lab.cluster.platform.policy_engine not in each.services
    }
    return list(found.values())


@pytest.mark.parametrize("tier", PLAN.tiers, ids=lambda tier: tier.name)
def test_a_namespace_made_by_hand_belongs_to_the_tier_that_its_name_begins_with(governed: Api, tier: Tier) -> None:
    with namespace(governed, f"{tier.name}-by-hand") as name:
        assert tier_of(governed, name) == tier.name
        assert_governed(governed, name, planned(tier))
        for kind, content in zip(GENERATED, (tier.limit_range, tier.quota), strict=True):
            (stored,) = governed.list("v1", kind, name)
            assert content["metadata"]["labels"].items() <= stored["metadata"]["labels"].items()


@pytest.mark.parametrize("found", kinds_of_namespaces(), ids=lambda found: found.name)
def test_a_namespace_of_the_lab_gets_exactly_what_is_planned(governed: Api, found: Namespace) -> None:
    sent = found.manifest["metadata"]["labels"]
    with namespace(governed, found.name, sent) as name:
        assert_governed(governed, name, planned(found))
        stored = governed.get("v1", "Namespace", name)
        assert stored is not None
        assert stored["metadata"]["labels"] == {**sent, "kubernetes.io/metadata.name": name}
        if found.limit_range is None and found.quota is None:
            assert_left_alone(governed, name, LAST)


def test_a_namespace_that_is_older_than_the_policies_is_governed_too(governed: Api) -> None:
    assert eventually(lambda: tier_of(governed, OLDER) == LAST.name)
    assert_governed(governed, OLDER, planned(LAST))
    stored = governed.get("v1", "Namespace", OLDER)
    assert stored is not None
    assert stored["metadata"]["labels"]["kept"] == "yes"


def test_a_namespace_of_no_tier_is_left_alone(governed: Api) -> None:
    """Nor is one whose name merely looks like that of a tier."""
    with namespace(governed, f"{LAST.name}iliary") as name:
        assert_left_alone(governed, name, LAST)
        assert tier_of(governed, name) is None


def test_a_namespace_of_somebody_else_with_a_tier_of_its_own_is_left_alone(governed: Api) -> None:
    """Its pods are judged by nobody, whatever they leave out."""
    with namespace(governed, "somebody", {TIER_LABEL: "frontend"}) as name:
        assert_left_alone(governed, name, LAST)
        bare = {"containers": [{"name": "web", "image": "registry.example/web:1"}]}
        made = governed.apply(manifest("v1", "Pod", "web", namespace=name, spec=bare))
        assert "resources" not in made["spec"]["containers"][0] or not made["spec"]["containers"][0]["resources"]
        assert tier_of(governed, name) == "frontend"


def otherwise(**platform: str) -> Plan:
    """The plan with other settings of the platform."""
    changed = PLAN.lab.cluster.platform.model_copy(update=platform)
    return make_plan(replace(PLAN.lab, cluster=PLAN.lab.cluster.model_copy(update={"platform": changed})))


def test_policies_that_audit_let_a_pod_in_that_they_would_refuse(governed: Api) -> None:
    limited = {"resources": {"requests": {"cpu": "10m", "memory": "8Mi"}, "limits": {"cpu": "1", "memory": "8Mi"}}}
    spec = {"containers": [{"name": "web", "image": "registry.example/web:1", **limited}]}
    with namespace(governed, f"{LAST.name}-audited") as name:
        assert_governed(governed, name, planned(LAST))
        pod = manifest("v1", "Pod", "web", namespace=name, spec=spec)
        with pytest.raises(Refused, match="CPU limit"):
            governed.apply(pod)
        apply_policies(governed, otherwise(policies="audit"))
        try:
            assert eventually(lambda: is_let_in(governed, pod))
        finally:
            apply_policies(governed, PLAN)


def is_let_in(api: Api, pod: Manifest) -> bool:
    """Whether the API server takes a pod."""
    try:
        api.apply(pod)
    except Refused:
        return False
    return True


def test_where_labels_alone_say_the_tier_a_name_says_nothing(governed: Api) -> None:
    """As of `home-assistant` beside a tier `home`."""
    kept = {(each["kind"], each["metadata"]["name"]) for each in otherwise(tier_of_namespaces="label").policies}
    dropped = tuple(each for each in PLAN.policies if (each["kind"], each["metadata"]["name"]) not in kept)
    assert dropped
    for each in dropped:
        governed.delete(each)
    assert eventually(
        lambda: not any(governed.get(API_VERSION, each["kind"], each["metadata"]["name"]) for each in dropped)
    )
    try:
        with (
            namespace(governed, f"{LAST.name}-assistant") as foreign,
            namespace(governed, f"{LAST.name}-labelled", {TIER_LABEL: LAST.name}) as own,
        ):
            assert_governed(governed, own, planned(LAST))
            assert governance(governed, foreign) == {kind: {} for kind in GENERATED}
            assert tier_of(governed, foreign) is None
    finally:
        apply_policies(governed, PLAN)


def test_kyvernos_own_namespace_is_left_alone(governed: Api) -> None:
    (own,) = (each for each in PLAN.namespaces if PLAN.lab.cluster.platform.policy_engine in each.services)
    assert (own.limit_range, own.quota) == (None, None)
    assert_left_alone(governed, own.name, LAST)
    assert tier_of(governed, own.name) is None


@pytest.mark.parametrize("kind", GENERATED)
def test_a_namespace_may_opt_out_and_in_again(governed: Api, kind: str) -> None:
    without = {**planned(LAST), kind: {}}
    with namespace(governed, f"{LAST.name}-opts", {OPT_OUTS[kind]: OPT_OUT}) as name:
        assert_governed(governed, name, without)
        label(governed, name, {OPT_OUTS[kind]: None})
        assert_governed(governed, name, planned(LAST))
        label(governed, name, {OPT_OUTS[kind]: OPT_OUT})
        assert_governed(governed, name, without)


@pytest.mark.parametrize("kind", GENERATED)
def test_what_was_generated_comes_back_when_it_is_deleted_or_edited(governed: Api, kind: str) -> None:
    with namespace(governed, f"{LAST.name}-meddled-with") as name:
        assert_governed(governed, name, planned(LAST))
        (stored,) = governed.list("v1", kind, name)
        governed.delete(stored)
        assert_governed(governed, name, planned(LAST))
        spec = {"limits": []} if kind == "LimitRange" else {"hard": {"pods": "1000"}}
        governed.patch(stored, {"spec": spec})
        assert_governed(governed, name, planned(LAST))


def test_an_edit_of_the_policies_reaches_what_they_generated(governed: Api) -> None:
    row = PLAN.lab.tiers[LAST.name]
    container = row.container.model_copy(update={"max_memory": Memory.parse("5Gi")})
    quota = row.quota.model_copy(update={"cpu": Cpu.parse("9"), "pods": 21})
    tiers = {**PLAN.lab.tiers, LAST.name: row.model_copy(update={"container": container, "quota": quota})}
    larger = plan_tiers(replace(PLAN.lab, tiers=tiers))
    assert planned(larger[-1]) != planned(LAST)
    with namespace(governed, f"{LAST.name}-edited") as name, namespace(governed, f"{FIRST.name}-kept") as kept:
        assert_governed(governed, name, planned(LAST))
        assert_governed(governed, kept, planned(FIRST))
        try:
            for edited in govern_namespaces(larger):
                governed.apply(edited)
            assert_governed(governed, name, planned(larger[-1]))
            assert_governed(governed, kept, planned(FIRST))
        finally:
            apply_policies(governed, PLAN)
        assert_governed(governed, name, planned(LAST))


def test_a_namespace_that_changes_its_tier_gets_what_the_new_one_has(governed: Api) -> None:
    """More than once: an object that is changed in place is set back now and then, which is why none is."""
    with namespace(governed, "moves", {TIER_LABEL: LAST.name}) as name:
        assert_governed(governed, name, planned(LAST))
        for tier in (*PLAN.tiers, *PLAN.tiers):
            label(governed, name, {TIER_LABEL: tier.name})
            assert_governed(governed, name, planned(tier))
        label(governed, name, {TIER_LABEL: None})
        assert_governed(governed, name, {kind: {} for kind in GENERATED})


def test_a_label_that_contradicts_the_name_is_put_right(governed: Api) -> None:
    with namespace(governed, f"{LAST.name}-mislabelled", {TIER_LABEL: FIRST.name}) as name:
        assert tier_of(governed, name) == LAST.name
        for attempt in (None, FIRST.name):
            label(governed, name, {TIER_LABEL: attempt})
            assert tier_of(governed, name) == LAST.name
        assert_governed(governed, name, planned(LAST))


@pytest.mark.parametrize("kind", GENERATED)
def test_what_a_policy_generated_stays_when_the_policy_is_deleted(governed: Api, kind: str) -> None:
    """It is the same object when the policy is back: it was not away for a moment."""
    with namespace(governed, f"{LAST.name}-outlives") as name:
        assert_governed(governed, name, planned(LAST))
        (before,) = governed.list("v1", kind, name)
        try:
            governed.delete(policy(POLICIES[kind]))
            assert eventually(lambda: governed.get(API_VERSION, "GeneratingPolicy", POLICIES[kind]) is None)
            with namespace(governed, f"{LAST.name}-ungoverned") as later:
                other = next(each for each in GENERATED if each != kind)
                assert eventually(lambda: governance(governed, later)[other] == planned(LAST)[other])
                assert governance(governed, later)[kind] == {}, "nobody governs a namespace that is made meanwhile"
        finally:
            apply_policies(governed, PLAN)
        assert_governed(governed, name, planned(LAST))
        (after,) = governed.list("v1", kind, name)
        assert after["metadata"]["uid"] == before["metadata"]["uid"]


def test_without_being_told_to_leave_it_a_policy_takes_along_what_it_generated(governed: Api) -> None:
    """The hazard against which the policies say `orphanDownstreamOnPolicyDelete`, and are protected."""
    made = policy(POLICIES["ResourceQuota"])
    made["metadata"]["name"] = "takes-along"
    del made["spec"]["evaluation"]["orphanDownstreamOnPolicyDelete"]
    here = {"name": "is-for-this-test", "expression": "object.metadata.name.startsWith('taken-along')"}
    made["spec"]["matchConditions"] = [here]
    (content,) = made["spec"]["variables"]
    content["expression"] = content["expression"].replace(f"object.metadata.labels['{TIER_LABEL}']", f"'{LAST.name}'")
    governed.apply(made)
    try:
        with namespace(governed, "taken-along") as name:
            assert_governed(governed, name, {**planned(LAST), "LimitRange": {}})
            governed.delete(made)
            assert_governed(governed, name, {kind: {} for kind in GENERATED})
    finally:
        governed.delete(made)
