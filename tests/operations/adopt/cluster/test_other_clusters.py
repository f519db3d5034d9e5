"""Clusters of other styles: one machine by hand, and GitOps with operators."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from config.load import load_lab
from config.service import AppService
from config.writing import write_lab
from observation import read_dump
from operations.adopt.cluster.adoption import Adoption, Wishes, adopt_cluster
from operations.adopt.cluster.objects import Key, key_of
from plan import make_plan

DUMPS = Path("tests/dumps")
WISHES = Wishes(repositories={"my-charts": "https://charts.attic.example"})


def adopted(name: str, folder: Path) -> Adoption:
    """The lab of a dump, written."""
    objects = [each for found in read_dump(DUMPS / name).resources.values() for each in found]
    adoption = adopt_cluster(folder, objects, WISHES)
    write_lab(folder, adoption.files)
    return adoption


def as_found(folder: Path, service: str) -> dict[str, Any]:
    """The objects of a service as they stand in its file, by kind and name."""
    text = (folder / "services" / service / "as-found.yaml").read_text(encoding="utf-8")
    return {f"{each['kind']}/{each['metadata']['name']}": each for each in yaml.safe_load_all(text)}


@pytest.mark.parametrize("name", ["attic", "loft"])
def test_every_service_is_written_and_nothing_that_runs_would_change(name: str, tmp_path: Path) -> None:
    adoption = adopted(name, tmp_path / name)
    assert adoption.not_written == ()
    changes = [each for each in adoption.differences if each.effect != "in place"]
    assert {each.key.kind for each in changes} <= {"PriorityClass"}, "of its tiers"
    paths = {each.path[:2] for each in adoption.differences if each.effect == "in place"}
    assert paths <= {("metadata", "labels"), ("metadata", "annotations")}
    assert not any(each.key.kind == "Deployment" for each in adoption.differences), "an annotation is a new generation"
    assert make_plan(load_lab(tmp_path / name)).errors == ()
    again = adopted(name, tmp_path / name)
    assert (again.files, again.added) == ({}, ())


@pytest.mark.parametrize("uids", [("one", "another"), ("", "")], ids=["of a cluster", "of files"])
def test_objects_of_one_kind_and_name_in_two_api_groups_are_both_written(uids: tuple[str, str], tmp_path: Path) -> None:
    objects = [each for found in read_dump(DUMPS / "loft").resources.values() for each in found]
    first = next(each for each in objects if each["kind"] == "Station")
    one, other = ({**first, "metadata": {**first["metadata"], "uid": uid}} for uid in uids)
    beside = [each for each in objects if each is not first]
    stated = [one, {**other, "apiVersion": "sea.example.org/v1"}]
    adoption = adopt_cluster(tmp_path / "loft", [*beside, *stated], WISHES)
    planned = {key_of(each) for each in adoption.plan.manifests if each["kind"] == "Station"}
    assert {each.group for each in planned} == {"sea.example.org", "weather.example.org"}
    assert len({(each.namespace, each.name) for each in planned}) == 1
    assert not adoption.errors


def test_the_number_of_pods_of_what_is_scaled_is_not_stated(tmp_path: Path) -> None:
    for name, workload in (("attic", "pages"), ("loft", "thumbs")):
        manifests = adopted(name, tmp_path / name).plan.manifests
        (scaled,) = (each for each in manifests if (each["kind"], each["metadata"]["name"]) == ("Deployment", workload))
        assert "replicas" not in scaled["spec"]


def test_live_values_count_where_somebody_has_scaled_by_hand(tmp_path: Path) -> None:
    adopted("attic", tmp_path / "attic")
    (board,) = [each for each in load_lab(tmp_path / "attic").services.values() if each.description == "board"]
    assert isinstance(board, AppService)
    assert (board.replicas, board.image) == (1, "example.org/board:1.2")


def test_a_variable_that_is_not_written_keeps_its_place(tmp_path: Path) -> None:
    adoption = adopted("attic", tmp_path / "attic")
    (diary,) = [
        each for each in adoption.plan.manifests if (each["kind"], each["metadata"]["name"]) == ("Deployment", "diary")
    ]
    variables = diary["spec"]["template"]["spec"]["containers"][0]["env"]
    assert [each["name"] for each in variables] == ["DB_HOST", "DB_PASSWORD", "TZ"]
    assert variables[1] == {"name": "DB_PASSWORD"}


def test_what_operators_tools_and_nobody_own_is_left_out_with_the_reason(tmp_path: Path) -> None:
    left = adopted("loft", tmp_path / "loft").left_out
    assert left[Key("HorizontalPodAutoscaler", "pictures", "keda-hpa-thumbs")].by == "ScaledObject/thumbs"
    assert left[Key("Pod", "databases", "pictures-db-1")].by == "Cluster/pictures-db"
    assert left[Key("Application", "argocd", "radio", "argoproj.io")].why == "other-tool"
    assert left[Key("HelmRelease", "pictures", "lights", "helm.toolkit.fluxcd.io")].why == "other-tool"
    assert left[Key("PersistentVolume", "", "radio-old")].why == "left over"
    assert left[Key("ReplicaSet", "radio", "radio-5d8c7b9f64")].why == "left over"
    assert left[Key("Volume", "radio", "pvc-1", "longhorn.io")].why == "controller"


def test_kinds_that_nobody_knows_are_declared_where_they_are(tmp_path: Path) -> None:
    adopted("loft", tmp_path / "loft")
    manifests = {
        (each["kind"], each["metadata"]["name"]): each for each in make_plan(load_lab(tmp_path / "loft")).manifests
    }
    assert "namespace" not in manifests["Station", "roof"]["metadata"]
    assert manifests["Sensor", "rain"]["metadata"]["namespace"] == "pictures"


def test_the_chart_of_a_helm_release_of_flux_comes_from_where_flux_had_it(tmp_path: Path) -> None:
    adopted("loft", tmp_path / "loft")
    service = yaml.safe_load((tmp_path / "loft" / "services" / "lights.yaml").read_text(encoding="utf-8"))
    assert service["chart"] == {"name": "lights", "repository": "https://charts.loft.example", "version": "1.2.3"}


def test_pods_of_a_release_and_of_a_database_that_wait_already_are_no_error(tmp_path: Path) -> None:
    objects = [each for found in read_dump(DUMPS / "loft").resources.values() for each in found]
    for each in objects:
        pod = each.get("spec", {}).get("template", {}).get("spec", each.get("spec", {}))
        for container in pod.get("containers", ()) if isinstance(pod, dict) else ():
            container["resources"] = {"requests": {"memory": "900Gi"}, "limits": {"memory": "900Gi"}}
        if each["kind"] == "Cluster":
            each["spec"]["resources"] = {"requests": {"memory": "900Gi"}, "limits": {"memory": "900Gi"}}
    plan = adopt_cluster(tmp_path / "loft", objects, WISHES).plan
    waiting = [each for each in plan.findings if each.code == "DOES-NOT-FIT"]
    assert {each.severity for each in waiting} == {"warning"}
    kinds = {plan.lab.services[str(each.path[1])].kind for each in waiting}
    assert kinds >= {"helm", "postgres"} or any("workloads" in each.facts for each in waiting)
    assert plan.errors == ()


def of_kubectl(api_version: str, kind: str, name: str, **rest: Any) -> dict[str, Any]:
    """An object that its owner has written by hand."""
    managed = [
        {"manager": "kubectl-client-side-apply", "operation": "Update", "fieldsType": "FieldsV1", "fieldsV1": {}}
    ]
    namespace = {} if kind == "Node" else {"namespace": rest.pop("namespace", "default")}
    labels = rest.pop("labels", {})
    metadata = {"name": name, **namespace, "labels": labels, "managedFields": managed, "uid": name}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}


def test_a_secret_that_nobody_uses_is_named_wherever_it_is(tmp_path: Path) -> None:
    objects = [each for found in read_dump(DUMPS / "loft").resources.values() for each in found]
    alone = of_kubectl("v1", "Secret", "lost", namespace="alone", data={})
    adoption = adopt_cluster(tmp_path / "loft", [*objects, alone], WISHES)
    assert Key("Secret", "alone", "lost") in adoption.unused


@pytest.mark.parametrize("kind", ["Endpoints", "EndpointSlice"])
def test_a_host_outside_of_the_cluster_keeps_its_addresses(kind: str, tmp_path: Path) -> None:
    objects = [each for found in read_dump(DUMPS / "attic").resources.values() for each in found]
    backend = {"service": {"name": "nas", "port": {"number": 5000}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    addresses: dict[str, Any] = {"subsets": [{"addresses": [{"ip": "192.0.2.5"}], "ports": [{"port": 5000}]}]}
    if kind == "EndpointSlice":
        slices = {"addressType": "IPv4", "ports": [{"port": 5000}], "endpoints": [{"addresses": ["192.0.2.5"]}]}
        addresses = {"labels": {"kubernetes.io/service-name": "nas"}, **slices}
    group = "discovery.k8s.io/v1" if kind == "EndpointSlice" else "v1"
    outside = [
        of_kubectl("v1", "Service", "nas", spec={"ports": [{"port": 5000}]}),
        of_kubectl(group, kind, "nas", **addresses),
        of_kubectl(
            "networking.k8s.io/v1", "Ingress", "nas", spec={"rules": [{"host": "n.example", "http": {"paths": [path]}}]}
        ),
    ]
    adoption = adopt_cluster(tmp_path / "attic", [*objects, *outside], WISHES)
    (nas,) = [each for each in adoption.added if each.name == "nas"]
    assert {key.kind for key in nas.objects} == {kind, "Service", "Ingress"}
    assert adoption.not_written == ()


def test_a_node_may_be_called_by_its_whole_host_name(tmp_path: Path) -> None:
    objects = [each for found in read_dump(DUMPS / "attic").resources.values() for each in found]
    text = str(next(each["metadata"]["name"] for each in objects if each["kind"] == "Node"))
    node = next(each for each in objects if each["kind"] == "Node")
    whole = {**node, "metadata": {**node["metadata"], "name": f"{text}.lan", "uid": "whole"}}
    adoption = adopt_cluster(tmp_path / "attic", [whole if each is node else each for each in objects], WISHES)
    assert f"{text}.lan" in adoption.plan.lab.outside
