"""Stand-ins are pods as the plan counts them."""

from collections import Counter

import pytest

from plan.kubernetes.admission.containers import read_pod
from plan.model import Manifest, Plan, Workload
from plan.model.resources import pod_limits, pod_requests
from rehearsal.stand_ins import stand_ins, system_stand_ins
from tests.plan.labs import plan_of

LABS = ("prod", "small", "every_kind")


def made_for(plan: Plan) -> dict[tuple[str, str], Manifest]:
    made = stand_ins(plan, *plan.lab.services)
    return {(each["metadata"]["namespace"], each["metadata"]["name"]): each for each in made}


def stood_in_for(plan: Plan) -> list[Workload]:
    return [each for each in plan.workloads if (each.namespace, each.name) in made_for(plan)]


@pytest.mark.parametrize("lab", LABS)
def test_every_workload_that_runs_all_the_time_is_there_once(lab: str) -> None:
    plan = plan_of(lab)
    kinds = {"Deployment", "StatefulSet", "DaemonSet"}
    own = Counter(
        (each["metadata"]["namespace"], each["metadata"]["name"]) for each in plan.manifests if each["kind"] in kinds
    )
    planned = {(each.namespace, each.name) for each in plan.workloads if each.is_steady}
    assert own + Counter(made_for(plan).keys()) == Counter(planned)


@pytest.mark.parametrize("lab", LABS)
def test_a_stand_in_asks_for_what_is_planned(lab: str) -> None:
    plan = plan_of(lab)
    made = made_for(plan)
    for workload in stood_in_for(plan):
        manifest = made[workload.namespace, workload.name]
        pod = read_pod(manifest["spec"]["template"]["spec"])
        assert (pod_requests(pod), pod_limits(pod)) == (pod_requests(workload.pod), pod_limits(workload.pod))
        assert manifest["spec"].get("replicas", workload.replicas) == workload.replicas


@pytest.mark.parametrize("lab", LABS)
def test_a_stand_in_claims_the_planned_block_volumes(lab: str) -> None:
    plan = plan_of(lab)
    made = made_for(plan)
    claims = {
        (each["metadata"]["namespace"], each["metadata"]["name"])
        for each in plan.manifests
        if each["kind"] == "PersistentVolumeClaim"
    }
    for workload in stood_in_for(plan):
        spec = made[workload.namespace, workload.name]["spec"]
        mounted = [each["persistentVolumeClaim"]["claimName"] for each in spec["template"]["spec"].get("volumes", ())]
        assert len(mounted) + len(spec.get("volumeClaimTemplates", ())) == len(workload.pod.block_volumes)
        assert {(workload.namespace, name) for name in mounted} <= claims


def test_kubeadms_own_pods_are_there() -> None:
    names = {each["metadata"]["name"] for each in system_stand_ins(plan_of("prod"))}
    assert names >= {"etcd", "kube-apiserver", "kube-proxy", "coredns"}
