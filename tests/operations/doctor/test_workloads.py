"""Workloads, Jobs and autoscalers, broken in one place each."""

from typing import Any

import pytest

from tests.operations.doctor.cluster import (
    Cluster,
    Object,
    days,
    healthy,
    hours,
    loud,
    minutes,
    only,
    pending,
    short,
    unready,
    unserved,
    waiting,
    words,
)


def refused(cluster: Cluster, message: str, *, kind: str = "ReplicaSet", name: str = "web") -> Object:
    """A controller one of whose pods is refused."""
    owner = cluster.get(kind, name)
    cluster.remove(cluster.get("Pod", f"{owner['metadata']['name']}-"))
    cluster.event(owner, "FailedCreate", f"Error creating: {message}")
    short(cluster.get("Deployment", name), 1)
    return owner


class TestCreation:
    @pytest.mark.parametrize(
        ("message", "code", "named"),
        [
            (
                'pods "web-r1-" is forbidden: error looking up service account: serviceaccount "cart" not found',
                "SERVICE-ACCOUNT-MISSING",
                "ServiceAccount/shop/cart",
            ),
            (
                'pods "web-r1-" is forbidden: no PriorityClass with name highest was found',
                "PRIORITY-CLASS-MISSING",
                "PriorityClass/highest",
            ),
            (
                'pods "web-r1-" is forbidden: pod rejected: RuntimeClass "nvidia" not found',
                "RUNTIME-CLASS-MISSING",
                "RuntimeClass/nvidia",
            ),
            (
                'pods "web-r1-" is forbidden: violates PodSecurity "restricted:latest": privileged',
                "POD-SECURITY-REFUSES",
                "Namespace/shop",
            ),
            (
                'admission webhook "validate.policies" denied the request: image from unknown registry',
                "POLICY-REFUSES",
                "unknown registry",
            ),
            (
                'pods "web-r1-" is forbidden: failed quota: small: must specify requests.memory for: web',
                "QUOTA-NEEDS-REQUESTS",
                "ResourceQuota/shop/small",
            ),
            (
                'pods "web-r1-" is forbidden: maximum memory usage per Container is 4Gi, but limit is 8Gi',
                "LIMIT-RANGE-REFUSES",
                "but limit is 8Gi",
            ),
        ],
    )
    def test_the_api_server_says_why(self, message: str, code: str, named: str) -> None:
        cluster = healthy()
        refused(cluster, message)
        found = only(cluster)
        assert (found.code, str(found.subject)) == (code, "Deployment/shop/web")
        assert named in words(found)

    def test_a_quota(self) -> None:
        cluster = healthy()
        status = {"hard": {"requests.memory": "2Gi"}, "used": {"requests.memory": "1536Mi"}}
        cluster.add("ResourceQuota", "small", "shop", status=status)
        refused(
            cluster,
            'pods "web-r1-" is forbidden: exceeded quota: '
            "small, requested: requests.memory=1Gi, used: requests.memory=1536Mi, limited: requests.memory=2Gi",
        )
        found = only(cluster)
        assert found.code == "QUOTA-BLOCKS-PODS"
        for each in ("ResourceQuota/shop/small", "1Gi", "1536Mi", "2Gi", "2560Mi"):
            assert each in words(found)

    def test_a_quota_whose_events_are_gone(self) -> None:
        cluster = healthy()
        status = {"hard": {"pods": "2"}, "used": {"pods": "2"}}
        cluster.add("ResourceQuota", "small", "shop", status=status)
        cluster.get("StatefulSet", "database")["spec"]["replicas"] = 2
        found = only(cluster)
        assert (found.code, str(found.subject)) == ("QUOTA-BLOCKS-PODS", "StatefulSet/shop/database")

    def test_a_webhook_that_nobody_answers(self) -> None:
        cluster = healthy()
        policy = cluster.workload("policy", "kube-system")
        waiting(cluster.get("Pod", "policy"), "ImagePullBackOff", "registry.lan/policy:1.0: not found")
        short(policy)
        unserved(cluster, "policy")
        hook = {
            "name": "check.policy.lan",
            "failurePolicy": "Fail",
            "clientConfig": {"service": {"namespace": "kube-system", "name": "policy"}},
            "rules": [{"resources": ["pods"]}],
        }
        cluster.add("ValidatingWebhookConfiguration", "policy", webhooks=[hook])
        refused(
            cluster,
            'Internal error occurred: failed calling webhook "check.policy.lan": '
            'Post "https://policy.kube-system.svc:443/": connection refused',
        )
        found = only(cluster)
        assert (found.code, str(found.subject)) == ("IMAGE-NOT-FOUND", "Deployment/kube-system/policy")
        for each in ("ValidatingWebhookConfiguration/policy", "Deployment/shop/web", "Service/kube-system/policy"):
            assert each in words(found)

    def test_a_webhook_without_its_service(self) -> None:
        cluster = healthy()
        hook = {
            "name": "check.policy.lan",
            "clientConfig": {"service": {"namespace": "gone", "name": "policy"}},
            "rules": [{"resources": ["pods"]}],
        }
        cluster.add("MutatingWebhookConfiguration", "policy", webhooks=[hook])
        found = only(cluster)
        assert found.code == "WEBHOOK-WITHOUT-PODS"
        assert "Service/gone/policy" in found.message


class TestRollouts:
    def test_a_stateful_set_whose_first_pod_blocks_the_others(self) -> None:
        cluster = healthy()
        top = cluster.get("StatefulSet", "database")
        top["spec"]["replicas"] = 3
        waiting(cluster.get("Pod", "database-0"), "ImagePullBackOff", "registry.lan/database:1.0: not found")
        short(top)
        unserved(cluster, "database")
        found = only(cluster)
        assert (found.code, str(found.subject)) == ("IMAGE-NOT-FOUND", "StatefulSet/shop/database")

    def test_a_change_that_nobody_acts_on(self) -> None:
        cluster = healthy()
        cluster.get("Deployment", "web")["metadata"]["generation"] = 4
        assert only(cluster).code == "CONTROLLER-SILENT"

    def test_cluster_dns_that_was_scaled_to_zero(self) -> None:
        cluster = healthy()
        top = cluster.get("Deployment", "coredns")
        top["spec"]["replicas"] = 0
        cluster.remove(cluster.get("Pod", "coredns"))
        top["status"] |= {"replicas": 0, "readyReplicas": 0}
        cluster.get("ReplicaSet", "coredns")["spec"]["replicas"] = 0
        unserved(cluster, "kube-dns")
        found = only(cluster)
        assert found.code == "ESSENTIAL-SCALED-DOWN"


class TestJobs:
    def cron(self, cluster: Cluster, **spec: Any) -> Object:
        status = {"lastScheduleTime": "2027-03-01T03:00:00Z", "lastSuccessfulTime": "2027-03-01T03:05:00Z"}
        return cluster.add(
            "CronJob", "backup", "shop", spec={"schedule": "0 3 * * *", "jobTemplate": {}, **spec}, status=status
        )

    def job(self, cluster: Cluster, cron: Object, name: str, **status: Any) -> Object:
        return cluster.add("Job", name, "shop", cron, spec={"template": {"spec": {}}, "backoffLimit": 2}, status=status)

    def test_one_that_runs_is_fine(self) -> None:
        cluster = healthy()
        self.cron(cluster)
        assert not loud(cluster.diagnose())

    def test_one_that_is_to_run_in_its_own_time_zone_is_fine(self) -> None:
        cluster = healthy()
        cron = self.cron(cluster, timeZone="America/New_York")
        cron["status"] = {"lastScheduleTime": "2027-03-01T08:00:00Z", "lastSuccessfulTime": "2027-03-01T08:05:00Z"}
        assert not loud(cluster.diagnose())

    def test_one_that_waits_for_its_own_last_run(self) -> None:
        cluster = healthy()
        cron = self.cron(cluster, concurrencyPolicy="Forbid")
        cron["status"] = {"lastScheduleTime": "2027-02-26T03:00:00Z", "lastSuccessfulTime": "2027-02-25T03:05:00Z"}
        self.job(cluster, cron, "backup-7", active=1, startTime="2027-02-26T03:00:00Z")
        found = only(cluster)
        assert (found.code, str(found.subject)) == ("CRONJOB-BLOCKED", "CronJob/shop/backup")
        assert "Job/shop/backup-7" in found.message
        assert "5 minutes" in found.message

    def test_one_that_did_not_run(self) -> None:
        cluster = healthy()
        cron = self.cron(cluster, startingDeadlineSeconds=5)
        cron["status"] = {"lastScheduleTime": "2027-02-20T03:00:00Z", "lastSuccessfulTime": "2027-02-20T03:05:00Z"}
        found = only(cluster)
        assert found.code == "CRONJOB-MISSED"
        assert "startingDeadlineSeconds is 5" in found.message

    def test_one_whose_time_zone_does_not_exist(self) -> None:
        cluster = healthy()
        self.cron(cluster, timeZone="Europe/Oslo2")
        assert only(cluster).code == "CRONJOB-SCHEDULE-INVALID"

    def test_one_that_was_suspended_by_hand(self) -> None:
        cluster = healthy()
        cron = self.cron(cluster, suspend=True)
        cron["metadata"]["annotations"] = {
            "kubectl.kubernetes.io/last-applied-configuration": '{"spec":{"schedule":"0 3 * * *"}}'
        }
        found = only(cluster)
        assert found.code == "CRONJOB-SUSPENDED"
        assert "by hand" in words(found)

    def test_one_whose_runs_all_fail(self) -> None:
        cluster = healthy()
        cron = self.cron(cluster)
        cron["status"] = {"lastScheduleTime": "2027-03-01T03:00:00Z", "lastSuccessfulTime": "2027-02-20T03:05:00Z"}
        failed = {
            "type": "Failed",
            "status": "True",
            "reason": "BackoffLimitExceeded",
            "message": "Job has reached the specified backoff limit",
            "lastTransitionTime": hours(8),
        }
        job = self.job(cluster, cron, "backup-9", conditions=[failed])
        pod = cluster.pod("backup-9-x", "shop", job, spec={"containers": [{"name": "dump"}]})
        pod["status"] = {
            "phase": "Failed",
            "containerStatuses": [
                {
                    "name": "dump",
                    "state": {"terminated": {"exitCode": 2, "reason": "Error", "message": "access denied"}},
                }
            ],
        }
        found = only(cluster)
        assert str(found.subject) == "CronJob/shop/backup"
        for each in ("Job/shop/backup-9", "exit code 2", "access denied", "2027-02-20T03:05:00Z", "backoffLimit 2"):
            assert each in words(found)

    def test_a_run_that_did_nothing(self) -> None:
        cluster = healthy()
        cron = self.cron(cluster)
        for number, took in ((1, 12), (2, 13), (3, 0.05)):
            job = self.job(
                cluster,
                cron,
                f"backup-{number}",
                startTime=hours(100 - number),
                completionTime=hours(100 - number - took / 60),
            )
            job["metadata"]["creationTimestamp"] = hours(100 - number)
        assert only(cluster).code == "CRONJOB-SUSPICIOUSLY-SHORT"


class TestAutoscalers:
    def scaler(self, cluster: Cluster, *conditions: Object, target: str = "web") -> Object:
        metric = {
            "type": "Resource",
            "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}},
        }
        spec = {
            "scaleTargetRef": {"kind": "Deployment", "name": target},
            "minReplicas": 1,
            "maxReplicas": 2,
            "metrics": [metric],
        }
        measured = {"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 140}}}
        status = {"currentReplicas": 2, "conditions": list(conditions), "currentMetrics": [measured]}
        return cluster.add("HorizontalPodAutoscaler", "web", "shop", spec=spec, status=status)

    def test_one_without_a_request_to_measure_against(self) -> None:
        cluster = healthy()
        said = (
            "the HPA was unable to compute the replica count: failed to get cpu utilization: missing request "
            "for cpu in container web"
        )
        self.scaler(
            cluster,
            {
                "type": "ScalingActive",
                "status": "False",
                "reason": "FailedGetResourceMetric",
                "message": said,
                "lastTransitionTime": days(2),
            },
        )
        found = only(cluster)
        assert found.code == "AUTOSCALER-WITHOUT-REQUEST"
        assert "Deployment/shop/web" in words(found)

    def test_one_without_metrics(self) -> None:
        cluster = healthy()
        cluster.get("Deployment", "web")["spec"]["template"]["spec"]["containers"][0]["resources"] = {
            "requests": {"cpu": "1"}
        }
        said = (
            "unable to get metrics for resource cpu: the server could not find the requested resource (get "
            "pods.metrics.k8s.io)"
        )
        self.scaler(
            cluster,
            {
                "type": "ScalingActive",
                "status": "False",
                "reason": "FailedGetResourceMetric",
                "message": said,
                "lastTransitionTime": days(2),
            },
        )
        found = only(cluster)
        assert found.code == "AUTOSCALER-WITHOUT-METRICS"
        assert "metrics-server" in found.message

    def test_one_at_its_maximum(self) -> None:
        cluster = healthy()
        self.scaler(
            cluster,
            {"type": "ScalingLimited", "status": "True", "reason": "TooManyReplicas", "lastTransitionTime": hours(5)},
        )
        found = only(cluster)
        assert found.code == "AUTOSCALER-AT-MAXIMUM"
        assert "140 %" in found.message

    def test_one_for_nothing(self) -> None:
        cluster = healthy()
        self.scaler(cluster, target="webb")
        assert only(cluster).code == "AUTOSCALER-TARGET-MISSING"


def test_a_budget_that_holds_a_drain_up() -> None:
    cluster = healthy()
    node = cluster.get("Node", "worker-a")
    taint = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule", "timeAdded": hours(2)}
    node["spec"] = {"unschedulable": True, "taints": [taint]}
    for each in [
        one for one in cluster.objects if one["kind"] == "Pod" and not one["metadata"]["name"].startswith("database")
    ]:
        each["spec"]["nodeName"] = "worker-b"
    spec = {"minAvailable": 1, "selector": {"matchLabels": {"app": "database"}}}
    cluster.add(
        "PodDisruptionBudget",
        "database",
        "shop",
        spec=spec,
        status={"disruptionsAllowed": 0, "currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 1},
    )
    found = only(cluster)
    assert (found.code, str(found.subject)) == ("BUDGET-BLOCKS-DRAIN", "PodDisruptionBudget/shop/database")
    for each in ("Node/worker-a", "Pod/shop/database-0", "minAvailable 1"):
        assert each in words(found)


def test_unready_pods_without_a_reason_are_named_too() -> None:
    cluster = healthy()
    unready(cluster.get("Pod", "database-0"))
    short(cluster.get("StatefulSet", "database"))
    unserved(cluster, "database")
    found = only(cluster)
    assert str(found.subject) == "StatefulSet/shop/database"
    assert minutes(1) > hours(1)
    pending(cluster.get("Pod", "web"))
