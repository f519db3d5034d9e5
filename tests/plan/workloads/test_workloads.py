"""The keys of a service decide which objects it becomes."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from config.load import load_lab
from config.pod_rules import pod_refusals
from plan import Plan, make_plan
from plan.model import Manifest
from tests.plan.labs import FOLDERS, change, objects, plan_of, pod_templates

Planned = Callable[..., Plan]


@pytest.fixture
def planned(tmp_path: Path) -> Planned:
    """Plans the lab with one service of each kind after edits to one file."""

    def plan(file: str, **edits: str) -> Plan:
        folder = Path(shutil.copytree(FOLDERS["every_kind"], tmp_path / "every_kind"))
        change(folder, [{"file": file, "old": edits["old"], "new": edits["new"]}])
        return make_plan(load_lab(folder))

    return plan


def one(plan: Plan, kind: str, name: str) -> Manifest:
    return next(manifest for manifest in objects(plan, kind) if manifest["metadata"]["name"] == name)


def pod_of(plan: Plan, name: str) -> Manifest:
    """The pod of a workload."""
    return next(template["spec"] for manifest, template in pod_templates(plan) if manifest["metadata"]["name"] == name)


def test_a_scaled_workload_leaves_its_replicas_to_the_autoscaler() -> None:
    plan = plan_of("every_kind")
    assert "replicas" not in one(plan, "Deployment", "photos")["spec"]
    scaler = one(plan, "HorizontalPodAutoscaler", "photos")["spec"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (2, 4)


def test_what_is_switched_off_stays_off(planned: Planned) -> None:
    plan = planned("services/photos.yaml", old="replicas: 2", new="replicas: 0")
    assert one(plan, "Deployment", "photos")["spec"]["replicas"] == 0
    assert objects(plan, "HorizontalPodAutoscaler") == []


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/v1", "photos.every.example-api-v1"),
        ("/API_x.y/", "photos.every.example-api-x-y"),
        ("/~me/ü", "photos.every.example-me"),
    ],
)
def test_an_ingress_has_a_name_whatever_its_path(path: str, name: str, planned: Planned) -> None:
    plan = planned("services/photos.yaml", old="path: /api/v1", new=f"path: {path}")
    assert one(plan, "Ingress", name)["spec"]["rules"][0]["http"]["paths"][0]["path"] == path


def test_a_route_passes_the_checks_that_its_service_asks_for() -> None:
    chains = {
        (rule["host"], rule["http"]["paths"][0]["path"]): ingress["metadata"]["annotations"][
            "traefik.ingress.kubernetes.io/router.middlewares"
        ]
        for ingress in objects(plan_of("every_kind"), "Ingress")
        for rule in ingress["spec"]["rules"]
    }
    assert "forward-auth" in chains["photos.every.example", "/"]
    assert "forward-auth" not in chains["photos.every.example", "/api/v1"]
    assert "forward-auth" not in chains["photos.elsewhere.example", "/"]
    assert chains["photos-hooks.every.example", "/"].endswith("lan-only@kubernetescrd")
    assert "lan-only" in chains["traefik.every.example", "/"]
    assert "lan-only" not in chains["photos.every.example", "/"]


def test_a_statefulset_has_a_block_volume_for_each_replica_even_if_only_a_sidecar_mounts_it(planned: Planned) -> None:
    sidecar = """sidecars:
  backup:
    image: registry.example/backup:1.0.0
    cpu: 10m
    memory: 32Mi
    mounts: {data: /data}
"""
    plan = planned("services/queue.yaml", old="mounts: {data: /var/lib/queue}\n", new=sidecar)
    (claim,) = one(plan, "StatefulSet", "queue")["spec"]["volumeClaimTemplates"]
    assert claim["metadata"]["name"] == "data"
    assert "queue-data" not in {each["metadata"]["name"] for each in objects(plan, "PersistentVolumeClaim")}


def test_a_changed_file_makes_a_rollout(planned: Planned) -> None:
    def checksum(plan: Plan) -> str:
        templates = {controller["metadata"]["name"]: template for controller, template in pod_templates(plan)}
        return templates["photos"]["metadata"]["annotations"]["homelab/files-checksum"]

    changed = planned("services/photos.yaml", old="albums: true", new="albums: false")
    assert checksum(changed) != checksum(plan_of("every_kind"))


def test_a_chart_gets_the_resources_of_its_footprint() -> None:
    releases = {service.name: service.release for service in plan_of("every_kind").services if service.release}
    vault = releases["vault"]
    assert vault.values["server"] == {
        "standalone": {"enabled": True},
        "resources": {"requests": {"cpu": "50m", "memory": "256Mi"}, "limits": {"memory": "256Mi"}},
    }
    assert (vault.chart, vault.repository) == ("vault", {"repo": "https://charts.example"})
    assert (releases["traefik"].chart, releases["traefik"].repository) == ("oci://registry.example/charts/traefik", {})


def test_whose_kinds_a_service_uses_comes_before_it() -> None:
    after = {service.name: set(service.after) for service in plan_of("every_kind").services}
    assert after["photos"] >= {"external-secrets", "vpa"}
    assert after["postgres"] >= {"cnpg", "external-secrets", "vpa"}
    assert after["metallb"] == set()


def test_the_ephemeral_storage_of_a_footprint_is_counted_and_written_into_the_values(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDERS["small"], tmp_path / "small"))
    old = "containers: {traefik: {cpu: 100m, memory: 256Mi,"
    change(folder, [{"file": "services/traefik.yaml", "old": old, "new": f"{old} ephemeral_storage: 2Gi,"}])
    (service,) = (each for each in make_plan(load_lab(folder)).services if each.name == "traefik")
    assert service.release is not None
    assert service.release.values["resources"]["limits"]["ephemeral-storage"] == "2Gi"
    (workload,) = service.workloads
    assert workload.pod.containers[0].limits["ephemeral-storage"] == 2 << 30


def test_two_pods_of_a_chart_that_take_a_port_of_the_node_need_two_nodes(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDERS["small"], tmp_path / "small"))
    old = "    host_ports: [443]"
    change(folder, [{"file": "services/traefik.yaml", "old": old, "new": f"{old}\n    replicas: 2"}])
    (pending,) = make_plan(load_lab(folder)).capacity.pending
    assert pending.reason.has("ports")


def test_two_secrets_never_share_a_key(planned: Planned) -> None:
    said = "{A: {path: photos/db, key: password}, B: {path: photos, key: db.password}, "
    said += "C: {path: photos.db, key: password}, "
    said += 'D: {path: photos, key: db/password}, E: {path: "photos/d b", key: password}}'
    plan = planned("services/sweeper.yaml", old="cpu: 10m", new=f"cpu: 10m\nsecrets: {said}")
    data = one(plan, "ExternalSecret", "sweeper-secrets")["spec"]["data"]
    keys = [entry["secretKey"] for entry in data]
    assert len(set(keys)) == len({str(entry["remoteRef"]) for entry in data}) == 5
    assert "photos.db.password" in keys
    assert all(re.fullmatch("[-._A-Za-z0-9]+", key) for key in keys)


def test_two_secrets_never_share_a_name(planned: Planned) -> None:
    whole = "{path: a/b}, {path: a-b}, {path: a_b}, {path: A/B}, {path: x y}, "
    whole += "{path: other}, {path: q, store: a}, {path: a-q}"
    one_key = "{A: {key: k, store: SecretStore/other}, B: {key: k, store: other}, C: {key: k, store: a-q}}"
    plan = planned("services/sweeper.yaml", old="cpu: 10m", new=f"cpu: 10m\nenv_from: [{whole}]\nsecrets: {one_key}")
    objects = next(service.objects for service in plan.services if service.name == "sweeper")
    names = [each["metadata"]["name"] for each in objects if each["kind"] == "ExternalSecret"]
    assert len(set(names)) == len(names) == 11
    assert {"sweeper-secrets-a-b", "sweeper-secrets-other", "sweeper-secrets-a-q"} <= set(names)
    assert all(re.fullmatch("[a-z0-9]([-a-z0-9]*[a-z0-9])?", name) for name in names)
    (container,) = pod_of(plan, "sweeper")["containers"]
    assert {each["secretRef"]["name"] for each in container["envFrom"]} < set(names)


def test_no_key_of_a_secret_begins_with_two_dots(planned: Planned) -> None:
    said = "{A: {path: ../db, key: k}, B: {path: //db, key: k}, C: {path: .., key: k}}"
    plan = planned("services/sweeper.yaml", old="cpu: 10m", new=f"cpu: 10m\nsecrets: {said}")
    keys = [entry["secretKey"] for entry in one(plan, "ExternalSecret", "sweeper-secrets")["spec"]["data"]]
    assert len(set(keys)) == 3
    assert not any(key.startswith("..") for key in keys)


def test_each_volume_of_a_pod_has_a_name_of_its_own_that_is_a_label(planned: Planned) -> None:
    long = "a" * 60
    part = "{image: registry.example/part:1, cpu: 1m, memory: 16Mi, files: {/a: b}}"
    more = [
        "scratch: {secret-sweeper-secrets: {size: 1Mi}, homelab-files: {size: 1Mi}, homelab-tmp: {size: 1Mi}}",
        "mounts: {secret-sweeper-secrets: /x, homelab-files: /y, homelab-tmp: /z}",
        "files: {/etc/a: b}",
        f"sidecars: {{{long}1: {part}, {long}2: {part}}}",
        f"secret_files: {{/1: {{secret: {long}1, key: a}}, /2: {{secret: {long}2, key: a}}, /3: {{path: p, key: a}}}}",
    ]
    plan = planned("services/sweeper.yaml", old="cpu: 10m", new="\n".join(["cpu: 10m", *more]))
    pod = pod_of(plan, "sweeper")
    assert not [*pod_refusals(pod, (), frozenset())]
    names = [each["name"] for each in pod["volumes"]]
    assert len(names) == 10
    assert all(re.fullmatch("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", name) for name in names)


def test_a_database_may_be_called_by_digits(planned: Planned) -> None:
    plan = planned("services/mysql.yaml", old="photos", new='"2024"')
    secret = one(plan, "ExternalSecret", "mysql-secrets")["spec"]["data"]
    assert {entry["remoteRef"]["property"] for entry in secret} >= {"DB_PASSWORD"}
    (script,) = one(plan, "ConfigMap", "mysql-files")["data"].values()
    assert "CREATE USER IF NOT EXISTS '2024'@'%' IDENTIFIED BY '${quoted__2024_PASSWORD}';" in script


@pytest.mark.parametrize(
    "password", ['it\'s \\ "a" $HOME `b` & ; --', "ends\n", "\n\n", "%s %d", "$(id)", "-n", "SQL\nSQL\n", ""]
)
def test_a_password_is_itself_in_sql_whatever_signs_it_has(password: str) -> None:
    (script,) = one(plan_of("every_kind"), "ConfigMap", "mysql-files")["data"].values()
    done = subprocess.run(
        ["bash", "-c", f"mysql() {{ cat; }}\n{script}"],
        env={"PHOTOS_PASSWORD": password, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    as_sql = password.replace("\\", "\\\\").replace("'", "''")
    assert f"IDENTIFIED BY '{as_sql}';" in done.stdout


def test_an_up_waits_for_no_deployment_that_is_switched_off() -> None:
    """Nothing binds its claims before its first pod, and the provider would wait for them until it gives up."""
    deployments = objects(plan_of("prod"), "Deployment")
    off = {each["metadata"]["name"] for each in deployments if each["spec"].get("replicas") == 0}
    not_awaited = {
        each["metadata"]["name"]
        for each in deployments
        if each["metadata"].get("annotations", {}).get("pulumi.com/skipAwait") == "true"
    }
    assert off == not_awaited != set()
