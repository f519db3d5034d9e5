"""The shape of the policies. What they do is tried on the real policy engine, not here."""

import re
from dataclasses import replace
from typing import Any

import pytest

from plan import make_plan
from plan.model import Manifest
from plan.model.metadata import LIMIT_RANGE_LABEL, QUOTA_LABEL
from plan.tiers.conventions import GPU_NODE_LABEL, GPU_TAINT
from tests.plan.labs import lab_of, plan_of

LABS = ("prod", "small", "every_kind")


def policies(lab: str) -> dict[str, Manifest]:
    return {policy["metadata"]["name"]: policy for policy in plan_of(lab).policies}


def expressions(value: Any) -> list[str]:
    """Every CEL expression of a policy."""
    if isinstance(value, dict):
        own = [text for key, text in value.items() if key in ("expression", "messageExpression")]
        return own + [each for nested in value.values() for each in expressions(nested)]
    return [each for element in value for each in expressions(element)] if isinstance(value, list) else []


@pytest.mark.parametrize("lab", LABS)
def test_a_lab_has_its_generators_and_its_rules(lab: str) -> None:
    expected = {
        "tier-label",
        "tier-priority",
        "no-cpu-limits",
        "requests-required",
        "memory-limit-required",
        "memory-guaranteed",
        "cpu-request-cap",
        "no-cpu-limits-on-resize",
        "memory-guaranteed-on-resize",
        "cpu-request-cap-on-resize",
        "limit-range",
        "resource-quota",
    }
    gpu = {"gpu-together"} if plan_of(lab).lab.cluster.platform.gpu else set()
    assert policies(lab).keys() == expected | gpu
    assert len(policies(lab)) == len(plan_of(lab).policies)


def test_a_lab_without_a_gpu_has_no_policy_about_one() -> None:
    assert lab_of("small").cluster.platform.gpu is None
    assert not [name for name, policy in policies("small").items() if "gpu" in name or "nvidia" in str(policy)]


@pytest.mark.parametrize("lab", LABS)
def test_all_are_of_the_current_api_and_explain_themselves(lab: str) -> None:
    for policy in plan_of(lab).policies:
        assert policy["apiVersion"] == "policies.kyverno.io/v1"
        assert policy["kind"] in ("GeneratingPolicy", "MutatingPolicy", "ValidatingPolicy")
        about = policy["metadata"]["annotations"]
        assert about["policies.kyverno.io/title"]
        assert about["policies.kyverno.io/subject"] in ("Pod", "Namespace")
        assert about["policies.kyverno.io/description"].endswith(".")


@pytest.mark.parametrize("lab", LABS)
def test_expressions_are_closed(lab: str) -> None:
    found = 0
    for policy in plan_of(lab).policies:
        for expression in expressions(policy["spec"]):
            found += 1
            assert expression.strip()
            assert expression.count("'") % 2 == expression.count('"') % 2 == 0
            for opening, closing in ("()", "[]", "{}"):
                assert expression.count(opening) == expression.count(closing), expression
    assert found > len(plan_of(lab).policies)


@pytest.mark.parametrize("lab", LABS)
def test_a_variable_is_declared_before_it_is_used(lab: str) -> None:
    for policy in plan_of(lab).policies:
        known: set[str] = set()
        for variable in policy["spec"].get("variables", []):
            assert not [name for name in used(variable["expression"]) if name not in known], variable
            known.add(variable["name"])
        others = {key: value for key, value in policy["spec"].items() if key not in ("variables", "matchConditions")}
        assert {name for expression in expressions(others) for name in used(expression)} <= known


def used(expression: str) -> set[str]:
    """Names of the variables in an expression."""
    return set(re.findall(r"\bvariables\.(\w+)", expression))


@pytest.mark.parametrize(
    ("name", "label", "kind"),
    [("limit-range", LIMIT_RANGE_LABEL, "LimitRange"), ("resource-quota", QUOTA_LABEL, "ResourceQuota")],
)
def test_what_is_generated_stays_and_a_namespace_may_opt_out(name: str, label: str, kind: str) -> None:
    policy = policies("prod")[name]
    assert policy["kind"] == "GeneratingPolicy"
    assert policy["spec"]["evaluation"] == {
        "synchronize": {"enabled": True},
        "generateExisting": {"enabled": True},
        "orphanDownstreamOnPolicyDelete": {"enabled": True},
        "skipBackgroundRequests": False,
    }
    of_a_tier, not_opted_out = (each["expression"] for each in policy["spec"]["matchConditions"])
    assert of_a_tier == f"object.metadata.?labels[?'tier'].orValue('') in {list(lab_of('prod').tiers)}"
    assert not_opted_out == f"object.metadata.?labels[?'{label}'].orValue('') != 'none'"
    (content,) = policy["spec"]["variables"]
    assert content["expression"].count(f'"kind": "{kind}"') == len(lab_of("prod").tiers)


@pytest.mark.parametrize("kind", ["limit_range", "quota"])
def test_what_tiers_get_is_named_after_them(kind: str) -> None:
    """Kyverno sets an object back that it changes when a namespace changes its tier; so it has to be another one."""
    names = {getattr(tier, kind)["metadata"]["name"] for tier in plan_of("prod").tiers}
    assert len(names) == len(plan_of("prod").tiers)


@pytest.mark.parametrize("lab", LABS)
def test_expressions_are_lines_that_a_person_can_read(lab: str) -> None:
    lines = [
        line for policy in plan_of(lab).policies for text in expressions(policy["spec"]) for line in text.split("\n")
    ]
    assert [line for line in lines if len(line) > 180 or line.endswith(" ")] == []


def test_a_namespace_belongs_to_the_tier_that_its_name_begins_with() -> None:
    policy = policies("small")["tier-label"]
    assert policy["kind"] == "MutatingPolicy"
    assert policy["spec"]["evaluation"] == {"mutateExisting": {"enabled": True}}
    assert "'platform', 'home', 'hobby'" in policy["spec"]["variables"][0]["expression"]


def test_the_label_of_tiers_is_what_the_lab_says() -> None:
    lab = lab_of("small")
    platform = lab.cluster.platform.model_copy(update={"tier_label": "example.com/tier", "tier_of_namespaces": "label"})
    plan = make_plan(replace(lab, cluster=lab.cluster.model_copy(update={"platform": platform})))
    selectors = [
        each["spec"]["matchConstraints"]["namespaceSelector"]["matchExpressions"][0]
        for each in plan.policies
        if "namespaceSelector" in each["spec"]["matchConstraints"]
    ]
    assert {each["key"] for each in selectors} == {"example.com/tier"}
    assert not any(
        "labels['tier']" in text or "?'tier'" in text for each in plan.policies for text in expressions(each["spec"])
    )
    assert all("example.com/tier" in each.manifest["metadata"]["labels"] for each in plan.namespaces if each.quota)
    assert plan.errors == ()


def test_policies_judge_no_namespace_that_another_tool_labels_with_a_tier_of_its_own() -> None:
    selectors = [
        each["spec"]["matchConstraints"]["namespaceSelector"]["matchExpressions"][0]
        for each in policies("prod").values()
        if each["kind"] == "ValidatingPolicy"
    ]
    tiers = {*lab_of("prod").tiers}
    assert all(each["operator"] == "In" and {*each["values"]} <= tiers for each in selectors)


def test_a_pod_without_a_class_gets_priority_class_and_preemption_of_its_tier() -> None:
    """The priority admission plugin has put 0 on the pod by then: with the class alone the API server refuses it."""
    policy = policies("small")["tier-priority"]
    variables = {each["name"]: each["expression"] for each in policy["spec"]["variables"]}
    assert variables["values"] == "{'platform': 900000, 'home': 500000, 'hobby': 100000}"
    assert variables["preemption"].endswith("'hobby': 'Never'}")
    (mutation,) = policy["spec"]["mutations"]
    for field in ("priorityClassName:", "priority:", "preemptionPolicy:"):
        assert field in mutation["applyConfiguration"]["expression"]


def test_memory_is_required_to_be_guaranteed_in_the_tiers_that_say_so() -> None:
    selector = policies("prod")["memory-guaranteed"]["spec"]["matchConstraints"]["namespaceSelector"]
    assert selector["matchExpressions"][0] == {
        "key": "tier",
        "operator": "In",
        "values": ["0-core", "1-cluster", "2-gpu"],
    }


def test_the_cap_of_cpu_requests_is_that_of_each_tier() -> None:
    variables = {each["name"]: each["expression"] for each in policies("small")["cpu-request-cap"]["spec"]["variables"]}
    caps = re.findall(r"'(\w+)': \D*'(\d+)'", variables["cap"])
    assert caps == [("platform", "2"), ("home", "2"), ("hobby", "1")]


@pytest.mark.parametrize(
    ("name", "exception"),
    [
        ("no-cpu-limits", "guaranteed-cpu"),
        ("no-cpu-limits", "limited-cpu"),
        ("memory-limit-required", "unlimited-memory"),
        ("memory-guaranteed", "burstable-memory"),
        ("cpu-request-cap", "cpu-above-cap"),
    ],
)
def test_an_exception_excuses_a_pod_or_its_namespace(name: str, exception: str) -> None:
    excused = {"key": f"homelab/exception.{exception}", "operator": "DoesNotExist"}
    spec = policies("prod")[name]["spec"]
    assert excused in spec["matchConstraints"]["namespaceSelector"]["matchExpressions"]
    absent = f"!('{excused['key']}' in object.metadata.?labels.orValue({{}}))"
    assert any(absent in expression for expression in expressions(spec["matchConditions"]))


def test_gpu_toleration_and_selector_come_together_outside_the_operators() -> None:
    policy = policies("every_kind")["gpu-together"]
    variables = {each["name"]: each["expression"] for each in policy["spec"]["variables"]}
    assert "nvidia.com/gpu" in variables["asks"]
    assert GPU_TAINT in variables["tolerates"]
    assert GPU_NODE_LABEL in variables["selects"]
    assert {
        "key": "kubernetes.io/metadata.name",
        "operator": "NotIn",
        "values": ["gpu-gpu-operator", "gpu-nfd"],
    } in policy["spec"]["matchConstraints"]["namespaceSelector"]["matchExpressions"]


@pytest.mark.parametrize("lab", LABS)
def test_policies_refuse_what_is_wrong_and_let_pass_what_they_cannot_judge(lab: str) -> None:
    """An engine that does not answer must not keep the cluster from starting."""
    for policy in plan_of(lab).policies:
        if policy["kind"] != "GeneratingPolicy":
            assert policy["spec"]["failurePolicy"] == "Ignore"
        if policy["kind"] == "ValidatingPolicy":
            assert policy["spec"]["validationActions"] == ["Deny"]
            for validation in policy["spec"]["validations"]:
                assert validation.keys() & {"message", "messageExpression"}


def test_policies_that_only_audit_change_nothing_but_their_answer() -> None:
    lab = lab_of("every_kind")
    platform = lab.cluster.platform.model_copy(update={"policies": "audit"})
    audited = make_plan(replace(lab, cluster=lab.cluster.model_copy(update={"platform": platform}))).policies
    for policy, denying in zip(audited, make_plan(lab).policies, strict=True):
        if policy["kind"] == "ValidatingPolicy":
            assert policy["spec"]["validationActions"] == ["Audit"]
            assert {**policy["spec"], "validationActions": ["Deny"]} == denying["spec"]
        else:
            assert policy == denying
