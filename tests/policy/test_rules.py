"""Others who declare something in the stack of a lab are told what the planner and the guard say of it."""

from typing import Any

import pytest

from plan.model import Plan
from policy.rules import Declared, effects, losses, refusals
from tests.plan.labs import plan_of

CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
NAMESPACE = "4-aux-affine"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
CRON_JOB = "kubernetes:batch/v1:CronJob"
WEBHOOK = "kubernetes:admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration"


def declared(kind: str, *, protect: bool = False, owner: str = "", **inputs: Any) -> Declared:
    owned = f"{owner}$" if owner else ""
    return Declared(f"urn:pulumi:prod::homelab::{owned}{kind}::it", kind, inputs, protect)


@pytest.fixture
def plan() -> Plan:
    return plan_of("prod")


def refused(plan: Plan, kind: str, spec: dict[str, Any], namespace: str) -> list[str]:
    found = declared(kind, metadata={"name": "it", "namespace": namespace}, spec=spec)
    return list(refusals(found, plan.lab, plan.namespaces))


def pods(memory: str) -> dict[str, Any]:
    amounts = {"requests": {"cpu": "10m", "memory": memory}, "limits": {"memory": memory}}
    confined = {
        "runAsNonRoot": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    container = {
        "name": "it",
        "image": "registry.example/it:1",
        "resources": amounts,
        "securityContext": confined,
    }
    return {"metadata": {"labels": {"app": "it"}}, "spec": {"containers": [container]}}


def test_what_the_program_declares_is_not_judged_twice() -> None:
    assert declared(CLAIM, owner="homelab:index:K8sApp").is_of_program
    assert not declared(CLAIM).is_of_program
    assert not declared(CLAIM, owner="somebody:index:App").is_of_program


def test_a_claim_that_nothing_protects_is_named_and_a_protected_one_is_not() -> None:
    assert len(list(losses(declared(CLAIM)))) == 1
    assert list(losses(declared(CLAIM, protect=True))) == []


@pytest.mark.parametrize("kind", [DEPLOYMENT, "kubernetes:core/v1:ConfigMap", "random:index/randomId:RandomId"])
def test_what_holds_nothing_needs_no_protection(kind: str) -> None:
    assert list(losses(declared(kind))) == []


def test_a_webhook_that_acts_on_others_is_named() -> None:
    (said,) = effects(declared(WEBHOOK, metadata={"name": "it"}))
    assert "it may refuse or change objects that others write" in said


def test_a_provider_that_nobody_declared_is_named() -> None:
    kind = "pulumi:providers:kubernetes"
    (said,) = effects(Declared(f"urn:pulumi:prod::homelab::{kind}::default_4_34_0", kind, {}))
    assert "declared without a provider" in said
    assert list(effects(declared(kind))) == []


def test_pods_that_their_tier_refuses_are_named_in_the_words_of_the_cluster(plan: Plan) -> None:
    (said,) = refused(plan, DEPLOYMENT, {"template": pods("99Gi")}, NAMESPACE)
    assert said.startswith(f"Its pods are refused in namespace {NAMESPACE}: ")
    assert "99Gi" in said
    assert refused(plan, DEPLOYMENT, {"template": pods("64Mi")}, NAMESPACE) == []


def test_pods_of_a_job_are_found_where_they_stand(plan: Plan) -> None:
    assert refused(plan, CRON_JOB, {"jobTemplate": {"spec": {"template": pods("99Gi")}}}, NAMESPACE)


def test_a_namespace_that_the_lab_does_not_have_keeps_no_rules_of_a_tier(plan: Plan) -> None:
    assert refused(plan, DEPLOYMENT, {"template": pods("99Gi")}, "elsewhere") == []


def test_a_template_that_is_no_pod_is_named(plan: Plan) -> None:
    (said,) = refused(plan, DEPLOYMENT, {"template": {"spec": {"containers": "none"}}}, NAMESPACE)
    assert "spec.template.spec.containers" in said
