"""Vertical autoscalers, Goldilocks, and sidecars of CSI drivers."""

from typing import Any

from tests.operations.doctor.cluster import Cluster, Object, crashing, days, healthy, hours, loud, only, short, words

SAID = {"containerRecommendations": [{"containerName": "web", "target": {"memory": "250Mi"}}]}


def scaler(cluster: Cluster, name: str = "web", **status: Any) -> Object:
    spec = {"targetRef": {"kind": "Deployment", "name": name}, "updatePolicy": {"updateMode": "Initial"}}
    return cluster.add("VerticalPodAutoscaler", f"goldilocks-{name}", "shop", spec=spec, status=status)


def recommender(cluster: Cluster) -> Object:
    return cluster.workload("vpa-recommender", "kube-system", service=False)


def test_one_that_recommends_is_fine() -> None:
    cluster = healthy()
    scaler(cluster, recommendation=SAID)
    assert not loud(cluster.diagnose())


def test_one_that_is_young_still_learns() -> None:
    cluster = healthy()
    scaler(cluster)["metadata"]["creationTimestamp"] = hours(20)
    assert not loud(cluster.diagnose())


def test_one_whose_target_does_not_exist() -> None:
    cluster = healthy()
    recommender(cluster)
    scaler(cluster, "wep")
    found = only(cluster)
    assert found.code == "VPA-TARGET-MISSING"
    assert "Deployment/shop/wep" in found.message


def test_a_recommender_that_crashes_is_told_once() -> None:
    cluster = healthy()
    top = recommender(cluster)
    cluster.workload("cart")
    scaler(cluster)
    scaler(cluster, "cart")
    crashing(cluster.get("Pod", "vpa-recommender"))
    short(top)
    found = only(cluster)
    assert str(found.subject) == "Deployment/kube-system/vpa-recommender"
    assert "VerticalPodAutoscaler/shop/goldilocks-web" in words(found)


def test_no_recommender_at_all() -> None:
    cluster = healthy()
    scaler(cluster)
    assert "no VPA recommender runs" in only(cluster).message


def test_a_workload_that_is_switched_off_needs_no_recommendation() -> None:
    cluster = healthy()
    recommender(cluster)
    top = cluster.get("Deployment", "web")
    scaler(cluster)
    top["spec"]["replicas"] = 0
    top["status"] |= {"replicas": 0, "readyReplicas": 0}
    for each in ("Pod", "ReplicaSet"):
        while any(o["kind"] == each and o["metadata"]["name"].startswith("web") for o in cluster.objects):
            cluster.remove(cluster.get(each, "web"))
    assert not loud(cluster.diagnose())


def test_goldilocks_that_made_none() -> None:
    cluster = healthy()
    recommender(cluster)
    cluster.get("Namespace", "shop")["metadata"]["labels"] = {"goldilocks.fairwinds.com/enabled": "true"}
    cluster.workload("cart")
    scaler(cluster, "cart", recommendation=SAID)
    found = only(cluster)
    assert (found.code, found.subject.name) == ("VPA-NOT-MADE", "shop")
    assert "Deployment/shop/web" in found.message


def sidecars(cluster: Cluster, memory: str, *, stated: bool = False) -> None:
    """A CSI driver on three nodes, whose sidecars take the default of the namespace."""
    default = {"type": "Container", "default": {"memory": memory}, "defaultRequest": {"memory": memory}}
    cluster.add("LimitRange", "defaults", "csi", spec={"limits": [default]})
    cluster.add("Namespace", "csi")
    own = {"resources": {"limits": {"memory": memory}}} if stated else {}
    extra = [{"name": name, "image": "x", **own} for name in ("node-driver-registrar", "liveness-probe")]
    cluster.workload("csi-node", "csi", kind="DaemonSet", replicas=3, service=False)
    top = cluster.get("DaemonSet", "csi-node")
    top["spec"]["template"]["spec"]["containers"] += extra
    for pod in [o for o in cluster.objects if o["kind"] == "Pod" and o["metadata"]["name"].startswith("csi-node")]:
        amounts = {"requests": {"memory": memory}, "limits": {"memory": memory}}
        running = dict(pod["status"]["containerStatuses"][0], state={"running": {"startedAt": days(20)}})
        for each in extra:
            pod["spec"]["containers"].append({**each, "resources": amounts})
            pod["status"]["containerStatuses"].append({**running, "name": each["name"]})


def test_sidecars_that_take_the_default_of_their_namespace() -> None:
    cluster = healthy()
    sidecars(cluster, "256Mi")
    found = only(cluster)
    assert (found.code, found.subject.name) == ("CSI-SIDECARS-DEFAULTED", "csi-node")
    assert "6 CSI sidecars" in found.message
    assert "1.5 GiB" in found.message


def test_sidecars_that_take_little_are_worth_knowing() -> None:
    cluster = healthy()
    sidecars(cluster, "32Mi")
    assert not loud(cluster.diagnose())


def test_sidecars_that_state_their_memory_are_fine() -> None:
    cluster = healthy()
    sidecars(cluster, "256Mi", stated=True)
    assert not cluster.diagnose()
