"""Every planned pod follows the conventions in its manifest."""

import pytest

from config.quantity import Memory
from plan.model import Plan
from plan.model.resources import GPU, pod_limits, pod_requests, qos_class
from plan.tiers.conventions import GPU_NODE_LABEL, GPU_TAINT, memory_is_guaranteed
from tests.plan.labs import containers, name_of, plan_of, written_pod_templates


@pytest.fixture(params=["prod", "small", "every_kind"])
def plan(request: pytest.FixtureRequest) -> Plan:
    """The plan of each lab."""
    return plan_of(request.param)


def test_there_are_cpu_limits_only_where_a_reason_is_stated(plan: Plan) -> None:
    for controller, template in written_pod_templates(plan):
        excepted = "homelab/exception.guaranteed-cpu" in template["metadata"]["labels"]
        for container in containers(template):
            assert ("cpu" in container["resources"]["limits"]) == excepted, name_of(controller)
            assert {"cpu", "memory", "ephemeral-storage"} <= container["resources"]["requests"].keys()
            assert {"memory", "ephemeral-storage"} <= container["resources"]["limits"].keys()


def test_memory_is_requested_as_the_tier_says(plan: Plan) -> None:
    for controller, template in written_pod_templates(plan):
        tier = plan.lab.tiers[template["metadata"]["labels"]["tier"]]
        prefix = "homelab/exception."
        exceptions = {key.removeprefix(prefix) for key in template["metadata"]["labels"] if key.startswith(prefix)}
        for container in containers(template):
            requests, limits = container["resources"]["requests"], container["resources"]["limits"]
            request, limit = Memory.parse(requests["memory"]), Memory.parse(limits["memory"])
            guaranteed = memory_is_guaranteed(tier, exceptions)
            assert (request == limit) if guaranteed else (request < limit), name_of(controller)


def test_gpu_toleration_and_node_come_together(plan: Plan) -> None:
    """But for the operators that make the card usable: they run on its node and use none of it."""
    sharing = plan.lab.cluster.platform.gpu
    operators = {sharing.operator, sharing.feature_discovery} if sharing else set()
    excluded = {namespace.name for namespace in plan.namespaces if operators & set(namespace.services)}
    for controller, template in written_pod_templates(plan):
        if name_of(controller)[0] in excluded:
            continue
        spec = template["spec"]
        asks = any(GPU in container["resources"]["limits"] for container in containers(template))
        selects = GPU_NODE_LABEL in spec.get("nodeSelector", {})
        tolerates = {"key": GPU_TAINT, "operator": "Exists"} in spec.get("tolerations", [])
        assert asks == selects == tolerates, name_of(controller)


def test_scratch_space_has_a_bound(plan: Plan) -> None:
    for _, template in written_pod_templates(plan):
        for volume in template["spec"].get("volumes", []):
            if "emptyDir" in volume:
                assert Memory.parse(volume["emptyDir"]["sizeLimit"]) > 0


def test_a_manifest_asks_for_what_the_planner_counted(plan: Plan) -> None:
    planned = {
        (workload.namespace, workload.name): workload
        for workload in plan.workloads
        if workload.controller not in ("Cluster", "Job")
    }
    for controller, template in written_pod_templates(plan):
        workload = planned[name_of(controller)]
        assert controller["kind"] == workload.controller
        stated = {each["name"]: each["resources"] for each in containers(template)}
        counted = (*workload.pod.containers, *workload.pod.init_containers)
        assert stated.keys() == {each.name for each in counted}
        for each in counted:
            assert stated[each.name]["requests"].keys() == each.requests.keys()
            assert Memory.parse(stated[each.name]["requests"]["memory"]) == each.requests["memory"]
            assert Memory.parse(stated[each.name]["limits"]["memory"]) == each.limits["memory"]
        assert template["spec"]["priorityClassName"] == template["metadata"]["labels"]["tier"]
        assert plan.lab.tiers[template["metadata"]["labels"]["tier"]].priority == workload.pod.priority


def test_the_class_of_every_workload_is_the_one_of_its_pods(plan: Plan) -> None:
    for workload in plan.workloads:
        assert workload.qos == qos_class(workload.pod)
        assert pod_requests(workload.pod)["memory"] <= pod_limits(workload.pod)["memory"]


def test_only_strict_services_are_what_kubernetes_calls_guaranteed() -> None:
    guaranteed = {workload.name for workload in plan_of("every_kind").workloads if workload.qos == "Guaranteed"}
    assert guaranteed == {"queue"}


def test_what_must_not_run_twice_is_stopped_before_its_successor_starts() -> None:
    strategies = {
        controller["metadata"]["name"]: controller["spec"]["strategy"]["type"]
        for controller, _ in written_pod_templates(plan_of("every_kind"))
        if controller["kind"] == "Deployment"
    }
    assert strategies == {
        "door": "RollingUpdate",
        "library": "Recreate",
        "painter": "Recreate",
        "painter-gallery": "RollingUpdate",
        "photos": "RollingUpdate",
    }


def test_a_job_shares_the_node_of_the_pod_that_holds_its_block_volume() -> None:
    templates = {
        controller["metadata"]["name"]: template
        for controller, template in written_pod_templates(plan_of("every_kind"))
    }
    affinity = templates["library-reindex"]["spec"]["affinity"]["podAffinity"]
    (term,) = affinity["requiredDuringSchedulingIgnoredDuringExecution"]
    assert term == {
        "labelSelector": {"matchLabels": {"app.kubernetes.io/name": "library"}},
        "topologyKey": "kubernetes.io/hostname",
    }
