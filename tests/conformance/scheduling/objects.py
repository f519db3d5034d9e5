"""The objects that the scheduler reads, made of planned values: nodes, pods and what they refer to."""

from collections.abc import Iterator
from typing import Any

from plan.cluster.nodes import UNSCHEDULABLE, ZONE_LABEL
from plan.model import Container, Manifest, Node, Workload
from plan.model.constraints import AffinityTerm, Requirement, Spread
from plan.model.resources import NODE_CRITICAL_PRIORITY, written
from plan.tiers.objects import SYSTEM_CRITICAL_PRIORITY
from plan.workloads.storage_classes import BLOCK_PROVISIONER
from plan.workloads.written_pods import written_toleration

BUILT_IN = {SYSTEM_CRITICAL_PRIORITY: "system-cluster-critical", NODE_CRITICAL_PRIORITY: "system-node-critical"}
"""Classes that every cluster has, by their priority."""
OWNER = "rehearsal/workload"
"""Label by which a controller selects its pods."""
STORAGE_CLASS = "block"
BOUND = "pv.kubernetes.io/bind-completed"
PROVISIONER = "volume.kubernetes.io/storage-provisioner"
_DAEMON_TAINTS = ("not-ready", "unreachable", "disk-pressure", "memory-pressure", "pid-pressure", "unschedulable")
"""Taints that pods of daemonsets also tolerate (pkg/controller/daemon/util)."""


def node_objects(node: Node) -> tuple[Manifest, Manifest]:
    """A node as its kubelet and its CSI driver would register it, ready."""
    taints = [{"key": key, "effect": "NoSchedule", "value": value} for key, value in node.taints.items()]
    driver = {
        "name": BLOCK_PROVISIONER,
        "nodeID": node.name,
        "topologyKeys": [ZONE_LABEL],
        "allocatable": {"count": node.volume_slots},
    }
    return (
        _object("storage.k8s.io/v1", "CSINode", {"name": node.name}, spec={"drivers": [driver]}),
        _object(
            "v1",
            "Node",
            {"name": node.name, "labels": dict(node.labels)},
            spec={"taints": taints, "unschedulable": UNSCHEDULABLE in node.taints},
            status={"capacity": written(node.capacity), "allocatable": written(node.allocatable)},
        ),
    )


def controller(workload: Workload) -> Manifest | None:
    """Controller by which the scheduler knows pods that belong together; it makes none, as no controller runs."""
    owned = {OWNER: owner(workload)}
    template = {"metadata": {"labels": owned}, "spec": {"containers": [{"name": "main", "image": "none"}]}}
    spec: dict[str, Any] = {"replicas": 0, "selector": {"matchLabels": owned}, "template": template}
    metadata = {"name": owner(workload), "namespace": workload.namespace}
    if workload.controller == "DaemonSet":
        return None
    if workload.controller == "Deployment":
        return _object("apps/v1", "ReplicaSet", metadata, spec=spec)
    return _object("apps/v1", "StatefulSet", metadata, spec={**spec, "serviceName": "none"})


def owner(workload: Workload) -> str:
    """The name of a workload among those of all kinds."""
    return f"{workload.name}-{workload.controller.lower()}"


def budget(lab: str, workload: Workload) -> Manifest:
    """A disruption budget over the pods of a workload."""
    return _object(
        "policy/v1",
        "PodDisruptionBudget",
        {"name": f"{lab}-{owner(workload)}", "namespace": workload.namespace},
        spec={
            "selector": {"matchLabels": {OWNER: owner(workload), "lab": lab}},
            "maxUnavailable": workload.max_unavailable,
        },
    )


def claim_names(lab: str, workload: Workload, number: int) -> list[str]:
    """The claims of a pod: own ones of a stateful one, else those of its service."""
    whose = f"{workload.name}-{number}" if workload.controller in ("StatefulSet", "Cluster") else workload.service
    return [f"{lab}-{whose}-{volume}" for volume in workload.pod.block_volumes]


def claim(name: str, workload: Workload, *, exists: bool) -> Manifest:
    """A claim on a block volume, bound to it if the volume exists."""
    metadata: dict[str, Any] = {"name": name, "namespace": workload.namespace}
    if exists:
        metadata["annotations"] = {BOUND: "yes"}
    spec = {
        "storageClassName": STORAGE_CLASS,
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
        **({"volumeName": f"{workload.namespace}-{name}"} if exists else {}),
    }
    return _object("v1", "PersistentVolumeClaim", metadata, spec=spec)


def volume(claim: str, namespace: str, zones: tuple[str, ...]) -> Manifest:
    """The volume of a claim, in reach of the nodes of some zones; of all where there are no zones."""
    expressions = [{"key": ZONE_LABEL, "operator": "In", "values": list(zones)}]
    reach = {"nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": expressions}]}}} if zones else {}
    return _object(
        "v1",
        "PersistentVolume",
        {"name": f"{namespace}-{claim}"},
        spec={
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": STORAGE_CLASS,
            "claimRef": {"kind": "PersistentVolumeClaim", "name": claim, "namespace": namespace},
            "csi": {"driver": BLOCK_PROVISIONER, "volumeHandle": f"{namespace}-{claim}"},
            **reach,
        },
    )


def pod(lab: str, name: str, workload: Workload, number: int, only: str | None) -> Manifest:
    """A pod as its controller would make it; one of a daemonset belongs to the node `only`."""
    planned, constraints = workload.pod, workload.pod.constraints
    kinds = {"Deployment": "ReplicaSet", "DaemonSet": "DaemonSet"}
    reference = {
        "apiVersion": "apps/v1",
        "kind": kinds.get(workload.controller, "StatefulSet"),
        "name": owner(workload),
        "uid": owner(workload),
        "controller": True,
    }
    labels = {**constraints.labels, OWNER: owner(workload), "lab": lab}
    tolerations: list[Manifest] = [written_toleration(each) for each in planned.tolerated_taints]
    if workload.controller == "DaemonSet":
        tolerations += [{"key": f"node.kubernetes.io/{key}", "operator": "Exists"} for key in _DAEMON_TAINTS]
    first, *further = [_container(each) for each in planned.containers]
    ports = [
        {"containerPort": port, "hostPort": port, "protocol": protocol} for protocol, port in constraints.host_ports
    ]
    spec: dict[str, Any] = {
        "containers": [{**first, "ports": ports}, *further],
        "initContainers": [_container(each) for each in planned.init_containers],
        "nodeSelector": dict(planned.node_selector),
        "tolerations": tolerations,
        "affinity": {
            "nodeAffinity": _node_affinity(workload, only),
            "podAffinity": {
                REQUIRED: [_term(each) for each in constraints.near],
                PREFERRED: [_weighed(weight, each) for weight, each in constraints.preferred if weight > 0],
            },
            "podAntiAffinity": {
                REQUIRED: [_term(each) for each in constraints.apart],
                PREFERRED: [_weighed(-weight, each) for weight, each in constraints.preferred if weight < 0],
            },
        },
        "topologySpreadConstraints": [_spread(each) for each in constraints.spread],
        "volumes": [
            {"name": f"volume{place}", "persistentVolumeClaim": {"claimName": each}}
            for place, each in enumerate(claim_names(lab, workload, number))
        ],
        "priorityClassName": priority_class_name(planned.priority, preempts=constraints.preempts),
        "terminationGracePeriodSeconds": 0,
    }
    metadata = {"name": name, "namespace": workload.namespace, "labels": labels, "ownerReferences": [reference]}
    return _object("v1", "Pod", metadata, spec=spec)


REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def priority_class_name(priority: int, *, preempts: bool) -> str:
    """The class of a priority."""
    if priority in BUILT_IN:
        return BUILT_IN[priority]
    return f"priority-{priority}" + ("" if preempts else "-never")


def priority_class(priority: int, *, preempts: bool) -> Manifest | None:
    """A class for a priority that a workload has; None for that which every cluster has."""
    if priority in BUILT_IN:
        return None
    return _object(
        "scheduling.k8s.io/v1",
        "PriorityClass",
        {"name": priority_class_name(priority, preempts=preempts)},
        value=priority,
        preemptionPolicy="PreemptLowerPriority" if preempts else "Never",
    )


def _container(container: Container) -> Manifest:
    resources = {"requests": written(container.requests), "limits": written(container.limits)}
    made: Manifest = {"name": container.name, "image": "none", "resources": resources}
    return {**made, "restartPolicy": "Always"} if container.always_restarts else made


def _node_affinity(workload: Workload, only: str | None) -> Manifest:
    fields = [{"key": "metadata.name", "operator": "In", "values": [only]}]
    terms = [
        {"matchExpressions": [_requirement(each) for each in selector], **({"matchFields": fields} if only else {})}
        for selector in workload.pod.constraints.node_affinity or (((),) if only else ())
    ]
    return {REQUIRED: {"nodeSelectorTerms": terms}} if terms else {}


def _term(term: AffinityTerm) -> Manifest:
    return {"labelSelector": _selector(term.selector), "topologyKey": term.topology_key}


def _weighed(weight: int, term: AffinityTerm) -> Manifest:
    return {"weight": weight, "podAffinityTerm": _term(term)}


def _spread(spread: Spread) -> Manifest:
    return {
        "labelSelector": _selector(spread.selector),
        "topologyKey": spread.topology_key,
        "maxSkew": spread.max_skew,
        "whenUnsatisfiable": "DoNotSchedule" if spread.required else "ScheduleAnyway",
    }


def _selector(selector: tuple[Requirement, ...]) -> Manifest:
    return {"matchExpressions": [_requirement(each) for each in selector]}


def _requirement(each: Requirement) -> Manifest:
    return {"key": each.key, "operator": each.operator, **({"values": list(each.values)} if each.values else {})}


def _object(api_version: str, kind: str, metadata: Manifest, **fields: Any) -> Manifest:
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}


def shared_objects() -> Iterator[Manifest]:
    """Objects that all labs share: the storage class and the driver."""
    yield _object("storage.k8s.io/v1", "CSIDriver", {"name": BLOCK_PROVISIONER}, spec={"attachRequired": True})
    yield _object(
        "storage.k8s.io/v1",
        "StorageClass",
        {"name": STORAGE_CLASS},
        provisioner=BLOCK_PROVISIONER,
        volumeBindingMode="WaitForFirstConsumer",
    )
