"""Data that a change would leave behind: the commands that messages name move it, on a real control plane."""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from operations.guard.objects.moving_data import HOW_CLAIMS_MOVE, HOW_TEMPLATES_GROW
from plan.model import Manifest
from plan.workloads.storage_classes import BLOCK_PROVISIONER
from rehearsal.control_plane import Api, ControlPlane
from rehearsal.tools import path_of
from tests.conformance.waiting import eventually

OLD, NEW, GROWING = PLACES = ("moving-from", "moving-to", "growing")
CLASS: Manifest = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "StorageClass",
    "metadata": {"name": "moving"},
    "provisioner": BLOCK_PROVISIONER,
    "parameters": {"storage": "local-lvm"},
    "reclaimPolicy": "Delete",
    "volumeBindingMode": "WaitForFirstConsumer",
    "allowVolumeExpansion": True,
}


@pytest.fixture(scope="module")
def places(api: Api) -> Iterator[None]:
    """Three namespaces and a storage class whose volumes go with their claims."""
    api.apply(CLASS)
    for name in PLACES:
        api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield
    for name in PLACES:
        api.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    api.delete(CLASS)


def claim(namespace: str, **spec: Any) -> Manifest:
    size = {"resources": {"requests": {"storage": "1Gi"}}}
    stated = {"accessModes": ["ReadWriteOnce"], "storageClassName": "moving", **size, **spec}
    return made("v1", "PersistentVolumeClaim", "data", namespace, stated)


def service(kind: str, namespace: str, **spec: Any) -> Manifest:
    labels = {"app": "moving"}
    template: Manifest = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "main", "image": "stand-in"}]},
    }
    if kind == "Deployment":
        template["spec"]["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    stated = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template, **spec}
    return made("apps/v1", kind, "service", namespace, stated)


def made(version: str, kind: str, name: str, namespace: str, spec: Manifest) -> Manifest:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": namespace}, "spec": spec}


def kubectl(running: ControlPlane, text: str, **names: str) -> list[str]:
    """Carry out the commands of a message, in their order, with these names in them; returns those of kubectl."""
    commands = re.findall(r"`(kubectl [^`]+)`", text)
    for command in commands:
        for name, value in names.items():
            command = command.replace(name, value)
        _, *arguments = shlex.split(command)
        environment = os.environ | {"KUBECONFIG": str(running.kubeconfig)}
        done = subprocess.run([path_of("kubectl"), *arguments], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{command}: {done.stderr}"
    return commands


def ready(api: Api, kind: str, namespace: str) -> bool:
    found = api.get("apps/v1", kind, "service", namespace) or {}
    return found.get("status", {}).get("readyReplicas") == 1


def volume_of(api: Api, namespace: str, name: str = "data") -> str:
    found = api.get("v1", "PersistentVolumeClaim", name, namespace) or {}
    return found["spec"]["volumeName"] if found.get("status", {}).get("phase") == "Bound" else ""


@pytest.mark.usefixtures("places")
def test_a_claim_moves_to_another_namespace_with_its_volume(running: ControlPlane, api: Api) -> None:
    api.apply(claim(OLD))
    api.apply(service("Deployment", OLD))
    assert eventually(lambda: ready(api, "Deployment", OLD))
    volume = volume_of(api, OLD)
    before, deleting = HOW_CLAIMS_MOVE.split("delete ", maxsplit=1)
    api.delete(service("Deployment", OLD))
    assert kubectl(running, before, VOLUME=volume)
    api.delete(claim(OLD))
    assert eventually(lambda: api.get("v1", "PersistentVolumeClaim", "data", OLD) is None)
    assert kubectl(running, deleting, VOLUME=volume)
    api.apply(claim(NEW, volumeName=volume))
    api.apply(service("Deployment", NEW))
    assert eventually(lambda: ready(api, "Deployment", NEW))
    assert volume_of(api, NEW) == volume


@pytest.mark.usefixtures("places")
def test_claims_of_a_statefulset_grow_under_pods_that_run_on(running: ControlPlane, api: Api) -> None:
    template = {**claim(GROWING), "metadata": {"name": "data"}}
    api.apply(service("StatefulSet", GROWING, volumeClaimTemplates=[template]))
    assert eventually(lambda: ready(api, "StatefulSet", GROWING))
    (pod,) = api.list("v1", "Pod", GROWING)
    names = {"CLAIM": "data-service-0", "SIZE": "2Gi", "NAMESPACE": GROWING, "NAME": "service"}
    assert kubectl(running, HOW_TEMPLATES_GROW, **names)
    assert eventually(lambda: api.get("apps/v1", "StatefulSet", "service", GROWING) is None)
    larger = {**template, "spec": {**template["spec"], "resources": {"requests": {"storage": "2Gi"}}}}
    api.apply(service("StatefulSet", GROWING, volumeClaimTemplates=[larger]))
    assert eventually(lambda: ready(api, "StatefulSet", GROWING))
    (same,) = api.list("v1", "Pod", GROWING)
    kept = api.get("v1", "PersistentVolumeClaim", "data-service-0", GROWING) or {}
    assert same["metadata"]["uid"] == pod["metadata"]["uid"]
    assert kept["spec"]["resources"]["requests"]["storage"] == "2Gi"
