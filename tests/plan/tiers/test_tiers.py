"""From a row of the table to what governs its namespaces."""

from dataclasses import replace

from plan.cluster.kubeadm import kubeadm_documents
from plan.model.metadata import LIMIT_RANGE_LABEL, QUOTA_LABEL
from plan.tiers.objects import plan_tiers, shutdown_grace_periods
from tests.plan.labs import lab_of, plan_of


def test_a_row_becomes_a_priority_class_a_limit_range_and_a_quota() -> None:
    platform = plan_tiers(lab_of("small"))[0]
    assert platform.priority_class == {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": "platform", "labels": {"app.kubernetes.io/managed-by": "pulumi"}},
        "value": 900000,
        "preemptionPolicy": "PreemptLowerPriority",
        "description": "What the other services stand on",
    }
    assert platform.limit_range == {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {"name": "tier-platform", "labels": {"app.kubernetes.io/managed-by": "kyverno"}},
        "spec": {
            "limits": [
                {
                    "type": "Container",
                    "default": {"memory": "256Mi"},
                    "defaultRequest": {"cpu": "100m", "memory": "256Mi"},
                    "max": {"memory": "4Gi"},
                }
            ]
        },
    }
    assert platform.quota == {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "tier-platform", "labels": {"app.kubernetes.io/managed-by": "kyverno"}},
        "spec": {"hard": {"requests.cpu": "4", "requests.memory": "8Gi", "pods": "50"}},
    }


def test_a_tier_that_may_wait_never_preempts() -> None:
    policies = {tier.name: tier.priority_class["preemptionPolicy"] for tier in plan_tiers(lab_of("small"))}
    assert policies == {"platform": "PreemptLowerPriority", "home": "PreemptLowerPriority", "hobby": "Never"}


def test_production_has_the_documented_tiers() -> None:
    tiers = {tier.name: tier for tier in plan_tiers(lab_of("prod"))}
    assert {name: tier.priority for name, tier in tiers.items()} == {
        "0-core": 900000,
        "1-cluster": 700000,
        "2-gpu": 500000,
        "3-edge": 300000,
        "4-aux": 200000,
    }
    assert {name: tier.quota["spec"]["hard"] for name, tier in tiers.items()} == {
        "0-core": {"requests.cpu": "32", "requests.memory": "64Gi", "pods": "100"},
        "1-cluster": {"requests.cpu": "16", "requests.memory": "32Gi", "pods": "30"},
        "2-gpu": {"requests.cpu": "48", "requests.memory": "96Gi", "pods": "40"},
        "3-edge": {"requests.cpu": "16", "requests.memory": "32Gi", "pods": "30"},
        "4-aux": {"requests.cpu": "8", "requests.memory": "16Gi", "pods": "20"},
    }


def test_a_node_ends_pods_tier_by_tier_the_lowest_first() -> None:
    expected = [
        {"priority": 100000, "shutdownGracePeriodSeconds": 30},
        {"priority": 500000, "shutdownGracePeriodSeconds": 40},
        {"priority": 900000, "shutdownGracePeriodSeconds": 40},
        {"priority": 2000000000, "shutdownGracePeriodSeconds": 10},
    ]
    lab = lab_of("small")
    assert shutdown_grace_periods(lab.tiers) == expected
    kubelet = kubeadm_documents(lab)["kubelet-configuration.yaml"]
    assert kubelet["shutdownGracePeriodByPodPriority"] == expected


def test_the_kubelet_reserves_what_the_planner_subtracts() -> None:
    """In the cluster's own ConfigMap: an upgrade takes back what is set on a node alone."""
    kubelet = kubeadm_documents(lab_of("prod"))["kubelet-configuration.yaml"]
    assert kubelet["kubeReserved"] == kubelet["systemReserved"] == {"cpu": "200m", "memory": "512Mi"}
    assert kubelet["evictionHard"] == {
        "memory.available": "500Mi",
        "nodefs.available": "15%",
        "imagefs.available": "20%",
    }
    assert kubelet["evictionSoft"].keys() == kubelet["evictionSoftGracePeriod"].keys() == kubelet["evictionHard"].keys()


def test_a_namespace_is_governed_by_its_tier() -> None:
    plan = plan_of("every_kind")
    tiers = {tier.name: tier for tier in plan.tiers}
    for namespace in plan.namespaces:
        assert namespace.name == "feeds" or namespace.name.startswith(f"{namespace.tier}-")
        assert namespace.manifest["metadata"]["labels"]["tier"] == namespace.tier
        for own, of_tier in (
            (namespace.limit_range, tiers[namespace.tier].limit_range),
            (namespace.quota, tiers[namespace.tier].quota),
        ):
            assert (own is None) == ("kyverno" in namespace.services)
            if own is not None:
                assert own["metadata"]["namespace"] == namespace.name
                assert own["spec"] == of_tier["spec"]


def test_a_namespace_opts_out_by_label() -> None:
    """The policy engine leaves its own namespace alone anyway."""
    plan = plan_of("prod")
    for namespace in plan.namespaces:
        exceptions = {each for service in namespace.services for each in plan.lab.services[service].exceptions}
        labels = namespace.manifest["metadata"]["labels"]
        for exception, label, generated in (
            ("no-limit-range", LIMIT_RANGE_LABEL, namespace.limit_range),
            ("no-quota", QUOTA_LABEL, namespace.quota),
        ):
            opted_out = exception in exceptions
            assert (labels.get(label) == "none") == opted_out
            is_the_engines = plan.lab.cluster.platform.policy_engine in namespace.services
            assert (generated is None) == (opted_out or is_the_engines)


def test_only_namespaces_that_the_policies_need_themselves_come_before_them() -> None:
    plan = plan_of("prod")
    before = {namespace.name for namespace in plan.namespaces if not namespace.after_policies}
    needed = {plan.lab.cluster.platform.policy_engine, plan.lab.cluster.platform.pod_network}
    assert before == {service.namespace for service in plan.services if service.name in needed}


def test_services_of_a_group_share_a_namespace() -> None:
    shared = {each.name: each.services for each in plan_of("every_kind").namespaces if len(each.services) > 1}
    assert shared == {"core-databases": ("mysql", "postgres")}


def test_a_tier_may_bound_how_far_limits_are_above_requests_and_whose_pods_count() -> None:
    lab = lab_of("small")
    row = lab.tiers["hobby"]
    row = row.model_copy(
        update={
            "container": row.container.model_copy(update={"max_memory_ratio": 4}),
            "quota": row.quota.model_copy(update={"priority_classes": ("platform", "home")}),
        }
    )
    tier = plan_tiers(replace(lab, tiers={**lab.tiers, "hobby": row}))[-1]
    assert tier.limit_range["spec"]["limits"][0]["maxLimitRequestRatio"] == {"memory": "4"}
    assert tier.quota["spec"]["scopeSelector"] == {
        "matchExpressions": [{"scopeName": "PriorityClass", "operator": "In", "values": ["platform", "home"]}]
    }
