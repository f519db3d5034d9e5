"""Objects from files of a service, and patches of those that the program writes."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.load import InvalidLab, load_lab
from config.quantity import Memory
from plan import make_plan
from plan.model import Plan, Service, Workload
from tests.plan.labs import FOLDERS, change, name_of, objects, plan_of

READER = "services/feeds/reader.yaml"
MISTAKES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("objects.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the lab with one service of each kind."""
    return Path(shutil.copytree(FOLDERS["every_kind"], tmp_path / "every_kind"))


def planned(folder: Path, *edits: dict[str, str]) -> Plan:
    """The plan of `every_kind` with changes."""
    for edit in edits:
        (folder / edit["file"]).parent.mkdir(exist_ok=True)
    change(folder, list(edits))
    return make_plan(load_lab(folder))


def service(plan: Plan, name: str) -> Service:
    """A service of a plan."""
    return next(each for each in plan.services if each.name == name)


def workload(plan: Plan, name: str) -> Workload:
    """A workload of a plan."""
    return next(each for each in plan.workloads if each.name == name)


def test_objects_stay_as_they_stand_but_for_namespace_and_labels() -> None:
    (deployment,) = [
        each for each in objects(plan_of("every_kind"), "Deployment") if each["metadata"]["name"] == "reader"
    ]
    assert deployment["metadata"] == {
        "name": "reader",
        "namespace": "feeds",
        "labels": {
            "homelab/service": "feeds",
            "tier": "aux",
            "app.kubernetes.io/managed-by": "pulumi",
            "app": "reader",
        },
    }
    assert deployment["spec"]["template"] == {
        "metadata": {"labels": {"app": "reader"}},
        "spec": {
            "containers": [
                {
                    "name": "reader",
                    "image": "registry.example/reader:1.0.0",
                    "ports": [{"name": "http", "protocol": "TCP", "containerPort": 8080}],
                    "resources": {"requests": {"cpu": "1m", "memory": "1Mi"}, "limits": {"memory": "2Mi"}},
                    "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                }
            ],
            "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "reader-data"}}],
        },
    }


@pytest.mark.parametrize(("as_found", "severity"), [(True, "warning"), (False, "error")])
def test_pods_that_wait_already_do_not_refuse_a_lab_that_declares_them_as_found(
    as_found: bool, severity: str, folder: Path
) -> None:
    """Nothing of a cluster could be taken over otherwise."""
    stated = {"file": "services/feeds.yaml", "old": "network.yaml]", "new": "network.yaml]\nas_found: true"}
    plan = planned(
        folder,
        *([stated] if as_found else []),
        {"file": READER, "old": "      containers:\n", "new": "      nodeSelector: {disk: ssd}\n      containers:\n"},
    )
    (finding,) = (each for each in plan.findings if each.code == "DOES-NOT-FIT")
    assert finding.severity == severity
    assert "disk=ssd" in finding.message


def test_objects_as_found_get_no_labels(folder: Path) -> None:
    plan = planned(
        folder, {"file": "services/feeds.yaml", "old": "network.yaml]", "new": "network.yaml]\nas_found: true"}
    )
    (deployment,) = [each for each in objects(plan, "Deployment") if each["metadata"]["name"] == "reader"]
    assert deployment["metadata"]["labels"] == {"app": "reader"}


def test_pods_in_files_are_counted_with_what_the_limit_range_gives_them(folder: Path) -> None:
    stated = "          resources: {requests: {cpu: 1m, memory: 1Mi}, limits: {memory: 2Mi}}\n"
    plan = planned(folder, {"file": READER, "old": stated, "new": ""})
    (container,) = workload(plan, "reader").pod.containers
    assert container.requests == {"cpu": 50, "memory": Memory.parse("256Mi")}
    assert container.limits == {"memory": Memory.parse("256Mi")}
    assert workload(plan, "reader").pod.priority == plan.lab.tiers["aux"].priority
    (use,) = [use for use in plan.capacity.namespaces if use.name == "feeds"]
    assert use.requests["memory"] == Memory.parse("256Mi")


def test_the_block_volume_of_a_claim_in_a_file_takes_a_slot_and_room_on_the_disk(folder: Path) -> None:
    before, after = plan_of("every_kind"), planned(folder, {"file": READER, "old": "Name: files", "new": "Name: block"})
    assert [workload(plan, "reader").pod.block_volumes for plan in (before, after)] == [(), ("reader-data",)]
    used = [plan.capacity.hosts[0].storages["local-lvm"][0] for plan in (before, after)]
    assert used[1] - used[0] == Memory.parse("2Gi")


def test_an_autoscaler_and_a_disruption_budget_in_files_are_seen(folder: Path) -> None:
    text = """apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: reader}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: reader}
  minReplicas: 2
  maxReplicas: 5
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: reader}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: reader}}}
"""
    plan = planned(
        folder,
        {"file": "services/feeds/scaling.yaml", "new": text},
        {"file": "services/feeds.yaml", "old": "network.yaml]", "new": "network.yaml, scaling.yaml]"},
    )
    reader = workload(plan, "reader")
    assert (reader.replicas, reader.max_replicas, reader.max_unavailable) == (2, 5, 1)


def test_what_keda_scales_may_go_down_to_no_pod_at_all(folder: Path) -> None:
    scaled = """apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: reader}
spec: {scaleTargetRef: {name: reader}, maxReplicaCount: 4}
"""
    plan = planned(
        folder,
        {"file": "services/feeds/scaling.yaml", "new": scaled},
        {"file": READER, "old": "  replicas: 1\n", "new": ""},
        {"file": "services/feeds.yaml", "old": "network.yaml]", "new": "network.yaml, scaling.yaml]"},
    )
    assert (workload(plan, "reader").replicas, workload(plan, "reader").max_replicas) == (0, 4)


def test_a_pod_may_name_a_priority_class_that_stands_in_a_file(folder: Path) -> None:
    stated = "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: night}\nvalue: 77\n"
    named = {"file": READER, "old": "    spec:\n", "new": "    spec:\n      priorityClassName: night\n"}
    refused = planned(folder, named)
    assert "ADMISSION-REFUSED" in {each.code for each in refused.errors}
    plan = planned(
        folder,
        {"file": "services/feeds/night.yaml", "new": stated},
        {"file": "services/feeds.yaml", "old": "network.yaml]", "new": "network.yaml, night.yaml]"},
    )
    assert plan.errors == ()
    assert workload(plan, "reader").pod.priority == 77


def test_objects_beside_a_chart_come_before_it_where_its_pods_may_refer_to_them(folder: Path) -> None:
    text = """apiVersion: v1
kind: ConfigMap
metadata: {name: extra}
data: {a: b}
---
apiVersion: traefik.io/v1alpha1
kind: TLSOption
metadata: {name: default}
spec: {minVersion: VersionTLS12}
"""
    plan = planned(
        folder,
        {"file": "services/traefik/extra.yaml", "new": text},
        {"file": "services/traefik.yaml", "old": "kind: helm", "new": "kind: helm\nobjects: [extra.yaml]"},
    )
    traefik = service(plan, "traefik")
    assert "extra" in [each["metadata"]["name"] for each in traefik.before_release]
    assert ("TLSOption", "core-traefik") in [
        (each["kind"], each["metadata"].get("namespace")) for each in traefik.manifests
    ]


def test_a_patch_changes_the_object_and_what_is_planned_of_it(folder: Path) -> None:
    patch = """kind: app
patch:
  deployment/door:
    reason: It needs a second container, which has no port
    merge:
      spec:
        revisionHistoryLimit: null
        template:
          spec:
            containers:
              - name: helper
                image: registry.example/helper:1.0.0
                resources: {requests: {cpu: 200m, memory: 64Mi}, limits: {memory: 64Mi}}
              - name: door
                terminationMessagePolicy: FallbackToLogsOnError
"""
    plan = planned(folder, {"file": "services/door.yaml", "old": "kind: app\n", "new": patch})
    door = {name_of(each): each for each in objects(plan, "Deployment")}["core-door", "door"]
    assert "revisionHistoryLimit" not in door["spec"]
    first, second = door["spec"]["template"]["spec"]["containers"]
    assert first["terminationMessagePolicy"] == "FallbackToLogsOnError"
    assert first["image"].startswith("registry.example/door")
    assert second["name"] == "helper"
    assert [each.name for each in workload(plan, "door").pod.containers] == ["door", "helper"]
    assert workload(plan, "door").path == ("services", "door")


@pytest.mark.parametrize("case", MISTAKES, ids=lambda case: case["mistake"])
def test_what_cannot_be_planned_is_refused_at_its_place(folder: Path, case: dict[str, Any]) -> None:
    with pytest.raises(InvalidLab) as refused:
        planned(folder, *case["edits"])
    assert case["says"] in str(refused.value)


def test_kinds_of_a_definition_in_a_file_are_provided(folder: Path) -> None:
    text = """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec: {group: example.com, scope: Namespaced, names: {kind: Widget, plural: widgets}, versions: []}
---
apiVersion: example.com/v1
kind: Widget
metadata: {name: one}
"""
    plan = planned(
        folder,
        {"file": "services/feeds/widgets.yaml", "new": text},
        {"file": "services/feeds.yaml", "old": "network.yaml]", "new": "network.yaml, widgets.yaml]"},
    )
    assert [finding.code for finding in plan.findings] == ["PODS-NOT-CHECKED"]
