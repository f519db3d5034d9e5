"""The files of a lab that is only a cluster yet: its nodes as they are, and tiers for its namespaces."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from config.format import NEWEST_FORMAT
from config.model import NAME_PATTERN
from config.quantity import Cpu, Memory
from observation.distributions import distribution_of
from observation.objects import labels_of
from operations.adopt.cluster.lab_addresses import address_of, around, ranges
from operations.adopt.cluster.lab_routes import gateways_of
from operations.adopt.cluster.lab_storage import volume_limits
from operations.adopt.cluster.services import as_name
from operations.adopt.cluster.world import World
from operations.adopt.cluster.yaml_text import Flow, document
from plan.model import Manifest
from plan.model.fields import entries, mapping, text
from plan.model.metadata import TIER_LABEL
from plan.model.resources import CPU, EPHEMERAL_STORAGE, MEMORY

CHECK = "Not known of the cluster: check"
_ROLE_LABELS = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
_OWN_LABELS = re.compile(
    r"(beta\.)?kubernetes\.io/(arch|os|hostname)|node-role\.kubernetes\.io/.*|.*instance-type.*|kubernetes\.io/role"
)
"""Labels that follow from the node itself."""
_OF_CONDITIONS = "node.kubernetes.io/"
"""Taints that Kubernetes sets and takes back: of a node that is cordoned, not ready, short of memory."""
_ORDINARY = frozenset({"cpu", "memory", "ephemeral-storage", "pods"})
_SPECIFIC = re.compile(r"hugepages-.*|attachable-volumes-.*")


def lab_files(
    name: str,
    world: World,
    tiers: Iterable[str],
    domain: str,
    classes: Mapping[str, object],
    *,
    schemas: bool = True,
) -> dict[str, str]:
    """The text of each file, by its name. Every service of the cluster is of one of the `tiers`.

    With `schemas`, each begins with the line that names its schema for an editor.
    """
    nodes = [world.manifests[key] for key in world.manifests if key.kind == "Node"]
    files = {
        "site.yaml": document({"format": NEWEST_FORMAT, "domain": domain, "hosts": {}}, [_schema("site")]),
        "networks.yaml": _networks(nodes),
        "machines.yaml": document({}, [_schema("machines"), "Machines of Proxmox: `homelab adopt` writes them."]),
        "nodes.yaml": document({str(each["metadata"]["name"]): _node(each) for each in nodes}, [_schema("nodes")]),
        "cluster.yaml": _cluster(name, world, nodes),
        "tiers.yaml": _tiers(world, list(tiers)),
    }
    if classes:
        files["storage.yaml"] = document(classes, [_schema("storage")])
    return files if schemas else {name: content.partition("\n")[2] for name, content in files.items()}


def _schema(file: str) -> str:
    return f"yaml-language-server: $schema=../../schema/{file}.json"


def _networks(nodes: Iterable[Manifest]) -> str:
    addresses = [found for each in nodes if (found := address_of(each))]
    network = {"cidr": str(around(addresses)), "description": "The network of the nodes"}
    comments = [_schema("networks"), f"{CHECK} the size of the network."]
    return document({"bridges": {}, "networks": {"nodes": Flow(network)}}, comments)


def _node(node: Manifest) -> dict[str, Any]:
    capacity, allocatable = mapping(node, "status", "capacity"), mapping(node, "status", "allocatable")
    is_control_plane = any(label in labels_of(node) for label in _ROLE_LABELS)
    said: dict[str, Any] = {"role": "control-plane" if is_control_plane else "worker"}
    if address := address_of(node):
        said["address"] = str(address)
    said |= {
        "cpus": max(1, Cpu.parse(str(capacity.get(CPU, "1"))) // 1000),
        "memory": _amount(capacity.get(MEMORY)),
        "ephemeral_storage": _amount(capacity.get(EPHEMERAL_STORAGE)),
        "allocatable": Flow(
            cpu=str(allocatable.get(CPU, "1")),
            memory=_amount(allocatable.get(MEMORY)),
            ephemeral_storage=_amount(allocatable.get(EPHEMERAL_STORAGE)),
        ),
    }
    if pods := capacity.get("pods"):
        said["pods"] = int(str(pods))
    extended = {
        resource: int(str(amount))
        for resource, amount in capacity.items()
        if resource not in _ORDINARY and not _SPECIFIC.fullmatch(resource) and str(amount).isdigit() and int(amount)
    }
    if extended:
        said["extended"] = Flow(extended)
    if labels := {label: value for label, value in labels_of(node).items() if not _OWN_LABELS.fullmatch(label)}:
        said["labels"] = dict(labels)
    taints = {
        text(each, "key"): _taint(text(each, "value"), text(each, "effect"))
        for each in entries(node, "spec", "taints")
        if not text(each, "key").startswith(_OF_CONDITIONS)
    }
    if taints:
        said["taints"] = Flow(taints)
    info = mapping(node, "status", "nodeInfo")
    said["description"] = f"{text(info, 'osImage') or 'A node'}, {text(info, 'kubeletVersion') or 'version not known'}"
    return said


def _taint(value: str, effect: str) -> str | Flow:
    return value if effect == "NoSchedule" else Flow(**({"value": value} if value else {}), effect=effect)


def _amount(value: object) -> str:
    """An amount as it is reported, without the last bytes: kubelets report odd numbers of them."""
    amount = Memory.parse(str(value or "1Gi"))
    return str(Memory(max(1 << 20, amount // (1 << 20) * (1 << 20))))


def _cluster(name: str, world: World, nodes: list[Manifest]) -> str:
    versions = sorted(text(each, "status", "nodeInfo", "kubeletVersion").partition("+")[0] for each in nodes)
    version = versions[0] if versions and re.fullmatch(r"v1\.\d+\.\d+", versions[0]) else "v1.34.2"
    distribution = distribution_of(nodes)
    said: dict[str, Any] = {
        "name": as_name(name),
        "description": f"{len(nodes)} nodes, adopted as they are" if len(nodes) != 1 else "One node, adopted as it is",
        "kubernetes_version": version,
        "network_plugin": _network_plugin(world),
        **({"distribution": distribution} if distribution in ("k3s", "talos") else {}),
        **ranges(world, nodes),
        "node_network": "nodes",
        "control_plane_taint": any(
            text(taint, "key") in _ROLE_LABELS for each in nodes for taint in entries(each, "spec", "taints")
        ),
        "kubelet": {
            "eviction_hard": Flow(memory="100Mi", nodefs_percent=10, imagefs_percent=15),
            "eviction_soft": {
                "memory": Flow(available="200Mi", grace_seconds=30),
                "nodefs": Flow(available_percent=15, grace_seconds=60),
                "imagefs": Flow(available_percent=20, grace_seconds=30),
            },
            "max_parallel_image_pulls": 1,
            "container_logs": Flow(max_size="10Mi", max_files=5),
        },
        "overcommit": Flow(memory_limits_percent=150, reason="Not decided yet: the cluster is adopted as it runs"),
        "volume_slots": Flow(schedulable=_volume_slots(world), hard=_volume_slots(world)),
        "platform": _platform(world),
    }
    comments = [_schema("cluster"), f"{CHECK} pod_cidr, service_cidr, and the settings of the kubelets."]
    return document(said, comments)


def _platform(world: World) -> dict[str, Any]:
    label, gateways = tier_label(world), gateways_of(world)
    return {
        **({} if label == TIER_LABEL else {"tier_label": label}),
        "tier_of_namespaces": "label",  # somebody else's namespace may be called as a tier is
        **({"gateways": gateways} if gateways else {}),
    }


def _network_plugin(world: World) -> str:
    names = {key.name for key in world.manifests if key.kind in ("DaemonSet", "Deployment")}
    known = {"calico-node": "calico", "cilium": "cilium", "kube-flannel-ds": "flannel", "kube-flannel": "flannel"}
    found = (plugin for name, plugin in known.items() if name in names)
    nodes = (world.manifests[key] for key in world.manifests if key.kind == "Node")
    is_k3s = any("k3s" in text(each, "status", "nodeInfo", "kubeletVersion") for each in nodes)
    return next(found, "flannel" if is_k3s else "not-known")


def _volume_slots(world: World) -> int:
    """Least number of volumes that a CSI driver reports for a node; 128 where none does."""
    return max(1, min((count for _, count in volume_limits(world)), default=128))


def _tiers(world: World, tiers: list[str]) -> str:
    classes = {
        key.name: world.manifests[key]
        for key in world.manifests
        if key.kind == "PriorityClass" and not key.name.startswith("system-")
    }
    said: dict[str, Any] = {}
    for index, tier in enumerate(tiers):
        named = next((name for name in (tier, *classes) if tier in name and name in classes), None)
        value = int(text(classes[named], "value") or 0) if named else -1
        said[tier] = {
            "description": "Not sorted into a tier yet" if tier == UNSORTED else f"Namespaces labelled tier: {tier}",
            "priority": value if 0 <= value < 1_000_000_000 else (len(tiers) - index) * 1000,
            **(_as_its_class(classes[tier]) if tier in classes else {}),
            "memory": "burstable",
            "container": Flow(
                default_memory="256Mi", default_cpu_request="50m", max_memory="1Ti", max_cpu_request="32"
            ),
            "quota": Flow(cpu="128", memory="4Ti", pods=1000),
            "shutdown_grace_seconds": 30,
        }
    comments = [
        _schema("tiers"),
        "Nothing enforces these until cluster.yaml names a policy engine: decide on limits and quotas first.",
    ]
    return document(_distinct(said, classes), comments)


def _as_its_class(found: Manifest) -> dict[str, Any]:
    """Of a tier whose priority class is there: what else that says, since it cannot be changed."""
    description = text(found, "description")
    return {
        **({"description": description} if description else {}),
        **({"preempts": False} if text(found, "preemptionPolicy") == "Never" else {}),
    }


def _distinct(tiers: dict[str, Any], fixed: Collection[str]) -> dict[str, Any]:
    """Priorities that are all different; tiers whose priority class is there keep theirs."""
    taken = {row["priority"] for name, row in tiers.items() if name in fixed}
    for tier in (row for name, row in tiers.items() if name not in fixed):
        while tier["priority"] in taken:
            tier["priority"] += 1
        taken.add(tier["priority"])
    return tiers


UNSORTED = "unsorted"
"""The tier of namespaces that say none."""


def tier_label(world: World) -> str:
    """The label that says the tiers of namespaces: `tier`, or else one of that name in a domain, as
    `example.com/tier`, which most of them have."""
    namespaces = [each for key, each in world.manifests.items() if key.kind == "Namespace"]
    known = Counter(label for each in namespaces for label in labels_of(each) if label.endswith(f"/{TIER_LABEL}"))
    is_plain = any(TIER_LABEL in labels_of(each) for each in namespaces)
    return TIER_LABEL if is_plain or not known else known.most_common(1)[0][0]


def tier_labels(world: World, label: str = TIER_LABEL) -> Mapping[str, str]:
    """The tier that each namespace is labelled with, as far as it can be the name of one."""
    found: dict[str, str] = {}
    for key, manifest in world.manifests.items():
        tier = str(labels_of(manifest).get(label, ""))
        if key.kind == "Namespace" and re.fullmatch(NAME_PATTERN, tier):
            found[key.name] = tier
    return found
