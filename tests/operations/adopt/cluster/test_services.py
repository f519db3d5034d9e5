"""Workloads that belong together are one service, and everything that is only there for it comes with it."""

from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.origins import OfRelease, Own
from operations.adopt.cluster.services import find_services
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
