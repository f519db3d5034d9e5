"""Services that stay as they were found: nothing is added by convention."""

from tests.plan.every_key.lab import one
from tests.plan.labs import objects, plan_of


def test_a_service_that_stays_as_it_is_has_nothing_by_convention() -> None:
    plan = plan_of("every_key")
    pod = one(plan, "Deployment", "kept-web")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["ports"] == [{"containerPort": 8080, "protocol": "TCP"}]
    assert container["readinessProbe"]["httpGet"] == {"path": "/ready", "port": 8080}
    assert container["livenessProbe"]["tcpSocket"] == {"port": 9090}
    assert "resources" not in container
    assert one(plan, "Deployment", "kept-web")["spec"]["strategy"] == {"type": "RollingUpdate"}
    assert one(plan, "Service", "kept-web")["spec"]["ports"] == [{"port": 80, "targetPort": 8080, "protocol": "TCP"}]
    for kind, name in (
        ("Ingress", "kept-web"),
        ("PersistentVolumeClaim", "kept-data"),
        ("PersistentVolume", "kept-nfs"),
    ):
        assert "labels" not in one(plan, kind, name)["metadata"]
    assert "tls" not in one(plan, "Ingress", "kept-web")["spec"]
    assert one(plan, "PersistentVolumeClaim", "kept-data")["spec"]["volumeName"] == "kept-nfs"
    assert one(plan, "CronJob", "kept-nightly")["spec"]["jobTemplate"]["spec"]["template"]["metadata"] == {}


def test_a_workload_that_states_no_ports_is_reached_by_their_names() -> None:
    plan = plan_of("every_key")
    (container,) = one(plan, "Deployment", "kept-api")["spec"]["template"]["spec"]["containers"]
    assert "ports" not in container
    assert container["resources"]["limits"]["gpu.intel.com/i915"] == "1"
    assert "gpu.intel.com/i915" not in container["resources"]["requests"], "Kubernetes takes the limit for it"
    (port,) = one(plan, "Service", "kept-api")["spec"]["ports"]
    assert (port["port"], port["targetPort"]) == (8081, "rest")


def test_volumes_have_the_names_that_they_had_in_pods() -> None:
    pod = one(plan_of("every_key"), "Deployment", "kept-api")["spec"]["template"]["spec"]
    assert {each["name"]: each["mountPath"] for each in pod["containers"][0]["volumeMounts"]}["data"] == "/work"


def test_nothing_is_counted_for_a_pod_that_states_no_amounts() -> None:
    (workload,) = (each for each in plan_of("every_key").workloads if each.name == "kept-web")
    assert workload.pod.containers[0].requests == {}


def test_a_database_cluster_that_existed_has_no_passwords_of_the_program() -> None:
    plan = plan_of("every_key")
    cluster = one(plan, "Cluster", "main")
    assert "labels" not in cluster["metadata"]
    assert cluster["spec"] == {
        "instances": 2,
        "imageName": "registry.example/postgresql:17.5",
        "storage": {"size": "5Gi", "storageClass": "longhorn"},
        "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "512Mi"}},
        "postgresql": {"parameters": {"max_connections": "200"}},
        "bootstrap": {"initdb": {"database": "app", "owner": "app"}},
    }
    assert not any(each["metadata"]["namespace"] == "kept" for each in objects(plan, "ExternalSecret"))


def test_variables_and_volumes_stand_in_the_order_that_is_stated() -> None:
    pod = one(plan_of("every_key"), "Deployment", "kept-api")["spec"]["template"]["spec"]
    assert [each["name"] for each in pod["volumes"]] == ["settings", "data"]
    assert [each["name"] for each in pod["containers"][0]["env"]] == ["URL", "POD", "LEVEL", "TOKEN"]
