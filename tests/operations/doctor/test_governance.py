"""Cluster DNS, what policies generate, clocks and rollouts that are paused."""

from datetime import timedelta

import pytest

from operations.doctor.rules.network.dns import mistake_in
from tests.operations.doctor.cluster import Cluster, crashing, healthy, hours, loud, only, short, stamp, unserved, words

COREFILE = ".:53 {\n    errors\n    forward . /etc/resolv.conf\n    cache 30\n}\n"


@pytest.mark.parametrize(
    ("corefile", "mistake"),
    [
        (COREFILE, ""),
        (COREFILE.replace("forward", "foward"), "unknown directive 'foward'; did you mean 'forward'?"),
        (COREFILE.replace("}", ""), "1 brace missing at its end"),
        (".:53 {\n    kubernetes cluster.local {\n        pods insecure\n    }\n}\nimport custom/*.server\n", ""),
    ],
)
def test_mistakes_in_a_corefile(corefile: str, mistake: str) -> None:
    assert mistake_in(corefile).endswith(mistake)
    assert bool(mistake_in(corefile)) == bool(mistake)


def test_dns_that_cannot_read_its_configuration_is_the_cause() -> None:
    cluster = healthy()
    data = {"Corefile": COREFILE.replace("forward", "foward")}
    cluster.add("ConfigMap", "coredns", "kube-system", data=data)
    crashing(cluster.get("Pod", "coredns"))
    short(cluster.get("Deployment", "coredns"))
    unserved(cluster, "kube-dns")
    found = only(cluster)
    assert (found.code, str(found.subject)) == ("DNS-CONFIGURATION", "ConfigMap/kube-system/coredns")
    assert "Deployment/kube-system/coredns" in words(found)


def policy(cluster: Cluster, kind: str) -> None:
    spec = {"hard": {"pods": "20"}} if kind == "ResourceQuota" else {"limits": [{"type": "Container"}]}
    match = {"any": [{"resources": {"kinds": ["Namespace"], "selector": {"matchLabels": {"tier": "aux"}}}}]}
    generate = {"kind": kind, "name": "tier", "data": {"spec": spec}}
    rules = [{"name": "aux", "match": match, "generate": generate}]
    cluster.add("ClusterPolicy", f"make-{kind.lower()}", spec={"rules": rules})


def generated(cluster: Cluster, kind: str, **spec: object) -> None:
    labels = {"generate.kyverno.io/policy-name": f"make-{kind.lower()}", "generate.kyverno.io/rule-name": "aux"}
    cluster.add(kind, "tier", "shop", metadata={"labels": labels}, spec=spec)


def test_a_quota_that_was_not_generated() -> None:
    cluster = healthy()
    cluster.get("Namespace", "shop")["metadata"]["labels"] = {"tier": "aux"}
    for kind in ("LimitRange", "ResourceQuota"):
        policy(cluster, kind)
    generated(cluster, "LimitRange", limits=[{"type": "Container"}])
    cluster.add("ResourceQuota", "other", "kube-system")
    found = only(cluster)
    assert (found.code, str(found.subject)) == ("GENERATED-MISSING", "Namespace/shop")
    assert "ResourceQuota/shop/tier" in found.message


def test_a_quota_that_was_changed_by_hand() -> None:
    cluster = healthy()
    policy(cluster, "ResourceQuota")
    generated(cluster, "ResourceQuota", hard={"pods": "5"})
    found = only(cluster)
    assert (found.code, str(found.subject)) == ("GENERATED-DIFFERS", "ResourceQuota/shop/tier")
    assert "hard.pods is 5 instead of 20" in found.message


def test_a_limit_range_that_is_gone_leaves_its_marks_on_pods() -> None:
    cluster = healthy()
    cluster.add("LimitRange", "tier", "kube-system")
    marks = {"kubernetes.io/limit-ranger": "LimitRanger plugin set: memory limit for container web"}
    cluster.get("Pod", "web")["metadata"]["annotations"] = marks
    found = only(cluster)
    assert (found.code, str(found.subject)) == ("LIMIT-RANGE-GONE", "Namespace/shop")


def test_a_clock_that_is_ahead() -> None:
    cluster = healthy()
    for each in cluster.get("Node", "worker-b")["status"]["conditions"]:
        each["lastHeartbeatTime"] = stamp(-timedelta(minutes=12))
    found = only(cluster)
    assert (found.code, str(found.subject)) == ("CLOCK-AHEAD", "Node/worker-b")
    assert "12 minutes" in found.message


def test_a_rollout_that_somebody_paused() -> None:
    cluster = healthy()
    top = cluster.get("Deployment", "web")
    top["spec"]["paused"] = True
    top["status"]["updatedReplicas"] = 0
    top["status"]["conditions"] = [
        {"type": "Progressing", "status": "Unknown", "reason": "DeploymentPaused", "lastTransitionTime": hours(5)}
    ]
    assert only(cluster).code == "ROLLOUT-PAUSED"


def test_a_variable_that_is_no_host_is_no_dependency() -> None:
    cluster = healthy()
    unserved(cluster, "database")
    pod = cluster.get("Pod", "web-r1-x0")
    pod["spec"]["containers"][0]["env"] = [{"name": "DB_USER", "value": "database"}]
    crashing(pod)
    codes = {each.code for each in loud(cluster.diagnose())}
    assert "CONTAINER-CRASHES" in codes


def test_a_secret_that_a_volume_lacks_is_told_once() -> None:
    cluster = healthy()
    pod = cluster.get("Pod", "web-r1-x0")
    pod["spec"]["volumes"] = [{"name": "tls", "secret": {"secretName": "web-tls"}}]
    pod["status"]["containerStatuses"][0] |= {"ready": False, "state": {"waiting": {"reason": "ContainerCreating"}}}
    for each in pod["status"]["conditions"]:
        if each["type"] == "Ready":
            each |= {"status": "False", "lastTransitionTime": hours(3)}
    cluster.event(pod, "FailedMount", 'MountVolume.SetUp failed for volume "tls" : secret "web-tls" not found')
    assert only(cluster).code == "SECRET-MISSING"
