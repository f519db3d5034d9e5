"""Causes that look alike, told apart; and causes of which several things follow, told once."""

from tests.operations.doctor.cluster import (
    Cluster,
    crashing,
    days,
    healthy,
    hours,
    loud,
    only,
    pending,
    short,
    unserved,
    waiting,
    words,
)


def static_pod(cluster: Cluster, component: str) -> dict[str, object]:
    """A part of the control plane, which its node owns."""
    labels = {"component": component, "tier": "control-plane"}
    spec = {"containers": [{"name": component, "image": f"registry.k8s.io/{component}:v1.36.1"}]}
    name, node = f"{component}-control", cluster.get("Node", "control")
    return cluster.pod(name, "kube-system", node, spec=spec, labels=labels, node="control")


def kill_for_memory(cluster: Cluster) -> None:
    """The database was killed four times at its limit, two hours ago for the last time, and runs again."""
    pod = cluster.get("Pod", "database-")
    pod["spec"]["containers"][0]["resources"] = {"limits": {"memory": "2Gi"}}
    ended = {"exitCode": 137, "reason": "OOMKilled", "startedAt": days(6), "finishedAt": hours(2)}
    running = {"state": {"running": {"startedAt": hours(2)}}, "lastState": {"terminated": ended}, "restartCount": 4}
    pod["status"]["containerStatuses"][0] |= running


def test_a_scheduler_that_crashes_is_the_cause_of_pods_that_nobody_looks_at() -> None:
    cluster = healthy()
    crashing(static_pod(cluster, "kube-scheduler"))
    pod = cluster.get("Pod", "web-")
    pending(pod)
    pod["status"]["conditions"] = []
    found = only(cluster)
    assert str(found.subject) == "Pod/kube-system/kube-scheduler-control"
    assert "Deployment/shop/web" in words(found)


def test_a_controller_manager_that_crashes_is_the_cause_of_changes_that_nobody_acts_on() -> None:
    cluster = healthy()
    crashing(static_pod(cluster, "kube-controller-manager"))
    cluster.get("Deployment", "web")["metadata"]["generation"] = 4
    found = only(cluster)
    assert str(found.subject) == "Pod/kube-system/kube-controller-manager-control"
    assert "generation 4" in words(found)


def test_names_that_nobody_resolves_follow_from_dns_that_is_down() -> None:
    cluster = healthy()
    for name in ("web", "database"):
        crashing(cluster.get("Pod", f"{name}-"), message="getaddrinfo: Temporary failure in name resolution")
    waiting(cluster.get("Pod", "coredns"), "ImagePullBackOff", "registry.lan/coredns:1.0: not found")
    short(cluster.get("Deployment", "coredns"))
    unserved(cluster, "kube-dns")
    found = only(cluster)
    assert (found.code, found.subject.name) == ("IMAGE-NOT-FOUND", "coredns")
    assert "StatefulSet/shop/database" in words(found)


def test_dns_that_asks_itself() -> None:
    cluster = healthy()
    crashing(
        cluster.get("Pod", "coredns"), message='[FATAL] plugin/loop: Loop (127.0.0.1:37000 -> :53) detected for "."'
    )
    found = only(cluster)
    assert found.code == "DNS-LOOP"
    assert "forward" in found.fix


def test_a_disk_that_is_full_for_every_instance_is_told_once() -> None:
    cluster = healthy()
    top = cluster.workload("logs", kind="StatefulSet", replicas=2)
    for number in range(2):
        claim = cluster.claim(f"logs-{number}")
        pod = cluster.get("Pod", f"logs-{number}")
        pod["spec"]["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": claim["metadata"]["name"]}}]
        crashing(pod, message="write /data/x: no space left on device")
    short(top)
    unserved(cluster, "logs")
    found = only(cluster)
    assert found.code == "VOLUME-FULL"
    assert "PersistentVolumeClaim/shop/logs-1" in words(found)


def test_a_disk_that_was_full_long_ago_is_history() -> None:
    cluster = healthy()
    status = cluster.get("Pod", "web-")["status"]["containerStatuses"][0]
    ended = {"exitCode": 1, "message": "no space left on device", "startedAt": days(21), "finishedAt": days(20)}
    status |= {"restartCount": 1, "lastState": {"terminated": ended}}
    assert not loud(cluster.diagnose())


def test_a_secret_that_several_variables_take_is_told_once() -> None:
    cluster = healthy()
    keys = ("database", "mail", "cache")
    variables = [{"name": k.upper(), "valueFrom": {"secretKeyRef": {"name": "gone", "key": k}}} for k in keys]
    pod = cluster.get("Pod", "web-")
    pod["spec"]["containers"][0]["env"] = variables
    waiting(pod, "CreateContainerConfigError", 'secret "gone" not found')
    assert only(cluster).code == "SECRET-MISSING"


def test_a_secret_that_external_secrets_wrote_and_somebody_deleted() -> None:
    cluster = healthy()
    spec = {"target": {"name": "gone"}, "data": [{"secretKey": "database"}], "refreshInterval": "1h"}
    ready = {"type": "Ready", "status": "True", "reason": "SecretSynced", "lastTransitionTime": days(9)}
    cluster.add("ExternalSecret", "gone", "shop", spec=spec, status={"conditions": [ready]})
    pod = cluster.get("Pod", "web-")
    pod["spec"]["containers"][0]["envFrom"] = [{"secretRef": {"name": "gone"}}]
    waiting(pod, "CreateContainerConfigError", 'secret "gone" not found')
    assert "force-sync" in only(cluster).fix


def test_memory_that_grows_anew_after_each_kill_is_a_leak() -> None:
    cluster = healthy()
    kill_for_memory(cluster)
    climb = [900.0, 1100.0, 1300.0, 1500.0, 1700.0, 1900.0]
    cluster.used("StatefulSet/database", "database", climb * 5, oom_kills=4)
    found = only(cluster)
    assert (found.code, found.subject.name) == ("MEMORY-LEAK", "database")
    assert "200 MiB a day" in found.message


def test_a_kill_today_counts_though_it_runs_again() -> None:
    cluster = healthy()
    kill_for_memory(cluster)
    assert only(cluster).code == "OOM-LIMIT-TOO-LOW"


def test_a_folder_of_the_node_that_is_not_there() -> None:
    cluster = healthy()
    pod = cluster.get("Pod", "database-")
    pod["spec"]["volumes"] = [{"name": "films", "hostPath": {"path": "/mnt/usb/films", "type": "Directory"}}]
    waiting(pod, "ContainerCreating")
    said = 'MountVolume.SetUp failed for volume "films" : hostPath type check failed: /mnt/usb/films is not a directory'
    cluster.event(pod, "FailedMount", said)
    found = only(cluster)
    assert (found.code, found.subject.name) == ("HOST-PATH-MISSING", "database")
    assert "findmnt -T /mnt/usb/films" in found.fix


def test_a_quota_on_storage_is_told_in_bytes_of_claims() -> None:
    cluster = healthy()
    top = cluster.get("StatefulSet", "database")
    top["spec"]["replicas"] = 2
    cluster.add("ResourceQuota", "small", "shop", status={"hard": {"requests.storage": "30Gi"}, "used": {}})
    amounts = "requested: requests.storage=22Gi, used: requests.storage=22Gi, limited: requests.storage=30Gi"
    refused = f"exceeded quota: small, {amounts}"
    cluster.event(
        top, "FailedCreate", f'create Pod database-1 failed: persistentvolumeclaims "x" is forbidden: {refused}'
    )
    found = only(cluster)
    assert found.code == "QUOTA-BLOCKS-PODS"
    assert "another claim" in found.message
    assert "at least 44Gi" in found.fix


def scheduled(cluster: Cluster, due: str, **spec: object) -> None:
    status = {"lastScheduleTime": days(3), "nextScheduleTime": due}
    wanted = {"cluster": {"name": "pg"}, "schedule": "0 30 2 * * *", **spec}
    version = "postgresql.cnpg.io/v1"
    cluster.add("ScheduledBackup", "pg-daily", "shop", apiVersion=version, spec=wanted, status=status)


def test_a_backup_that_nobody_started() -> None:
    cluster = healthy()
    scheduled(cluster, days(2))
    found = only(cluster)
    assert (found.code, found.subject.name) == ("BACKUP-NOT-STARTED", "pg-daily")


def test_a_backup_follows_from_its_operator() -> None:
    cluster = healthy()
    scheduled(cluster, days(2))
    top = cluster.workload("cnpg-cloudnative-pg", "kube-system", service=False)
    crashing(cluster.get("Pod", "cnpg"))
    short(top)
    assert only(cluster).subject.name == "cnpg-cloudnative-pg"


def test_a_backup_that_is_due_later_or_suspended_is_fine() -> None:
    for due, spec in ((days(-0.5), {}), (days(2), {"suspend": True})):
        cluster = healthy()
        scheduled(cluster, due, **spec)
        assert not loud(cluster.diagnose())
