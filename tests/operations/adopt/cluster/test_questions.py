"""Only questions that the owner alone can answer are asked."""

import json
from typing import Any

from operations.adopt.cluster.objects import LAST_APPLIED, Key, key_of
from operations.adopt.cluster.questions import questions_about
from operations.adopt.cluster.service_file import manifest_of
from operations.adopt.cluster.services import FoundService
from operations.adopt.cluster.world import read_world
from tests.operations.adopt.cluster.shed import service, world

KIND = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "git", "namespace": "git"}}
POD = {"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}


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


def test_a_variable_that_was_added_by_hand_is_asked_and_a_restart_is_not() -> None:
    def deployment(env: list[dict[str, str]], annotations: dict[str, str]) -> dict[str, Any]:
        volumes = [{"name": "who", "projected": {"sources": [{"downwardAPI": {"items": [POD]}}]}}]
        spec = {"containers": [{"name": "git", "image": "git:1", "env": env}], "volumes": volumes}
        template = {"metadata": {"labels": {"app": "git"}, **({"annotations": annotations} if annotations else {})}}
        return {"spec": {"selector": {"matchLabels": {"app": "git"}}, "template": {**template, "spec": spec}}}

    applied = deployment([{"name": "A", "value": "1"}], {})
    live = deployment(
        [{"name": "A", "value": "1"}, {"name": "LOG", "value": "debug"}],
        {"kubectl.kubernetes.io/restartedAt": "2026-11-27T20:17:29Z"},
    )
    live["spec"]["template"]["spec"]["volumes"][0]["projected"]["sources"][0]["downwardAPI"]["items"] = [
        {"path": "labels", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.labels"}}
    ]
    metadata = {"name": "git", "namespace": "git", "annotations": {LAST_APPLIED: json.dumps(applied | KIND)}}
    key = Key("Deployment", "git", "git")
    found = FoundService("git", "git", None, (), (key,))
    asked_about = questions_about(found, read_world([{**KIND, "metadata": metadata, **live}]))
    changed = [each.names for each in asked_about if each.what == "differs-from-applied"]
    assert changed == [("spec.template.spec.containers.git.env.LOG",)]


def asked_about(manifest: dict[str, Any]) -> list[str]:
    key = key_of(manifest)
    found = FoundService("git", "git", None, (), (key,))
    return [each.what for each in questions_about(found, read_world([manifest]))]


def test_a_service_without_an_address_is_told_and_not_awaited() -> None:
    metadata = {"name": "git", "namespace": "git", "uid": "1"}
    spec = {"type": "LoadBalancer", "selector": {"app": "git"}, "ports": [{"port": 22}]}
    service = {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}
    served = {**service, "status": {"loadBalancer": {"ingress": [{"ip": "192.168.1.9"}]}}}
    assert asked_about(service) == ["no-address"]
    assert asked_about(served) == []
    stated = [manifest_of(key_of(each), read_world([each]), "git", []) for each in (service, served)]
    assert stated[0]["metadata"]["annotations"] == {"pulumi.com/skipAwait": "true"}
    assert "annotations" not in stated[1]["metadata"]


def test_pods_that_are_not_ready_are_told() -> None:
    container = {"name": "git", "image": "git:1", "resources": {"requests": {"cpu": "1"}}}
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "git"}}]
    template = {"metadata": {"labels": {"app": "git"}}, "spec": {"containers": [container], "volumes": volumes}}
    spec = {"replicas": 2, "selector": {"matchLabels": {"app": "git"}}, "template": template}
    assert asked_about({**KIND, "spec": spec, "status": {"replicas": 2, "readyReplicas": 1}}) == ["not-ready"]
    assert asked_about({**KIND, "spec": spec, "status": {"replicas": 2, "readyReplicas": 2}}) == []
    assert asked_about({**KIND, "spec": spec}) == []


def test_what_controllers_and_the_api_server_fill_in_was_not_changed_by_hand() -> None:
    def names(kind: str, applied: dict[str, Any], live: dict[str, Any]) -> set[tuple[str, ...]]:
        stated: dict[str, Any] = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "it", "namespace": "git"}}
        annotations = {LAST_APPLIED: json.dumps({**stated, "spec": applied})}
        runs = {**stated, "metadata": {**stated["metadata"], "annotations": annotations}, "spec": live}
        found = FoundService("it", "git", objects=(key_of(runs),), workloads=(), release=None, main=None)
        asked_about = questions_about(found, read_world([runs]))
        return {each.names for each in asked_about if each.what == "differs-from-applied"}

    size = {"storageClassName": "slow", "resources": {"requests": {"storage": "1Gi"}}}
    grown = {**size, "resources": {"requests": {"storage": "2Gi"}}, "volumeName": "pvc-1"}
    assert names("PersistentVolumeClaim", size, {**size, "volumeName": "pvc-1"}) == set()
    assert names("PersistentVolumeClaim", size, grown) == {("spec.resources.requests.storage",)}
    assert names("PersistentVolume", {}, {"claimRef": {"name": "it", "namespace": "git"}}) == set()
    figures = {"updateStrategy": {"rollingUpdate": {"maxUnavailable": 2}}}
    filled = {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 2}}}
    assert names("DaemonSet", figures, filled) == set()
