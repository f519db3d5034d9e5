"""Services in keys of the format are tried: what would change something goes back to what it was."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from observation import read_dump
from operations.adopt.cluster.adoption import Adoption, Wishes, adopt_cluster
from operations.adopt.cluster.objects import key_of
from operations.adopt.cluster.releases import read_releases
from operations.adopt.cluster.stated import as_stated
from plan.model import Manifest

OBJECTS = [each for found in read_dump(Path("tests/dumps/shed")).resources.values() for each in found]


def adopted(folder: Path, *changed: Manifest) -> Adoption:
    """The lab of a cluster in which some objects are others."""
    names = {(each["kind"], each["metadata"]["name"]) for each in changed}
    kept = [each for each in OBJECTS if (each["kind"], each["metadata"]["name"]) not in names]
    adoption = adopt_cluster(folder / "shed", [*kept, *changed])
    changes = [each for each in adoption.differences if each.effect != "in place" and each.key.kind != "PriorityClass"]
    assert changes == []
    return adoption


def one(kind: str, name: str) -> Any:
    return deepcopy(next(each for each in OBJECTS if (each["kind"], each["metadata"]["name"]) == (kind, name)))


def photos(adoption: Adoption) -> tuple[dict[str, Any], set[str]]:
    """The file of the service, and its objects that are in no key."""
    (service,) = (each for each in adoption.added if each.name == "photos")
    objects = yaml.safe_load_all(service.files.get("photos/as-found.yaml", ""))
    return yaml.safe_load(service.files["photos.yaml"]), {
        f"{each['kind']}/{each['metadata']['name']}" for each in objects
    }


def test_workloads_services_claims_shares_and_routes_are_keys(tmp_path: Path) -> None:
    said, objects = photos(adopted(tmp_path))
    assert said["kind"] == "app"
    assert objects == {"ConfigMap/photos-settings", "Middleware/large"}
    assert said["workloads"].keys() == {"index", "db"}
    assert said["ports"] == {"http": {"number": 2342, "service": 80}}
    assert said["volumes"]["originals"]["share"]["server"] == "192.168.7.5"
    assert said["expose"][0]["route"] == "photos"


def test_a_route_with_two_hosts_is_one_exposure_and_one_to_two_places_is_two(tmp_path: Path) -> None:
    ingress = one("Ingress", "photos")
    (rule,) = ingress["spec"]["rules"]
    ingress["spec"]["rules"].append({**rule, "host": "pictures.shed.example"})
    said, objects = photos(adopted(tmp_path / "hosts", ingress))
    assert "Ingress/photos" not in objects
    assert said["expose"][0]["further_hosts"] == ["pictures"]
    (path,) = rule["http"]["paths"]
    elsewhere = {"service": {"name": "photos-db", "port": {"number": 5432}}}
    rule["http"] = {"paths": [path, {**path, "path": "/db", "backend": elsewhere}]}
    ingress["spec"]["rules"] = [rule]
    said, objects = photos(adopted(tmp_path / "places", ingress))
    assert "Ingress/photos" not in objects
    assert [(each["route"], each.get("path"), each.get("workload")) for each in said["expose"]] == [
        ("photos", None, "web"),
        ("photos", "/db", None),
    ]


def test_init_containers_before_native_sidecars_are_said_in_their_order(tmp_path: Path) -> None:
    web = one("Deployment", "photos-web")
    pod = web["spec"]["template"]["spec"]
    pod["initContainers"].append({"name": "vpn", "image": "example.com/vpn:1", "restartPolicy": "Always"})
    said, _ = photos(adopted(tmp_path, web))
    assert "patch" not in said
    assert said["init_order"] == ["wait-for-db", "vpn"]
    assert (list(said["init"]), list(said["sidecars"])) == (["wait-for-db"], ["vpn"])


@pytest.mark.parametrize(("more", "key"), [({}, "volumes"), ({"selector": {"matchLabels": {"a": "b"}}}, "claims")])
def test_a_statefulset_with_a_claim_of_its_own_needs_no_patch_of_volumes(more: Any, key: str, tmp_path: Path) -> None:
    claim = one("PersistentVolumeClaim", "wiki")
    claim["metadata"] |= {"name": "dumps", "namespace": "photos"}
    claim["spec"] |= more
    database = one("StatefulSet", "photos-db")
    pod = database["spec"]["template"]["spec"]
    pod["volumes"] = [{"name": "dumps", "persistentVolumeClaim": {"claimName": "dumps"}}]
    pod["containers"][0]["volumeMounts"].append({"name": "dumps", "mountPath": "/dumps"})
    said, objects = photos(adopted(tmp_path, database, claim))
    assert "dumps" in said[key]
    assert ("PersistentVolumeClaim/dumps" in objects) == (key == "claims")
    assert "patch" not in said


def test_an_error_that_a_service_has_as_objects_too_keeps_no_keys_from_it(tmp_path: Path) -> None:
    nobodys = one("Middleware", "large")
    nobodys["apiVersion"] = "autoscaling.k8s.io/v1"
    nobodys["kind"] = "VerticalPodAutoscaler"
    adoption = adopted(tmp_path, one("Middleware", "large"), nobodys)
    said, _ = photos(adoption)
    assert said["kind"] == "app"


def test_a_service_of_another_type_stays_an_object(tmp_path: Path) -> None:
    service = one("Service", "photos-web")
    service["spec"]["type"] = "ExternalName"
    _, objects = photos(adopted(tmp_path, service))
    assert "Service/photos-web" in objects


def test_a_patch_says_which_address_a_service_has_at_the_load_balancer(tmp_path: Path) -> None:
    service = one("Service", "photos-web")
    service["spec"] |= {"type": "LoadBalancer", "externalTrafficPolicy": "Local", "loadBalancerIP": "192.0.2.9"}
    said, objects = photos(adopted(tmp_path, service))
    assert "Service/photos-web" not in objects
    assert said["patch"]["service/photos-web"]["merge"]["spec"] == {"loadBalancerIP": "192.0.2.9"}
    assert (said["load_balancer"], said["publish"]) == ("any", ["http"])
    assert said["service_options"] == {"external_traffic": "Local"}


def test_a_service_at_the_load_balancer_without_an_address_needs_no_patch(tmp_path: Path) -> None:
    service = one("Service", "photos-web")
    service["spec"] |= {"type": "LoadBalancer", "externalTrafficPolicy": "Cluster"}
    service["metadata"].setdefault("annotations", {})["metallb.io/address-pool"] = "house"
    service["status"] = {"loadBalancer": {"ingress": [{"ip": "192.168.1.9"}]}}
    said, objects = photos(adopted(tmp_path, service))
    assert "Service/photos-web" not in objects
    assert "service/photos-web" not in said.get("patch", {})
    assert said["annotations"]["service"] == {"metallb.io/address-pool": "house"}


@pytest.mark.parametrize(
    ("resources", "unsized", "stated"),
    [
        ({}, True, {}),
        ({"limits": {"example.com/device": "1"}}, True, {}),
        ({"requests": {"cpu": "50m"}}, ["memory"], {"cpu": "50m"}),
        ({"limits": {"memory": "1Gi"}, "requests": {"memory": "128Mi"}}, ["cpu"], {"memory": "1Gi"}),
    ],
)
def test_no_amount_is_invented_for_a_container_that_states_none(
    resources: Any, unsized: Any, stated: Any, tmp_path: Path
) -> None:
    web = one("Deployment", "photos-web")
    web["spec"]["template"]["spec"]["containers"][0]["resources"] = resources
    said, _ = photos(adopted(tmp_path, web))
    assert (said["unsized"], {key: said[key] for key in said.keys() & {"cpu", "memory"}}) == (unsized, stated)
    assert "deployment/photos-web" not in said.get("patch", {})


def test_rights_of_a_pod_and_annotations_of_claims_are_keys(tmp_path: Path) -> None:
    web, claim = one("Deployment", "photos-web"), one("PersistentVolumeClaim", "originals")
    rights = {"runAsUser": 0, "seLinuxOptions": {"level": "s0:c1"}}
    web["spec"]["template"]["spec"]["securityContext"] = rights
    claim["metadata"].setdefault("annotations", {})["example.com/copied-by"] = "nas"
    said, _ = photos(adopted(tmp_path, web, claim))
    assert said["security"] == {"run_as_root": True, "selinux": {"level": "s0:c1"}}
    assert said["volumes"]["originals"]["annotations"] == {"example.com/copied-by": "nas"}
    assert "deployment/photos-web" not in said.get("patch", {})


@pytest.mark.parametrize(("name", "real"), [("shed", 4), ("attic", 9), ("loft", 6)])
def test_most_services_are_of_a_kind_of_their_own_and_shorter_than_their_manifests(
    name: str, real: int, tmp_path: Path
) -> None:
    objects = [each for found in read_dump(Path("tests/dumps", name)).resources.values() for each in found]
    releases, _ = read_releases(objects)
    wishes = Wishes(repositories={each.name: "https://charts.example" for each in releases})
    adoption = adopt_cluster(tmp_path / name, objects, wishes)
    assert sum(each.kind != "objects" for each in adoption.added) >= real
    declared = {key for each in adoption.added for key in each.objects}
    manifests = [as_stated(each) for each in objects if key_of(each) in declared]
    written = sum(text.count("\n") for each in adoption.added for text in each.files.values())
    assert written < sum(len(yaml.safe_dump(each).splitlines()) for each in manifests)


def test_amounts_in_decimal_units_need_no_patch(tmp_path: Path) -> None:
    database = one("StatefulSet", "photos-db")
    (container,) = database["spec"]["template"]["spec"]["containers"]
    container["resources"] = {"requests": {"cpu": "1", "memory": "256M"}, "limits": {"cpu": "2500m", "memory": "512M"}}
    said, _ = photos(adopted(tmp_path / "stored", database))
    assert (said["workloads"]["db"]["memory"], "statefulset/photos-db" in said.get("patch", {})) == ("512M", False)
    container["resources"]["requests"]["cpu"] = "1000m"
    said, _ = photos(adopted(tmp_path / "written", database))
    assert "statefulset/photos-db" not in said.get("patch", {})


def test_ports_of_no_service_disk_and_what_is_stated_as_it_is_anyway_need_no_patch(tmp_path: Path) -> None:
    web = one("Deployment", "photos-web")
    pod = web["spec"]["template"]["spec"]
    pod |= {"hostNetwork": False, "hostPID": False, "hostIPC": False}
    (container, *_) = pod["containers"]
    (listening,) = container["ports"]
    container["ports"] = [{**listening, "name": "http"}, {"name": "metrics", "containerPort": 9100, "protocol": "TCP"}]
    amounts = ("requests", "1Gi"), ("limits", "2G")
    for field, amount in amounts:
        container["resources"].setdefault(field, {})["ephemeral-storage"] = amount
    said, _ = photos(adopted(tmp_path, web))
    assert said["ports"]["metrics"] == {"number": 9100, "service": False}
    assert (said["ephemeral_storage_request"], said["ephemeral_storage"]) == ("1Gi", "2G")
    assert "deployment/photos-web" not in said.get("patch", {})
