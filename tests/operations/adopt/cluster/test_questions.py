"""Only questions that the owner alone can answer are asked."""

import json

from operations.adopt.cluster.objects import LAST_APPLIED, Key
from operations.adopt.cluster.questions import questions_about
from operations.adopt.cluster.services import FoundService
from operations.adopt.cluster.world import read_world
from tests.operations.adopt.cluster.shed import service, world


def asked(name: str) -> set[tuple[str, str, tuple[str, ...]]]:
    return {(each.key.name, each.what, each.names) for each in questions_about(service(name), world())}


def test_a_tag_that_moves_and_what_was_changed_by_hand_is_asked() -> None:
    assert {
        ("wiki-deployment", "moving-tag", ("example.com/wiki:latest",)),
        ("wiki-deployment", "no-requests", ("main",)),
        ("wiki-deployment", "differs-from-applied", ("spec.replicas",)),
    } <= asked("wiki")


def test_a_pod_without_a_controller_is_asked() -> None:
    assert ("probe", "bare-pod", ()) in asked("probe")


def test_a_secret_is_named_and_a_service_in_order_has_no_questions_but_that() -> None:
    about_photos = {(name, what) for name, what, _ in asked("photos")}
    assert ("photos", "secret-kept") in about_photos
    assert ("photos-web", "no-requests") not in about_photos
    assert ("photos-web", "moving-tag") not in about_photos
    assert ("photos-web", "differs-from-applied") not in about_photos


def test_a_value_that_the_api_server_does_not_store_is_no_change_by_hand() -> None:
    applied = {"spec": {"storageClassName": "", "nfs": {"path": "/films", "readOnly": False}}}
    metadata = {"name": "films", "annotations": {LAST_APPLIED: json.dumps(applied)}}
    live = {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": metadata, "spec": {"nfs": {"path": "/films"}}}
    key = Key("PersistentVolume", "", "films")
    found = FoundService("films", "", None, (), (key,))
    assert [each.what for each in questions_about(found, read_world([live]))] == []
