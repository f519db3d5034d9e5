"""Objects in files that would be keys if the lab described what they name."""

from pathlib import Path

import pytest

from operations.adopt.files.of_manifests import find_manifests
from tests.plan.labs import FOLDERS

DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: "registry.example/web:1.0.0", volumeMounts: [{name: data, mountPath: /data}]}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: web-data}}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 8080}]}
---
"""
ROUTE = """apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  hostnames: [web.every.example]
  parentRefs: [{name: NAME, namespace: network, sectionName: https}]
  rules: [{backendRefs: [{name: web, port: 8080}]}]
---
"""
CLAIM = """apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: web-data}
spec: {accessModes: [ReadWriteOnce], storageClassName: CLASS, resources: {requests: {storage: 1Gi}}}
"""


NO_GATEWAY = "HTTPRoute/web: an object, since gateways in cluster.yaml do not have"


def unbuilt(folder: Path) -> str:
    raise AssertionError(folder)


@pytest.mark.parametrize(
    ("gateway", "storage_class", "notes"),
    [
        ("envoy-inside", "longhorn", []),
        (
            "elsewhere",
            "longhorn",
            [f"{NO_GATEWAY} network/elsewhere with the listener https"],
        ),
        (
            "envoy-inside",
            "ceph",
            ["PersistentVolumeClaim/web-data: an object, since storage.yaml does not have its class ceph"],
        ),
    ],
)
def test_what_the_lab_does_not_describe_is_told(
    gateway: str, storage_class: str, notes: list[str], tmp_path: Path
) -> None:
    text = DEPLOYMENT + ROUTE.replace("NAME", gateway) + CLAIM.replace("CLASS", storage_class)
    (tmp_path / "web.yaml").write_text(text, encoding="utf-8")
    (service,) = find_manifests(FOLDERS["every_key"], tmp_path, "web", None, unbuilt).services
    assert [each for each in service.notes if "an object" in each] == notes
