"""Healthy clusters, and those that only look ill."""

from datetime import timedelta

from tests.operations.doctor.cluster import NOW, days, healthy, hours, loud, minutes, pending, stamp, waiting


def test_a_healthy_cluster_is_silent() -> None:
    assert not healthy().diagnose()


def test_a_pod_that_was_pending_and_runs_is_fine() -> None:
    cluster = healthy()
    cluster.event(
        cluster.get("Pod", "web"), "FailedScheduling", "0/3 nodes are available: 3 node(s) were unschedulable"
    )
    assert not cluster.diagnose()


def test_a_pod_may_wait_for_some_minutes() -> None:
    cluster = healthy()
    pending(cluster.get("Pod", "web-r1-x1"), ago=0.05)
    assert not loud(cluster.diagnose())


def test_a_large_image_may_take_its_time() -> None:
    cluster = healthy()
    pod = cluster.get("Pod", "web-r1-x1")
    waiting(pod, "ContainerCreating", ago=0.2)
    cluster.event(pod, "Pulling", 'Pulling image "registry.lan/web:1.0"', kind="Normal")
    cluster.get("Deployment", "web")["status"]["readyReplicas"] = 1
    assert not loud(cluster.diagnose())


def test_what_was_scaled_to_zero_is_off_on_purpose() -> None:
    cluster = healthy()
    top = cluster.get("Deployment", "web")
    top["spec"]["replicas"] = 0
    top["status"] |= {"replicas": 0, "readyReplicas": 0}
    cluster.remove(
        *[each for each in cluster.objects if each["kind"] == "Pod" and each["metadata"]["name"].startswith("web")]
    )
    cluster.get("ReplicaSet", "web")["spec"]["replicas"] = 0
    cluster.get("EndpointSlice", "web")["endpoints"] = []
    assert not loud(cluster.diagnose())


def test_restarts_of_long_ago_are_history() -> None:
    cluster = healthy()
    status = cluster.get("Pod", "web")["status"]["containerStatuses"][0]
    ended = {"exitCode": 137, "reason": "OOMKilled", "startedAt": days(11), "finishedAt": days(10)}
    status |= {"restartCount": 14, "lastState": {"terminated": ended}, "state": {"running": {"startedAt": days(10)}}}
    assert not loud(cluster.diagnose())


def test_what_came_up_after_a_reboot_with_some_tries_is_fine() -> None:
    cluster = healthy()
    for each in cluster.get("Node", "worker-a")["status"]["conditions"]:
        each["lastTransitionTime"] = minutes(20)
    status = cluster.get("Pod", "web")["status"]["containerStatuses"][0]
    ended = {"exitCode": 1, "reason": "Error", "startedAt": minutes(18), "finishedAt": minutes(17)}
    status |= {"restartCount": 5, "lastState": {"terminated": ended}, "state": {"running": {"startedAt": minutes(15)}}}
    assert not loud(cluster.diagnose())


def test_evicted_pods_that_were_replaced_are_records() -> None:
    cluster = healthy()
    owner = cluster.get("ReplicaSet", "web")
    old = cluster.pod("web-r1-old", "shop", owner, spec={"containers": [{"name": "web"}]}, labels={"app": "web"})
    old["status"] = {
        "phase": "Failed",
        "reason": "Evicted",
        "message": "The node was low on resource: memory. ",
        "startTime": days(5),
    }
    found = cluster.diagnose()
    assert [each.code for each in found] == ["EVICTED-PODS-LEFT"]
    assert not loud(found)


def test_a_job_that_failed_once_and_then_succeeded_is_fine() -> None:
    cluster = healthy()
    cron = cluster.add("CronJob", "report", "shop", spec={"schedule": "0 * * * *", "jobTemplate": {}}, status={})
    cron["status"] = {"lastScheduleTime": "2027-03-01T12:00:00Z", "lastSuccessfulTime": "2027-03-01T11:05:00Z"}
    failed = cluster.add("Job", "report-1", "shop", cron, spec={"template": {"spec": {}}})
    failed["status"] = {
        "conditions": [
            {"type": "Failed", "status": "True", "lastTransitionTime": hours(2), "reason": "BackoffLimitExceeded"}
        ]
    }
    assert not loud(cluster.diagnose())


def test_a_suspended_job_that_says_why_is_off_on_purpose() -> None:
    cluster = healthy()
    cron = cluster.add("CronJob", "report", "shop", spec={"schedule": "0 * * * *", "suspend": True, "jobTemplate": {}})
    cron["metadata"]["annotations"] = {"shop.example/suspended": "until the new database is in use"}
    (found,) = cluster.diagnose()
    assert found.severity == "info"
    assert "until the new database is in use" in found.message


def test_an_autoscaler_at_its_minimum_is_fine() -> None:
    cluster = healthy()
    limited = {"type": "ScalingLimited", "status": "True", "reason": "TooFewReplicas", "lastTransitionTime": days(2)}
    spec = {"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "minReplicas": 2, "maxReplicas": 5}
    cluster.add(
        "HorizontalPodAutoscaler", "web", "shop", spec=spec, status={"currentReplicas": 2, "conditions": [limited]}
    )
    assert not loud(cluster.diagnose())


def test_a_claim_that_nobody_uses_waits_for_its_first_pod() -> None:
    cluster = healthy()
    claim = cluster.add(
        "PersistentVolumeClaim", "try", "shop", spec={"storageClassName": "block"}, status={"phase": "Pending"}
    )
    assert claim["metadata"]["creationTimestamp"] == stamp(timedelta(days=30))
    assert [each.code for each in cluster.diagnose()] == ["CLAIM-UNUSED"]
    assert not loud(cluster.diagnose())


def test_a_cordoned_node_from_which_nothing_waits_is_worth_knowing() -> None:
    cluster = healthy()
    cluster.get("Node", "worker-b")["spec"]["unschedulable"] = True
    assert [(each.code, each.severity) for each in cluster.diagnose()] == [("NODE-CORDONED", "info")]


def test_the_time_of_the_observation_counts_and_not_the_clock() -> None:
    assert healthy().observe().now == NOW
