"""Workloads that belong together are one service, and everything that is only there for it comes with it."""

from typing import Any

from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.origins import OfRelease, Own
from operations.adopt.cluster.services import find_services
from operations.adopt.cluster.world import read_world
from plan.model import Manifest
from tests.operations.adopt.cluster.shed import service, world


def test_every_object_that_is_stated_has_one_place() -> None:
    found = world()
    grouping = find_services(found)
    places = [key for each in grouping.services for key in each.objects]
    places += [*grouping.namespaces, *(unused.key for unused in grouping.unused)]
    assert sorted(places) == sorted(key for key, origin in found.origins.items() if isinstance(origin, Own))


def test_workloads_that_call_each_other_or_share_a_volume_are_one_service() -> None:
    photos = service("photos")
    assert {key.name for key in photos.workloads} == {"photos-web", "photos-db", "photos-index"}
    assert photos.main == Key("Deployment", "photos", "photos-web")


def test_what_only_a_service_uses_comes_with_it() -> None:
    assert {
        Key("PersistentVolume", "", "photos-originals"),
        Key("PersistentVolumeClaim", "photos", "originals"),
        Key("ConfigMap", "photos", "photos-settings"),
        Key("Secret", "photos", "photos"),
        Key("Service", "photos", "photos-db"),
        Key("Ingress", "photos", "photos"),
        Key("Middleware", "photos", "large", "traefik.io"),
    } <= set(service("photos").objects)


def test_one_namespace_does_not_make_two_workloads_one_service() -> None:
    assert service("wiki").workloads == (Key("Deployment", "tools", "wiki-deployment"),)
    assert service("paste").workloads == (Key("Deployment", "tools", "paste"),)


def test_a_release_is_a_service_whose_objects_are_its_charts() -> None:
    metrics = service("metrics")
    assert metrics.release == OfRelease("monitoring", "metrics")
    assert metrics.objects == ()


def test_what_nobody_uses_is_said() -> None:
    assert [unused.key for unused in find_services(world()).unused] == [Key("ConfigMap", "default", "old-notes")]


def applied(kind: str, name: str, namespace: str, api_version: str = "v1", **content: Any) -> Manifest:
    written = [{"manager": "kubectl-client-side-apply", "operation": "Update"}]
    metadata = {"name": name, "namespace": namespace, "managedFields": written}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}


def test_a_route_to_a_host_outside_is_a_service_in_the_default_namespace_too() -> None:
    route = {"match": "Host(`pve.lab.example`)", "middlewares": [{"name": "headers"}], "services": [{"name": "pve"}]}
    objects = [
        applied("IngressRoute", "pve", "default", "traefik.io/v1alpha1", spec={"routes": [route]}),
        applied("Middleware", "headers", "default", "traefik.io/v1alpha1", spec={}),
        applied("Service", "pve", "default", spec={"type": "ExternalName", "externalName": "192.0.2.4"}),
        applied("ConfigMap", "notes", "default"),
    ]
    grouping = find_services(read_world(objects))
    (found,) = grouping.services
    assert (found.name, {key.kind for key in found.objects}) == ("pve", {"IngressRoute", "Middleware", "Service"})
    assert [each.key.name for each in grouping.unused] == ["notes"]


def test_a_job_that_ran_once_does_not_take_the_name_of_the_namespace() -> None:
    def pods(name: str) -> dict[str, Any]:
        template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": "main", "image": "a:1"}]}}
        return {"selector": {"matchLabels": {"app": name}}, "template": template}

    objects = [
        applied("Deployment", "server", "films", "apps/v1", spec=pods("server")),
        applied("Job", "import-once", "films", "batch/v1", spec=pods("import-once")),
    ]
    names = {each.name for each in find_services(read_world(objects)).services}
    assert names == {"films", "import-once"}


def test_a_claim_is_of_the_service_that_mounts_it_and_not_of_what_only_names_such_a_word() -> None:
    def made(api_version: str, kind: str, name: str, spec: dict[str, Any]) -> Manifest:
        metadata = {"name": name, "namespace": "data", "managedFields": [{"manager": "kubectl-client-side-apply"}]}
        return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec}

    pod = {
        "containers": [{"name": "git", "image": "git:1"}],
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "git"}}],
    }
    template = {"metadata": {"labels": {"app": "forge"}}, "spec": pod}
    objects = [
        made("postgresql.cnpg.io/v1", "Cluster", "main", {"managed": {"roles": [{"name": "git"}]}}),
        made("v1", "PersistentVolumeClaim", "git", {"storageClassName": "disk"}),
        made("apps/v1", "Deployment", "forge", {"selector": {"matchLabels": {"app": "forge"}}, "template": template}),
    ]
    owners = {key: each.name for each in find_services(read_world(objects)).services for key in each.objects}
    claim, forge = Key("PersistentVolumeClaim", "data", "git"), Key("Deployment", "data", "forge")
    assert owners[claim] == owners[forge]


def test_the_certificates_of_the_api_server_make_no_two_pods_one_service() -> None:
    def made(kind: str, name: str, spec: dict[str, Any]) -> Manifest:
        metadata = {"name": name, "namespace": "home", "managedFields": [{"manager": "kubectl-run"}]}
        return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **({"spec": spec} if spec else {})}

    def pod(name: str) -> Manifest:
        sources = [{"configMap": {"name": "kube-root-ca.crt"}}]
        volumes = [{"name": "kube-api-access-abc", "projected": {"sources": sources}}]
        return made("Pod", name, {"containers": [{"name": name, "image": f"{name}:1"}], "volumes": volumes})

    objects = [pod("debug"), pod("whoami"), made("ConfigMap", "kube-root-ca.crt", {})]
    assert len([each for each in find_services(read_world(objects)).services if each.workloads]) == 2
