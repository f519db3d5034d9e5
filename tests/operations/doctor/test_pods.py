"""Pods that do not run, broken in one place each: the cause is named, once, with the objects and numbers."""

from datetime import timedelta
from typing import Any

import pytest

from tests.operations.doctor.cluster import (
    NOW,
    Cluster,
    Object,
    crashing,
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


def new_revision(cluster: Cluster, name: str = "web", **container: Any) -> Object:
    """A rollout that changed the container, and its first pod."""
    top = cluster.get("Deployment", name)
    old = cluster.get("ReplicaSet", name)
    template = {
        "metadata": {"labels": {"app": name}},
        "spec": {"containers": [{**top["spec"]["template"]["spec"]["containers"][0], **container}]},
    }
    assert old["spec"]["template"] != template
    top["spec"]["template"] = template
    made = cluster.revision(top, 2, replicas=1, template=template)
    return cluster.pod(f"{name}-r2-x0", "shop", made, spec=dict(template["spec"]), labels={"app": name})


class TestPending:
    def test_a_cordoned_cluster(self) -> None:
        cluster = healthy()
        for name in ("worker-a", "worker-b"):
            cluster.get("Node", name)["spec"] |= {
                "unschedulable": True,
                "taints": [{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule", "timeAdded": hours(44)}],
            }
        for each in ("web-r1-x0", "database-0"):
            pending(cluster.get("Pod", each))
        found = only(cluster)
        assert (found.code, str(found.subject)) == ("NODE-CORDONED", "Node/worker-a")
        assert hours(44) in words(found)
        for each in ("Node/worker-b", "Deployment/shop/web", "StatefulSet/shop/database"):
            assert each in words(found)

    def test_a_label_that_no_node_has(self) -> None:
        cluster = healthy()
        pod = cluster.get("Pod", "web-r1-x0")
        pod["spec"]["nodeSelector"] = {"disk": "fast"}
        pending(pod)
        found = only(cluster)
        assert (found.code, str(found.subject)) == ("NODE-LABEL-MISSING", "Deployment/shop/web")
        assert "disk=fast" in found.message

    def test_a_taint_that_somebody_put_on_the_workers(self) -> None:
        cluster = healthy()
        for name in ("worker-a", "worker-b"):
            cluster.get("Node", name)["spec"]["taints"] = [
                {"key": "maintenance", "value": "true", "effect": "NoSchedule"}
            ]
        pending(cluster.get("Pod", "web-r1-x0"))
        found = only(cluster)
        assert found.code == "TAINT-NOT-TOLERATED"
        assert "maintenance=true:NoSchedule" in found.message
        assert "control-plane" not in found.message

    def test_a_pod_that_is_larger_than_any_node(self) -> None:
        cluster = healthy()
        pod = cluster.get("Pod", "web-r1-x0")
        pod["spec"]["containers"][0]["resources"] = {"requests": {"memory": "20Gi"}}
        pending(pod)
        found = only(cluster)
        assert found.code == "POD-TOO-LARGE"
        assert "20Gi" in found.message
        assert "16Gi" in found.message

    def test_nodes_without_room(self) -> None:
        cluster = healthy()
        for node in ("worker-a", "worker-b"):
            cluster.workload(f"big-{node}", node=node, service=False, resources={"requests": {"memory": "14Gi"}})
        pod = cluster.get("Pod", "web-r1-x0")
        pod["spec"]["containers"][0]["resources"] = {"requests": {"memory": "6Gi"}}
        pending(pod)
        found = only(cluster)
        assert found.code == "NO-ROOM-ON-NODES"
        assert "6Gi" in found.message
        assert "2Gi of 16Gi on worker-a" in found.message

    def test_a_gpu_whose_plugin_does_not_run(self) -> None:
        cluster = healthy()
        cluster.node("gpu", labels={"nvidia.com/gpu.present": "true"}, nvidia__com_gpu="0")
        node = cluster.get("Node", "gpu")
        for key in ("capacity", "allocatable"):
            node["status"][key] = {**node["status"][key], "nvidia.com/gpu": "0"}
        plugin = cluster.workload("nvidia-device-plugin", "kube-system", kind="DaemonSet", node="gpu", service=False)
        crashing(cluster.get("Pod", "nvidia-device-plugin"), code=1)
        plugin["status"]["numberReady"] = 0
        pod = cluster.get("Pod", "web-r1-x0")
        pod["spec"]["containers"][0]["resources"] = {"limits": {"nvidia.com/gpu": "1"}}
        pending(pod)
        found = only(cluster)
        assert (found.code, str(found.subject)) == ("CONTAINER-CRASHES", "DaemonSet/kube-system/nvidia-device-plugin")
        assert "Node/gpu" in words(found)
        assert "Deployment/shop/web" in words(found)

    def test_a_volume_in_a_zone_without_nodes(self) -> None:
        cluster = healthy()
        cluster.claim("data")
        terms = [{"matchExpressions": [{"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["attic"]}]}]
        cluster.get("PersistentVolume", "pv-data")["spec"]["nodeAffinity"] = {"required": {"nodeSelectorTerms": terms}}
        pod = cluster.get("Pod", "web-r1-x0")
        pod["spec"]["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
        pending(pod)
        found = only(cluster)
        assert found.code == "VOLUME-ELSEWHERE"
        assert "topology.kubernetes.io/zone=attic" in found.message

    def test_a_claim_of_a_class_that_does_not_exist(self) -> None:
        cluster = healthy()
        claim = cluster.claim("data", storage_class="blok")
        cluster.remove(cluster.get("PersistentVolume", "pv-data"))
        claim["spec"].pop("volumeName")
        claim["status"] = {"phase": "Pending"}
        pod = cluster.get("Pod", "database-0")
        pod["spec"]["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
        pending(pod, "pod has unbound immediate PersistentVolumeClaims")
        short(cluster.get("StatefulSet", "database"))
        unserved(cluster, "database")
        found = only(cluster)
        assert (found.code, str(found.subject)) == ("STORAGE-CLASS-MISSING", "PersistentVolumeClaim/shop/data")
        assert "StatefulSet/shop/database" in words(found)

    def test_pods_that_must_be_apart(self) -> None:
        cluster = healthy()
        cluster.get("Node", "worker-b")["spec"]["taints"] = [{"key": "own", "effect": "NoSchedule"}]
        pod = cluster.get("Pod", "web-r1-x0")
        term = {"labelSelector": {"matchLabels": {"app": "web"}}, "topologyKey": "kubernetes.io/hostname"}
        pod["spec"]["affinity"] = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
        pending(pod)
        assert only(cluster).code == "PODS-APART"

    def test_a_scheduler_that_does_not_exist(self) -> None:
        cluster = healthy()
        pod = cluster.get("Pod", "web-r1-x0")
        pending(pod)
        pod["status"] = {"phase": "Pending"}
        pod["spec"]["schedulerName"] = "clever"
        found = only(cluster)
        assert found.code == "SCHEDULER-MISSING"
        assert "clever" in found.message


class TestImages:
    @pytest.mark.parametrize(
        ("said", "code"),
        [
            ("failed to resolve reference: registry.lan/web:1.0: not found", "IMAGE-NOT-FOUND"),
            ("unexpected status from HEAD request: 429 Too Many Requests", "IMAGE-RATE-LIMIT"),
            ("no match for platform in manifest: not found", "IMAGE-PLATFORM"),
            ("failed to do request: dial tcp: lookup registry.lan: no such host", "REGISTRY-UNREACHABLE"),
            ("tls: failed to verify certificate: x509: certificate has expired", "REGISTRY-CERTIFICATE"),
            ("pull access denied, repository does not exist or may require authorization", "IMAGE-UNAUTHORIZED"),
            ("write /var/lib/containerd: no space left on device", "NODE-DISK-FULL"),
        ],
    )
    def test_the_registry_says_why(self, said: str, code: str) -> None:
        cluster = healthy()
        waiting(
            cluster.get("Pod", "web-r1-x0"),
            "ImagePullBackOff",
            f'Back-off pulling image "registry.lan/web:1.0": ErrImagePull: {said}',
        )
        short(cluster.get("Deployment", "web"), 1)
        found = only(cluster)
        assert found.code == code
        assert "registry.lan/web:1.0" in words(found)
        assert "Deployment/shop/web" in words(found)

    def test_a_pull_secret_that_does_not_exist(self) -> None:
        cluster = healthy()
        pod = cluster.get("Pod", "web-r1-x0")
        pod["spec"]["imagePullSecrets"] = [{"name": "pull"}]
        waiting(pod, "ErrImagePull", "unexpected status from HEAD request: 401 Unauthorized")
        found = only(cluster)
        assert found.code == "PULL-SECRET-MISSING"
        assert "Secret/shop/pull" in found.message

    def test_a_name_that_is_none(self) -> None:
        cluster = healthy()
        pod = cluster.get("Pod", "web-r1-x0")
        pod["spec"]["containers"][0]["image"] = "Web:"
        waiting(pod, "InvalidImageName", 'couldn\'t parse image name "Web:": invalid reference format')
        assert only(cluster).code == "IMAGE-NAME-INVALID"


class TestConfiguration:
    def test_a_key_that_a_secret_does_not_have(self) -> None:
        cluster = healthy()
        pod = cluster.get("Pod", "web-r1-x0")
        source = {"secretKeyRef": {"name": "passwords", "key": "databse"}}
        pod["spec"]["containers"][0]["env"] = [{"name": "PASSWORD", "valueFrom": source}]
        waiting(pod, "CreateContainerConfigError", "couldn't find key databse in Secret shop/passwords")
        found = only(cluster)
        assert found.code == "SECRET-KEY-MISSING"
        assert "did you mean 'database'" in found.message

    def test_a_config_map_that_does_not_exist(self) -> None:
        cluster = healthy()
        pod = cluster.get("Pod", "web-r1-x0")
        pod["spec"]["volumes"] = [{"name": "conf", "configMap": {"name": "setings"}}]
        waiting(pod, "ContainerCreating")
        found = only(cluster)
        assert found.code == "CONFIGMAP-MISSING"
        assert "ConfigMap/shop/setings" in found.message

    def test_an_optional_one_is_not_missed(self) -> None:
        cluster = healthy()
        pod = cluster.get("Pod", "web-r1-x0")
        source = {"secretKeyRef": {"name": "passwords", "key": "more", "optional": True}}
        pod["spec"]["containers"][0]["env"] = [{"name": "MORE", "valueFrom": source}]
        waiting(pod, "CreateContainerConfigError", "container has runAsNonRoot and image will run as root")
        found = only(cluster)
        assert found.code == "CONTAINER-CONFIGURATION"
        assert "runAsNonRoot" in found.message


class TestCrashes:
    def test_a_default_limit_of_a_limit_range(self) -> None:
        cluster = healthy()
        limits = [{"type": "Container", "default": {"memory": "256Mi"}}]
        cluster.add("LimitRange", "defaults", "shop", spec={"limits": limits})
        pod = cluster.get("Pod", "web-r1-x0")
        pod["spec"]["containers"][0]["resources"] = {"limits": {"memory": "256Mi"}}
        pod["metadata"]["annotations"] = {
            "kubernetes.io/limit-ranger": "LimitRanger plugin set: memory limit for container web"
        }
        crashing(pod, code=137, reason="OOMKilled", ran=4000)
        found = only(cluster)
        assert found.code == "OOM-DEFAULT-LIMIT"
        assert "LimitRange/shop/defaults" in found.message
        assert "256Mi" in found.message

    def test_a_limit_that_the_new_revision_lowered(self) -> None:
        cluster = healthy()
        cluster.get("ReplicaSet", "web")["spec"]["template"]["spec"]["containers"][0]["resources"] = {
            "limits": {"memory": "1Gi"}
        }
        pod = new_revision(cluster, resources={"limits": {"memory": "300Mi"}})
        crashing(pod, code=137, reason="OOMKilled")
        found = only(cluster)
        assert found.code == "OOM-LIMIT-TOO-LOW"
        assert "300Mi" in found.message
        assert "1Gi" in found.message

    def test_a_leak(self) -> None:
        cluster = healthy()
        pod = cluster.get("Pod", "web-r1-x0")
        for one in (pod, cluster.get("Deployment", "web")["spec"]["template"]):
            one["spec"]["containers"][0]["resources"] = {"limits": {"memory": "1Gi"}}
        cluster.used("Deployment/web", "web", [200 + 28 * day for day in range(30)], oom_kills=1)
        crashing(pod, code=137, reason="OOMKilled", restarts=12, ran=40000)
        found = only(cluster)
        assert found.code == "MEMORY-LEAK"
        assert "28 MiB a day" in found.message

    def test_a_liveness_probe_that_asks_where_nobody_answers(self) -> None:
        cluster = healthy()
        probe = {
            "httpGet": {"path": "/health", "port": 8080},
            "initialDelaySeconds": 10,
            "periodSeconds": 10,
            "failureThreshold": 3,
        }
        pod = new_revision(cluster, livenessProbe=probe)
        crashing(pod, code=137, ran=70)
        cluster.event(pod, "Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 404")
        cluster.event(pod, "Killing", "Container web failed liveness probe, will be restarted", kind="Normal")
        found = only(cluster)
        assert found.code == "LIVENESS-PROBE-KILLS"
        assert "GET /health on port 8080" in found.message
        assert "404" in found.message

    def test_a_liveness_probe_whose_events_are_gone(self) -> None:
        cluster = healthy()
        probe = {"httpGet": {"path": "/health", "port": 8080}, "periodSeconds": 10, "failureThreshold": 3}
        pod = new_revision(cluster, livenessProbe=probe)
        crashing(pod, code=137, ran=60, restarts=50)
        pod["status"]["containerStatuses"][0]["started"] = True
        assert only(cluster).code == "LIVENESS-PROBE-KILLS"

    def test_a_command_that_is_not_in_the_image(self) -> None:
        cluster = healthy()
        pod = new_revision(cluster, command=["serve"])
        said = 'exec: "serve": executable file not found in $PATH'
        waiting(
            pod,
            "CrashLoopBackOff",
            lastState={"terminated": {"reason": "StartError", "exitCode": 128, "message": said}},
            restartCount=9,
        )
        found = only(cluster)
        assert found.code == "COMMAND-NOT-FOUND"
        assert "command" in words(found)

    def test_a_program_that_fails_after_a_change_names_the_change(self) -> None:
        cluster = healthy()
        pod = new_revision(cluster, image="registry.lan/web:2.0")
        crashing(pod, code=1, message="unknown setting: mode")
        short(cluster.get("Deployment", "web"), 2)
        found = only(cluster)
        assert found.code == "CONTAINER-CRASHES"
        assert "registry.lan/web:1.0 before, registry.lan/web:2.0 now" in found.message
        assert "unknown setting: mode" in found.message

    def test_values_of_variables_are_never_shown(self) -> None:
        cluster = healthy()
        pod = new_revision(cluster, env=[{"name": "PASSWORD", "value": "hunter2"}])
        crashing(pod)
        assert "hunter2" not in words(only(cluster))

    def test_what_follows_from_the_database_is_told_with_it(self) -> None:
        cluster = healthy()
        pod = cluster.get("Pod", "database-0")
        crashing(pod, code=1, message="No space left on device")
        short(cluster.get("StatefulSet", "database"))
        unserved(cluster, "database")
        web = cluster.get("Pod", "web-r1-x0")
        web["spec"]["containers"][0]["env"] = [{"name": "URL", "value": "mysql://web:secret@database.shop:80/web"}]
        crashing(web)
        found = only(cluster)
        assert str(found.subject) == "StatefulSet/shop/database"
        assert "Deployment/shop/web" in words(found)
        assert "Service/shop/database" in words(found)


class TestReadiness:
    def test_a_probe_at_a_port_that_the_container_does_not_have(self) -> None:
        cluster = healthy()
        pod = new_revision(cluster, readinessProbe={"httpGet": {"path": "/", "port": 8081}})
        unready(pod)
        pod["status"]["containerStatuses"][0]["ready"] = False
        found = only(cluster)
        assert found.code == "READINESS-PORT-WRONG"
        assert "8081" in found.message
        assert "8080" in found.message

    def test_a_startup_probe_has_its_time(self) -> None:
        cluster = healthy()
        probe = {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 10, "failureThreshold": 120}
        pod = new_revision(cluster, startupProbe=probe)
        unready(pod, ago=0.2)
        state = {"running": {"startedAt": minutes(12)}}
        pod["status"]["containerStatuses"][0] |= {"ready": False, "started": False, "state": state}
        assert not loud(cluster.diagnose())


class TestWaiting:
    def wait(self, cluster: Cluster, command: str) -> Object:
        init = {"name": "wait", "image": "busybox", "command": ["sh", "-c", command]}
        pod = cluster.get("Pod", "web-r1-x0")
        pod["spec"]["initContainers"] = [init]
        pod["status"]["initContainerStatuses"] = [
            {"name": "wait", "ready": False, "state": {"running": {"startedAt": hours(3)}}}
        ]
        waiting(pod, "PodInitializing")
        return pod

    def test_for_a_name_that_does_not_exist(self) -> None:
        cluster = healthy()
        self.wait(cluster, "until nc -z databse.shop 3306; do sleep 2; done")
        found = only(cluster)
        assert found.code == "WAITS-FOR-MISSING-SERVICE"
        assert "Service/shop/databse" in found.message
        assert "did you mean 'database'" in found.message

    def test_for_a_port_that_the_service_does_not_have(self) -> None:
        cluster = healthy()
        self.wait(cluster, "until nc -z -w2 database 3306; do sleep 2; done")
        found = only(cluster)
        assert found.code == "WAITS-FOR-WRONG-PORT"
        assert "3306" in found.message

    def test_for_a_database_that_is_down(self) -> None:
        cluster = healthy()
        self.wait(cluster, "until nc -z database 80; do sleep 2; done")
        pending(cluster.get("Pod", "database-0"))
        cluster.get("Pod", "database-0")["spec"]["nodeSelector"] = {"disk": "fast"}
        short(cluster.get("StatefulSet", "database"))
        unserved(cluster, "database")
        found = only(cluster)
        assert (found.code, str(found.subject)) == ("NODE-LABEL-MISSING", "StatefulSet/shop/database")
        assert "Deployment/shop/web" in words(found)


def test_a_pod_that_its_node_does_not_let_go() -> None:
    cluster = healthy()
    pod = cluster.get("Pod", "web-r1-x0")
    pod["metadata"] |= {"deletionTimestamp": hours(2), "finalizers": ["shop.example/keep"]}
    assert (only(cluster).code, NOW - timedelta(hours=2) < NOW) == ("POD-STUCK-TERMINATING", True)
    assert days(1) < hours(2)


LAST_WORDS = {
    "nvidia-container-cli: initialization error: nvml error: driver/library version mismatch": "GPU-DRIVER-UNUSABLE",
    "exec /entrypoint.sh: exec format error": "IMAGE-PLATFORM",
    'FATAL:  password authentication failed for user "shop"': "CREDENTIALS-REFUSED",
    "mkdir: cannot create directory '/data/cache': Permission denied": "FILES-NOT-WRITABLE",
    "PermissionError: [Errno 13] Permission denied: '/data/cache'": "FILES-NOT-WRITABLE",
    "open /data/lock: read-only file system": "FILES-NOT-WRITABLE",
    "listen tcp :8080: bind: address already in use": "PORT-IN-USE",
    "failed to create fsnotify watcher: too many open files": "TOO-MANY-OPEN-FILES",
    "inotify_add_watch /config: no space left on device": "TOO-MANY-OPEN-FILES",
    "FATAL: database files are incompatible with server": "DATA-OF-ANOTHER-VERSION",
    "upgrading from 28.0.1.1 to 31.0.2.1 is not supported": "DATA-OF-ANOTHER-VERSION",
    'Get "https://vault:8200": x509: certificate signed by unknown authority': "CERTIFICATE-REFUSED",
    "Error: unknown flag: --web.old": "OPTION-UNKNOWN",
    "panic: something else": "CONTAINER-CRASHES",
}


@pytest.mark.parametrize(("said", "code"), LAST_WORDS.items(), ids=LAST_WORDS)
def test_last_words_give_the_cause(said: str, code: str) -> None:
    cluster = healthy()
    for pod in (cluster.get("Pod", "web-r1-x0"), cluster.get("Pod", "web-r1-x1")):
        crashing(pod, code=1, message=said)
        unready(pod)
    unserved(cluster, "web")
    found = only(cluster)
    assert found.code == code
    assert said in found.message


def test_an_instruction_that_the_processor_does_not_offer_is_named() -> None:
    cluster = healthy()
    crashing(cluster.get("Pod", "web"), code=132, ran=1)
    short(cluster.get("Deployment", "web"), 1)
    assert "SIGILL" in only(cluster).message


def test_a_server_that_takes_no_more_connections_is_the_cause_of_its_client() -> None:
    cluster = healthy()
    crashing(cluster.get("Pod", "web"), ran=3, message="FATAL: sorry, too many clients already")
    short(cluster.get("Deployment", "web"), 1)
    assert only(cluster).code == "CONNECTIONS-USED-UP"


def test_a_readiness_gate_that_stays_closed_is_named() -> None:
    cluster = healthy()
    gate = 'the status of pod readiness gate "health.lan/ready" is not "True", but False'
    for pod in (
        each for each in cluster.objects if each["kind"] == "Pod" and each["metadata"]["name"].startswith("web")
    ):
        unready(pod)
        pod["status"]["conditions"][-1] |= {"reason": "ReadinessGatesNotReady", "message": gate}
    short(cluster.get("Deployment", "web"), 0)
    assert gate in loud(cluster.diagnose())[0].message
