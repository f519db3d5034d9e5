"""The lab's nodes, which KWOK plays: as large, labelled and tainted as they are planned."""

import time
from collections.abc import Collection, Iterator
from typing import Any

from config.lab import Lab
from operations.clients.kubernetes import Api
from plan.cluster.membership import node_address
from plan.cluster.nodes import REGION_LABEL, ZONE_LABEL
from plan.model import Manifest, Node
from plan.model.resources import written
from plan.workloads.storage_classes import BLOCK_PROVISIONER, NFS_PROVISIONER
from rehearsal.control_plane.processes import PartFailed

NOT_READY = "node.kubernetes.io/not-ready"
SECONDS = 120
"""That nodes have to become ready."""
ATTACHED_BY_CONTROLLER = "volumes.kubernetes.io/controller-managed-attach-detach"
"""Annotation without which nobody attaches the volumes of a node's pods."""


def add_nodes(api: Api, lab: Lab, nodes: Collection[Node]) -> None:
    """Let nodes join, tell the scheduler how many volumes they take, and wait until they are ready.

    Raises:
        Refused: the API server does not want one.
        PartFailed: a node is not ready in time.
    """
    names = [node.name for node in nodes]
    for node in nodes:
        for each in (node_manifest(lab, node), csi_node(node)):
            api.create(each)
    deadline = time.monotonic() + SECONDS
    while waiting := [name for name in names if not is_ready(api.get("v1", "Node", name) or {})]:
        if time.monotonic() > deadline:
            raise PartFailed(f"not ready after {SECONDS} s: {', '.join(waiting)}; KWOK does not play them")
        time.sleep(0.1)


def is_ready(node: Manifest) -> bool:
    """Whether a node takes pods: it is ready, and the controllers have taken note."""
    conditions = {each["type"]: each["status"] for each in node.get("status", {}).get("conditions", ())}
    taints = {each["key"] for each in node.get("spec", {}).get("taints", ())}
    return conditions.get("Ready") == "True" and NOT_READY not in taints


def node_manifest(lab: Lab, node: Node) -> Manifest:
    """A node as its kubelet would register it."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": node.name,
            "labels": dict(node.labels),
            "annotations": {ATTACHED_BY_CONTROLLER: "true"},
        },
        "spec": {"taints": [_taint(key, value) for key, value in node.taints.items()]},
        "status": {
            "capacity": written(node.capacity),
            "allocatable": written(node.allocatable),
            "addresses": list(_addresses(lab, node.name)),
            "nodeInfo": _node_info(lab),
        },
    }


def _addresses(lab: Lab, name: str) -> Iterator[dict[str, str]]:
    """Where the node is; pods in its network have the same address, and none where it has none."""
    if name in lab.machines and (address := node_address(lab, lab.machines[name])):
        yield {"type": "InternalIP", "address": address}
    yield {"type": "Hostname", "address": name}


def csi_node(node: Node) -> Manifest:
    """The CSI drivers of a node, and the volume slots that the one for block volumes has left."""
    drivers: list[dict[str, Any]] = [
        {
            "name": BLOCK_PROVISIONER,
            "nodeID": node.name,
            "topologyKeys": [REGION_LABEL, ZONE_LABEL],
            "allocatable": {"count": node.volume_slots},
        },
        {"name": NFS_PROVISIONER, "nodeID": node.name, "topologyKeys": []},
    ]
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "CSINode",
        "metadata": {"name": node.name},
        "spec": {"drivers": drivers},
    }


def _taint(key: str, value: str) -> dict[str, str]:
    name, _, effect = key.partition(":")
    return {"key": name, "effect": effect or "NoSchedule", **({"value": value} if value else {})}


def _node_info(lab: Lab) -> dict[str, str]:
    """KWOK fills in what is empty."""
    version = {"kubeletVersion": lab.cluster.kubernetes_version, "kubeProxyVersion": ""}
    machine = {"architecture": "amd64", "operatingSystem": "linux", "osImage": "", "kernelVersion": ""}
    ids = dict.fromkeys(("bootID", "machineID", "systemUUID", "containerRuntimeVersion"), "")
    return {**version, **machine, **ids}
