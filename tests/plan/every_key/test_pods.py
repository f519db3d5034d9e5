"""Keys of pods and their containers, and what they become."""

from pathlib import Path

import pytest

from config.load import load_lab
from plan import make_plan
from plan.model.resources import EPHEMERAL_STORAGE
from tests.plan.every_key.lab import one, pod
from tests.plan.labs import change, objects, plan_of


def test_a_native_sidecar_runs_before_the_init_containers_and_is_counted_for_as_long_as_the_pod() -> None:
    assert [each["name"] for each in pod()["initContainers"]] == ["vpn", "prepare"]
    assert pod()["initContainers"][0]["restartPolicy"] == "Always"
    (workload,) = (each for each in plan_of("every_key").workloads if each.name == "pods")
    assert [each.always_restarts for each in workload.pod.init_containers] == [True, False]


def test_a_native_sidecar_may_start_after_an_init_container(folder: Path) -> None:
    change(folder, [{"file": "services/pods.yaml", "old": "min_ready_seconds: 5", "new": "init_order: [prepare, vpn]"}])
    spec = one(make_plan(load_lab(folder)), "Deployment", "pods")["spec"]["template"]["spec"]
    assert [each["name"] for each in spec["initContainers"]] == ["prepare", "vpn"]


def test_ports_of_sidecars_are_reached_through_the_same_service() -> None:
    ports = one(plan_of("every_key"), "Service", "pods")["spec"]["ports"]
    assert [(each["name"], each["port"], each["targetPort"]) for each in ports] == [
        ("http", 8080, "http"),
        ("control", 8000, "control"),
        ("metrics", 9091, "metrics"),
    ]


def test_files_of_every_container_are_its_own() -> None:
    maps = {each["metadata"]["name"] for each in objects(plan_of("every_key"), "ConfigMap")}
    assert {"pods-vpn-files", "pods-prepare-files"} <= maps
    mounted = {each["name"]: each.get("volumeMounts", []) for each in pod()["initContainers"]}
    paths = {name: [each["mountPath"] for each in mounts] for name, mounts in mounted.items()}
    assert paths["vpn"][:1] == ["/etc/vpn/rules"]
    assert paths["prepare"][:3] == ["/data", "/scripts/prepare.sh", "/run/token"]


def test_variables_that_use_fields_of_the_pod_come_after_them() -> None:
    assert [each["name"] for each in pod()["containers"][0]["env"]] == [
        "LEVEL",
        "POD_IP",
        "NODE",
        "MOST_MEMORY",
        "TEAM",
        "MILLICORES",
        "ADDRESS",
    ]


def test_a_device_is_counted_on_the_node_that_has_it() -> None:
    plan = plan_of("every_key")
    (node,) = (each for each in plan.capacity.nodes if each.node.name == "two")
    assert node.node.allocatable["gpu.intel.com/i915"] == 4
    (workload,) = (each for each in plan.workloads if each.name == "pods")
    assert workload.pod.containers[0].requests["gpu.intel.com/i915"] == 1
    assert EPHEMERAL_STORAGE in workload.pod.containers[0].requests


@pytest.mark.parametrize(
    ("mounted", "access", "strategy"),
    [
        ("handmade: made-by-hand", "ReadWriteMany", "RollingUpdate"),
        ("handmade: made-by-hand", "ReadWriteOnce", "Recreate"),
        ("data: pods/data", "ReadWriteMany", "Recreate"),
        ("books: shelf/books", "ReadWriteMany", "RollingUpdate"),
    ],
)
def test_pods_that_share_a_claim_of_one_node_never_run_side_by_side(
    folder: Path, mounted: str, access: str, strategy: str
) -> None:
    """A claim of the service's own objects, or of another service."""
    change(folder, [{"file": "services/pods/made-by-hand.yaml", "old": "ReadWriteMany", "new": access}])
    text = f"claims: {{{mounted}}}\nmounts: {{{mounted.partition(':')[0]}: /data}}\nobjects: [made-by-hand.yaml]\n"
    beside = folder / "services" / "beside.yaml"
    beside.write_text(
        "kind: app\ntier: home\ngroup: house\ndescription: Mounts what others have\n"
        "image: registry.example/beside:1.0.0\n"
        f"cpu: 10m\nmemory: 32Mi\n{text}",
        encoding="utf-8",
    )
    (folder / "services" / "beside").mkdir()
    made = (folder / "services" / "pods" / "made-by-hand.yaml").read_text(encoding="utf-8")
    (folder / "services" / "beside" / "made-by-hand.yaml").write_text(made, encoding="utf-8")
    assert one(make_plan(load_lab(folder)), "Deployment", "beside")["spec"]["strategy"]["type"] == strategy


def test_the_user_of_a_pod_is_that_of_containers_that_state_none() -> None:
    security = pod()["securityContext"]
    assert [security[key] for key in ("runAsUser", "runAsGroup", "runAsNonRoot")] == [1000, 1000, False]
    assert "runAsUser" not in pod()["containers"][0]["securityContext"]


def test_pods_have_the_account_that_they_name_and_its_token() -> None:
    spec = one(plan_of("every_key"), "Deployment", "pods-names")["spec"]["template"]["spec"]
    assert (spec["serviceAccountName"], spec["automountServiceAccountToken"]) == ("names.house", True)


def test_a_hook_is_a_command_or_a_request() -> None:
    vpn = pod()["initContainers"][0]
    assert vpn["lifecycle"]["preStop"] == {"httpGet": {"path": "/disconnect", "port": "control"}}
    assert pod()["containers"][0]["lifecycle"]["postStart"] == {"exec": {"command": ["pods", "warm"]}}


def test_a_pod_has_the_name_and_the_patience_that_it_states() -> None:
    assert (pod()["hostname"], pod()["subdomain"]) == ("pods", "pods")
    assert pod()["tolerations"] == [
        {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 30}
    ]


def test_a_job_is_kept_so_that_it_does_not_run_again() -> None:
    spec = one(plan_of("every_key"), "Job", "pods-once")["spec"]
    assert "ttlSecondsAfterFinished" not in spec
    assert (spec["backoffLimit"], spec["activeDeadlineSeconds"]) == (4, 600)
    assert spec["template"]["spec"]["restartPolicy"] == "OnFailure"


def test_a_cpu_limit_of_one_container_gives_the_others_of_its_service_none() -> None:
    """The exception alone gives each its request as limit, so that its pods are Guaranteed."""
    limits = {each["name"]: each["resources"]["limits"].get("cpu") for each in pod()["containers"]}
    assert limits == {"pods": None, "exporter": "500m"}
    assert all("cpu" not in each["resources"]["limits"] for each in pod()["initContainers"])


def test_a_probe_asks_by_https_with_headers_and_counts_successes() -> None:
    container = one(plan_of("every_key"), "Deployment", "routes")["spec"]["template"]["spec"]["containers"][0]
    asked = container["startupProbe"]["httpGet"]
    assert (asked["scheme"], asked["host"]) == ("HTTPS", "routes.every.example")
    assert asked["httpHeaders"] == [{"name": "Host", "value": "routes"}]
    assert container["startupProbe"]["terminationGracePeriodSeconds"] == 10
    assert container["readinessProbe"]["grpc"] == {"port": 8080, "service": "routes"}
    assert container["readinessProbe"]["successThreshold"] == 2


def test_a_variable_comes_after_those_that_it_names(folder: Path) -> None:
    """Kubernetes puts in only what comes before; variables of secrets and fields come after the plain ones."""
    old = 'env: {ADDRESS: "http://$(POD_IP):8080"}'
    new = 'env: {A: "$(B)", B: "$(C)/b", C: "$(POD_IP)", D: "$(E)", E: e}'
    change(folder, [{"file": "services/pods.yaml", "old": old, "new": new}])
    pods = one(make_plan(load_lab(folder)), "Deployment", "pods")["spec"]["template"]["spec"]
    (main,) = (each for each in pods["containers"] if each["name"] == "pods")
    names = [each["name"] for each in main["env"]]
    assert names[:2] == ["E", "D"]
    assert names[-3:] == ["C", "B", "A"]


def test_files_of_one_secret_may_have_rights_of_their_own() -> None:
    named = {each["name"]: each.get("secret") for each in pod()["volumes"]}
    assert named["secret-pods-token"] == {"secretName": "pods-token"}
    assert named["secret-pods-token-0400-optional"] == {
        "secretName": "pods-token",
        "defaultMode": 0o400,
        "optional": True,
    }
