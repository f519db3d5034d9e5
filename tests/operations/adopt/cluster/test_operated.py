"""Pods that operators make of custom objects: they are counted, and database clusters are services by themselves."""

from pathlib import Path
from typing import Any

import yaml

from operations.adopt.cluster.adoption import Adoption, Wishes, adopt_cluster
from operations.adopt.cluster.service_file import ServiceFile
from plan.model import Manifest
from tests.operations.adopt.cluster.shed import objects
from tests.operations.adopt.cluster.test_k3s import record

STRIMZI = "kafka.strimzi.io/v1beta2"
SETS = "core.strimzi.io/v1beta2"
DATABASES = "postgresql.cnpg.io/v1"


def written(version: str, kind: str, name: str, manager: str, **more: Any) -> Manifest:
    owner = more.pop("owner", None)
    owners = {"ownerReferences": [{**owner, "controller": True, "uid": "1"}]} if owner else {}
    fields = [{"manager": manager, "operation": "Update", "fieldsType": "FieldsV1", "fieldsV1": {}}]
    metadata = {"name": name, "namespace": "photos", "managedFields": fields, **owners}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **more}


def adopted(folder: Path, *more: Manifest) -> Adoption:
    return adopt_cluster(folder / "lab", [*objects(), *more], Wishes(repositories={"rook": "https://charts.example"}))


def one(adoption: Adoption, name: str) -> tuple[ServiceFile, Any]:
    (found,) = (each for each in adoption.added if each.name == name)
    return found, yaml.safe_load(found.files[f"{name}.yaml"])


def test_pods_of_a_set_that_an_operator_makes_are_in_the_footprint(tmp_path: Path) -> None:
    kafka = written(STRIMZI, "Kafka", "events", "kubectl", spec={"kafka": {}})
    owner = {"apiVersion": STRIMZI, "kind": "Kafka", "name": "events"}
    pods = written(SETS, "StrimziPodSet", "events-dual", "strimzi-cluster-operator", owner=owner, spec={})
    container = {"name": "kafka", "image": "kafka:4", "resources": {"limits": {"memory": "2Gi", "cpu": "1"}}}
    owner = {"apiVersion": SETS, "kind": "StrimziPodSet", "name": "events-dual"}
    running = [
        written("v1", "Pod", f"events-{number}", "strimzi", owner=owner, spec={"containers": [container]})
        for number in range(3)
    ]
    _, said = one(adopted(tmp_path, kafka, pods, *running), "events")
    assert said["footprint"]["events-dual"]["replicas"] == 3
    assert said["footprint"]["events-dual"]["containers"]["kafka"]["memory"] == "2Gi"


def test_a_database_cluster_is_a_service_of_its_own_even_while_its_pods_are_away(tmp_path: Path) -> None:
    storage = {"storageClass": "disks", "size": "5Gi"}
    resources = {"requests": {"cpu": "100m", "memory": "512Mi"}, "limits": {"memory": "512Mi"}}
    spec = {"instances": 1, "imageName": "postgres:17", "storage": storage, "resources": resources}
    cluster = written(DATABASES, "Cluster", "photos-pg", "kubectl", spec=spec)
    adoption = adopted(tmp_path, cluster)
    found, said = one(adoption, "photos-pg")
    assert (found.kind, said["cluster"], said["size"]) == ("postgres", "photos-pg", "5Gi")
    assert one(adoption, "photos")[0].kind == "app"


def test_a_chart_without_pods_is_written(tmp_path: Path) -> None:
    found, said = one(adopted(tmp_path, record("rook", "photos")), "rook")
    assert (found.kind, said["footprint"]) == ("helm", {})
