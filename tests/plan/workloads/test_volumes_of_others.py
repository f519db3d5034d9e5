"""A block volume of another service is on one node at a time, and so are the pods that mount it."""

import shutil
from pathlib import Path

from config.load import load_lab
from plan import make_plan
from plan.model.templates import pod_spec
from tests.plan.labs import change, objects

DESK = """kind: app
tier: apps
namespace: desk
description: Notes
image: registry.example/notes:1.0.0
cpu: 50m
memory: 128Mi
"""
VOLUME = "volumes: {data: {storage_class: block, size: 5Gi, no_backup: Nothing of it is kept}}\nmounts: {data: /data}\n"
CLAIM = "claims: {data: notes/data}\nmounts: {data: /data}\n"


def test_pods_that_mount_a_block_volume_of_another_service_share_its_node(tmp_path: Path) -> None:
    folder = Path(shutil.copytree("tests/incidents/lab", tmp_path / "lab"))
    files = {"services/notes.yaml": DESK + VOLUME, "services/index.yaml": DESK + CLAIM}
    change(folder, [{"file": file, "new": text} for file, text in files.items()])
    deployments = objects(make_plan(load_lab(folder)), "Deployment")
    (index,) = (each for each in deployments if each["metadata"]["name"] == "index")
    (near,) = pod_spec(index)["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert near["topologyKey"] == "kubernetes.io/hostname"
    assert near["labelSelector"]["matchLabels"] == {"app.kubernetes.io/name": "notes"}
