"""Claims in documents of the lab that do not hold in Kubernetes: the real outcome, which the planner shows too.

Those on volume slots, 28 and not 29, and on the tier of a namespace are in the folders `control_plane` and `kyverno`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from plan.cluster.nodes import plan_nodes
from plan.kubernetes.admission import Admission
from plan.model import Manifest, Namespace
from plan.model.resources import read_amounts
from plan.tiers.conventions import GPU_TAINT, GPU_TAINT_VALUE
from rehearsal.control_plane import Api, Refused
from rehearsal.outcome import unschedulable
from tests.conformance.kubernetes.judged import Case, agrees, ask
from tests.conformance.kubernetes.places import LAB, inside, limit_range, place, planned, pod, quota
from tests.conformance.waiting import eventually
from tests.plan.labs import plan_of

GPU_NODE = next(node.name for node in plan_nodes(LAB) if GPU_TAINT in node.taints)
STATED = {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "128Mi"}}


def judged(api: Api, made: Manifest, where: Namespace, *limits: Manifest) -> tuple[Manifest | Refused, Admission]:
    """Verdicts of both on a pod; they agree."""
    case = Case(made, where, ask(api, made, where), planned(api, where, made, limits))
    assert agrees(case), case
    return case.told, case.planned


def stored(told: Manifest | Refused) -> Manifest:
    """The resources of a pod's first container, as they are stored."""
    assert not isinstance(told, Refused), told
    return told["spec"]["containers"][0]["resources"]


@pytest.mark.parametrize(
    ("item", "limit"),
    [
        ({"default": {"cpu": "500m", "memory": "512Mi"}, "defaultRequest": {"cpu": "500m"}}, "500m"),
        ({"max": {"cpu": "4", "memory": "8Gi"}}, "4"),
    ],
    ids=["default.cpu", "max.cpu"],
)
def test_cpu_in_a_limit_range_is_not_ignored_but_limits_every_container(
    governed: Api, item: Manifest, limit: str
) -> None:
    """Claimed: `limits.cpu` is ignored because of a policy against CPU limits."""
    limits = limit_range(item)
    with place(governed, limits) as where:
        told, _ = judged(governed, pod({"requests": {"cpu": "100m"}}), where, limits)
    assert stored(told)["limits"]["cpu"] == limit


@pytest.mark.parametrize("tier", [tier.name for tier in plan_of("prod").tiers])
def test_no_tier_limits_cpu_in_its_limit_range(governed: Api, tier: str) -> None:
    where = next(each for each in plan_of("prod").namespaces if each.tier == tier and each.limit_range)
    told, _ = judged(governed, pod({}), where, where.limit_range or {})
    assert "cpu" not in stored(told)["limits"]


SAME = {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"cpu": "100m", "memory": "128Mi"}}


@pytest.mark.parametrize(
    ("first", "init", "quality"),
    [
        (STATED, None, "Burstable"),
        (SAME, None, "Guaranteed"),
        (SAME, {"resources": STATED}, "Burstable"),
        (SAME, {"resources": STATED, "restartPolicy": "Always"}, "Burstable"),
        (SAME, {"resources": SAME, "restartPolicy": "Always"}, "Guaranteed"),
    ],
    ids=["no CPU limit", "CPU limit", "an init container without", "a sidecar without", "a sidecar with"],
)
def test_memory_request_equal_to_limit_is_not_guaranteed(
    governed: Api, first: Manifest, init: Manifest | None, quality: str
) -> None:
    """Claimed: tiers 0 to 2 are Guaranteed, with memory request = limit and no CPU limit."""
    more: dict[str, Any] = {"initContainers": [{"name": "init", "image": "stand-in", **init}]} if init else {}
    with place(governed) as where:
        told, said = judged(governed, pod(first, **more), where)
    assert not isinstance(told, Refused)
    assert (told["status"]["qosClass"], said.qos) == (quality, quality)


def test_a_pod_without_resources_in_tier_4_gets_the_default_and_not_the_maximum(governed: Api) -> None:
    """Claimed: its memory limit is 4Gi."""
    where = next(each for each in plan_of("prod").namespaces if each.tier == "4-aux" and each.limit_range)
    told, _ = judged(governed, pod({}), where, where.limit_range or {})
    assert stored(told) == {"limits": {"memory": "256Mi"}, "requests": {"cpu": "250m", "memory": "256Mi"}}
    assert LAB.tiers["4-aux"].container.max_memory == read_amounts({"memory": "4Gi"})["memory"]


def test_a_quota_on_cpu_limits_stops_every_pod_without_one(governed: Api) -> None:
    """Claimed: a tier's quota is one of CPU and memory limits. It is one of requests."""
    with place(governed, quota({"limits.cpu": "8", "limits.memory": "16Gi"})) as where:
        told, _ = judged(governed, pod(STATED), where)
    assert isinstance(told, Refused)
    assert told.message == 'pods "pod" is forbidden: failed quota: quota: must specify limits.cpu for: c1'
    for tier in plan_of("prod").tiers:
        assert "limits.cpu" not in tier.quota["spec"]["hard"]


@contextmanager
def tainted(api: Api, effect: str) -> Iterator[None]:
    """The GPU node with its taint in another effect."""
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": GPU_NODE}}
    before = (api.get("v1", "Node", GPU_NODE) or {})["spec"]["taints"]
    api.patch(node, {"spec": {"taints": [{"key": GPU_TAINT, "value": GPU_TAINT_VALUE, "effect": effect}]}})
    try:
        yield
    finally:
        api.patch(node, {"spec": {"taints": before}})


def fate(api: Api, *tolerations: Manifest) -> str:
    """The fate of a pod for the GPU node: it runs, or waits, and why."""
    made = pod({}, nodeSelector={"kubernetes.io/hostname": GPU_NODE}, tolerations=list(tolerations))
    with place(api) as where:
        api.apply(inside(made, where.name))
        answers: list[str] = []

        def is_decided() -> bool:
            found = api.get("v1", "Pod", "pod", where.name) or {"status": {"phase": ""}}
            answers.append("runs" if found["status"]["phase"] == "Running" else unschedulable(found) or "")
            return bool(answers[-1])

        assert eventually(is_decided)
        return answers[-1]


EXISTS = {"key": GPU_TAINT, "operator": "Exists"}


@pytest.mark.parametrize("effect", ["PreferNoSchedule", "NoExecute"])
def test_a_toleration_of_another_effect_does_not_match(governed: Api, effect: str) -> None:
    """Claimed: a taint PreferNoSchedule, and a toleration of effect NoSchedule for it; they have nothing to do with
    each other. The lab's policy asks for a toleration that matches."""
    words = fate(governed, {**EXISTS, "effect": effect})
    assert "2 node(s) had untolerated taint(s)" in words, "that of the control plane and that of the GPU node"
    assert fate(governed, EXISTS) == fate(governed, {**EXISTS, "effect": "NoSchedule"}) == "runs"
    gpu = next(each for each in plan_of("prod").namespaces if each.tier == "2-gpu" and each.limit_range)
    asks = {**STATED, "limits": {"memory": "128Mi", "nvidia.com/gpu": "1"}}
    made = pod(asks, nodeSelector={"nvidia.com/gpu.present": "true"}, tolerations=[{**EXISTS, "effect": effect}])
    told, _ = judged(governed, made, gpu, gpu.limit_range or {})
    assert isinstance(told, Refused)
    assert "Policy gpu-together failed" in told.message


def test_a_taint_prefer_no_schedule_keeps_nothing_off_the_node(governed: Api) -> None:
    """Claimed: it keeps other pods off the GPU node. The lab's own taint is NoSchedule, which does."""
    assert "had untolerated taint" in fate(governed)
    with tainted(governed, "PreferNoSchedule"):
        assert fate(governed) == "runs"
