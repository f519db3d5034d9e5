"""Proposals for a cluster: what the cluster states, what its tiers and limits rule, and what is left alone."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from observation import Observation, Usage
from observation.usage import ContainerUsage, Percentiles
from operations.rightsize.cluster import Sized, Sizes, size_cluster
from operations.rightsize.effect import effect
from operations.rightsize.kills import Kills
from operations.rightsize.policy import policy_of
from operations.rightsize.stated import Stated
from operations.rightsize.witnesses import Witness
from plan.model import Manifest
from tests.operations.clusters import read_cluster
from tests.plan.labs import lab_of

MIB = 1 << 20
CLUSTER = read_cluster(Path(__file__).parent / "cluster.yaml")


def use(namespace: str, name: str, *memory: float, kills: int = 0) -> ContainerUsage:
    return ContainerUsage(
        namespace=namespace,
        workload=f"Deployment/{name}",
        container=name,
        pods=1,
        days=30,
        cpu=Percentiles(10, 40, 80, 200),
        memory=Percentiles(*memory),
        memory_daily=(memory[1],) * 29 + (memory[3],),
        oom_kills=kills,
        restarts=kills,
        note="",
    )


def sizes(*used: ContainerUsage, lab: str | None = None) -> Sizes:
    return size_cluster(CLUSTER, Usage("test", 30, None, used), lab_of(lab) if lab else None)


def sized(*used: ContainerUsage, lab: str | None = None) -> Sized:
    return sizes(*used, lab=lab).sized[0]


def test_a_container_without_a_limit_has_that_of_the_limit_range() -> None:
    wiki = sized(use("web", "wiki", 100, 200, 250, 256, kills=3))
    assert wiki.memory.now == (256 * MIB, 256 * MIB)
    assert wiki.memory.proposed.limit == 384 * MIB


def test_no_proposal_exceeds_the_maximum_of_the_limit_range() -> None:
    shop = sized(use("web", "shop", 600, 760, 768, 768, kills=3))
    assert shop.memory.proposed.limit == 1024 * MIB


def test_the_cpu_request_that_an_autoscaler_divides_by_stays() -> None:
    assert sized(use("web", "shop", 300, 400, 450, 500)).cpu.proposed == (None, None)


def test_an_autoscaler_by_one_container_divides_by_the_request_too() -> None:
    source = {"name": "memory", "container": "x", "target": {"type": "Utilization", "averageUtilization": 70}}
    scaler = {
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {
            "scaleTargetRef": {"kind": "Deployment", "name": "web"},
            "metrics": [{"type": "ContainerResource", "containerResource": source}],
        },
    }
    web = {"kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"}, "spec": {}}
    scalers = {"horizontalpodautoscalers.autoscaling": (scaler,), "deployments": (web,)}
    observed = Observation("test", datetime(2027, 1, 1, tzinfo=UTC), "clock", scalers)
    assert policy_of(observed, None, web, {}, Stated(None, None, None), None, None).scaled_by == {"memory"}


def test_a_webhook_that_all_pods_wait_for_is_left_alone() -> None:
    gate = sized(use("policy", "gate", 100, 150, 160, 180))
    assert gate.memory.proposed == (None, None)


def test_in_a_tier_that_guarantees_memory_the_request_is_the_limit() -> None:
    tiers = {name: row.memory for name, row in lab_of("small").tiers.items()}
    assert tiers["hobby"] == "burstable", "the namespace of the test is in that tier"
    assert sized(use("web", "wiki", 100, 120, 125, 130), lab="small").memory.proposed.request == 128 * MIB


def test_what_has_no_usage_or_is_gone_is_named() -> None:
    found = sizes(use("web", "old", 1, 2, 3, 4)).not_sized
    assert [(each.workload, each.why) for each in found] == [
        ("Deployment/gate", "no usage"),
        ("Deployment/old", "no longer there"),
        ("Deployment/shop", "no usage"),
        ("Deployment/wiki", "no usage"),
    ]


def with_objects(resource: str, *objects: Manifest) -> Observation:
    return replace(CLUSTER, resources={**CLUSTER.resources, resource: (*CLUSTER.resources.get(resource, ()), *objects)})


def ended(reason: str, at: str) -> Observation:
    """The cluster, in which the pod of wiki ended so."""
    (pod,) = CLUSTER.of("Pod")
    last = {"name": "wiki", "lastState": {"terminated": {"reason": reason, "finishedAt": at}}}
    return replace(
        CLUSTER, resources={**CLUSTER.resources, "pods": ({**pod, "status": {"containerStatuses": [last]}},)}
    )


def wiki_of(cluster: Observation, kills: int = 0) -> Sized:
    used = use("web", "wiki", 100, 200, 250, 256, kills=kills)
    return size_cluster(cluster, Usage("test", 30, None, (used,))).sized[0]


def test_a_kill_that_no_metric_counted_is_seen_in_the_status_of_the_pod() -> None:
    wiki = wiki_of(ended("OOMKilled", "2026-11-20T00:00:00Z"))
    assert (wiki.kills, wiki.memory.proposed.limit) == (Kills(1, ("pod status",)), 384 * MIB)


@pytest.mark.parametrize(("reason", "at"), [("Error", "2026-11-20T00:00:00Z"), ("OOMKilled", "2026-09-01T00:00:00Z")])
def test_another_end_or_one_of_long_ago_is_no_kill(reason: str, at: str) -> None:
    assert wiki_of(ended(reason, at)).kills == Kills(0, ())


def test_a_kill_is_seen_in_events() -> None:
    event = {
        "kind": "Event",
        "metadata": {"name": "e", "namespace": "web"},
        "involvedObject": {"kind": "Pod", "name": "wiki-1-a", "namespace": "web", "uid": "p2"},
        "reason": "OOMKilling",
        "message": "Memory cgroup out of memory: Killed process 4711 (wiki)",
    }
    assert wiki_of(with_objects("events", event), kills=2).kills == Kills(2, ("metrics", "events"))


def test_what_a_quota_leaves_bounds_a_limit() -> None:
    quota = {
        "kind": "ResourceQuota",
        "metadata": {"name": "q", "namespace": "web"},
        "status": {"hard": {"limits.memory": "2Gi"}, "used": {"limits.memory": "1984Mi"}},
    }
    assert wiki_of(with_objects("resourcequotas", quota), kills=3).memory.proposed.limit == 320 * MIB


def test_a_vertical_pod_autoscaler_is_a_witness() -> None:
    recommendation = {"containerName": "shop", "target": {"memory": "600Mi"}, "upperBound": {"memory": "700Mi"}}
    vpa = {
        "kind": "VerticalPodAutoscaler",
        "metadata": {"name": "goldilocks-shop", "namespace": "web"},
        "spec": {"targetRef": {"kind": "Deployment", "name": "shop"}},
        "status": {"recommendation": {"containerRecommendations": [recommendation]}},
    }
    cluster = with_objects("verticalpodautoscalers.autoscaling.k8s.io", vpa)
    shop = size_cluster(cluster, Usage("test", 30, None, (use("web", "shop", 100, 120, 130, 140),))).sized[0]
    assert shop.witness == Witness("goldilocks-shop", 600 * MIB, 700 * MIB)
    assert shop.memory.proposed.limit is None, "704Mi is no cut of 768Mi that is worth a restart"


def test_where_request_and_limit_are_the_same_they_stay_so() -> None:
    wiki = wiki_of(CLUSTER)
    assert wiki.policy.request_is_limit


def test_the_effect_is_told_by_tier_and_node() -> None:
    nodes: list[Manifest] = [
        {**node, "status": {**node["status"], "allocatable": {**node["status"]["allocatable"], "pods": "110"}}}
        for node in CLUSTER.of("Node")
    ]
    (pod,) = CLUSTER.of("Pod")
    placed = {**pod, "spec": {**pod["spec"], "nodeName": "one"}}
    cluster = replace(CLUSTER, resources={**CLUSTER.resources, "nodes": tuple(nodes), "pods": (placed,)})
    found = effect(cluster, [wiki_of(cluster, kills=3)])
    assert [(each.name, each.memory) for each in (*found.tiers, *found.nodes)] == [
        ("hobby", -128 * MIB),
        ("one", -128 * MIB),
    ]
    assert (found.restarted, found.is_worse) == (1, False)


def test_what_would_find_no_place_is_named() -> None:
    (node,) = CLUSTER.of("Node")
    (pod,) = CLUSTER.of("Pod")
    small = {**node, "status": {"allocatable": {"memory": "300Mi", "cpu": "4", "pods": "110"}}}
    placed = {**pod, "spec": {**pod["spec"], "nodeName": "one"}}
    cluster = replace(CLUSTER, resources={**CLUSTER.resources, "nodes": (small,), "pods": (placed,)})
    sized = wiki_of(CLUSTER, kills=3)
    assert effect(cluster, [sized]).without_place == (("web", "wiki"),)
