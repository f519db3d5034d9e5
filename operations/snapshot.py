"""A cluster that runs as the scheduler sees it: its nodes, its workloads, and the pods where they are."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from observation import Observation
from observation.objects import controller_uid, labels_of, name_of, namespace_of, spec_of, status_of
from plan.cluster.nodes import CONTROL_PLANE_LABEL
from plan.kubernetes.admission.containers import read_pod
from plan.model import Controller, Manifest, Node, NodeUse, Workload
from plan.model.constraints import Requirement, Selector, read_constraints, read_tolerations, taint_key
from plan.model.fields import entries, mapping, text, value
from plan.model.resources import GPU, pod_limits, pod_requests, qos_class, read_amounts, sum_of

NO_LIMIT_OF_VOLUMES = 1 << 20
"""Volume slots of a node for which no CSI driver reports a limit."""
_ENDED = ("Succeeded", "Failed")
_CONTROLLERS: Mapping[str, Controller] = {
    "ReplicaSet": "Deployment",
    "ReplicationController": "Deployment",
    "StatefulSet": "StatefulSet",
    "DaemonSet": "DaemonSet",
    "Node": "DaemonSet",
    "Job": "Deployment",
    "Cluster": "Cluster",
}
"""Controllers of pods, and the controller of a plan that places alike: a static pod belongs to its node, and a running
job takes room like anything else."""


class Snapshot(NamedTuple):
    """A cluster that runs."""

    nodes: tuple[Node, ...]
    workloads: tuple[Workload, ...]
    uses: tuple[NodeUse, ...]
    """The pods of each node, where they are."""
    waiting: tuple[tuple[Workload, int], ...]
    """Pods that have no node."""
    bare: tuple[Manifest, ...]
    """Pods without a controller: nobody recreates them."""


def snapshot(observation: Observation) -> Snapshot:
    """The cluster of an observation. Pods of one controller count as alike."""
    nodes = tuple(_node(observation, manifest) for manifest in observation.of("Node"))
    pods = [pod for pod in observation.of("Pod") if status_of(pod).get("phase") not in _ENDED]
    groups: dict[tuple[str, str, str], list[Manifest]] = defaultdict(list)
    for pod in pods:
        groups[_owner(observation, pod)].append(pod)
    workloads = {key: _workload(observation, key, members) for key, members in groups.items()}
    placed: dict[str, Counter[tuple[str, str, str]]] = defaultdict(Counter)
    for key, members in groups.items():
        for pod in members:
            placed[text(pod, "spec", "nodeName")][key] += 1
    return Snapshot(
        nodes=nodes,
        workloads=tuple(workloads.values()),
        uses=tuple(use_of(node, placed[node.name], workloads) for node in nodes),
        waiting=tuple((workloads[key], count) for key, count in placed[""].items()),
        bare=tuple(pod for pod in pods if controller_uid(pod) is None),
    )


def _node(observation: Observation, manifest: Manifest) -> Node:
    labels = labels_of(manifest)
    is_control_plane = CONTROL_PLANE_LABEL in labels
    allocatable = read_amounts(mapping(manifest, "status", "allocatable"))
    return Node(
        name=name_of(manifest),
        role="control-plane" if is_control_plane else "worker",
        group="control-plane" if is_control_plane else "gpu" if allocatable.get(GPU) else "general",
        labels={str(key): str(each) for key, each in labels.items()},
        taints={
            taint_key(text(taint, "key"), text(taint, "effect")): text(taint, "value")
            for taint in entries(spec_of(manifest), "taints")
            if taint.get("effect") != "PreferNoSchedule"
        },
        capacity=read_amounts(mapping(manifest, "status", "capacity")),
        allocatable=allocatable,
        volume_slots=_volume_slots(observation, name_of(manifest)),
        soft_taints=frozenset(
            text(taint, "key")
            for taint in entries(spec_of(manifest), "taints")
            if taint.get("effect") == "PreferNoSchedule"
        ),
    )


def _volume_slots(observation: Observation, node: str) -> int:
    csi_node = observation.get("CSINode", node)
    drivers = entries(spec_of(csi_node), "drivers") if csi_node else []
    counts = [count for driver in drivers if isinstance(count := value(driver, "allocatable", "count"), int)]
    return min(counts, default=NO_LIMIT_OF_VOLUMES)


def limited_drivers(observation: Observation) -> frozenset[str]:
    """The CSI drivers of which a node takes only so many volumes."""
    return frozenset(
        text(driver, "name")
        for csi_node in observation.of("CSINode")
        for driver in entries(spec_of(csi_node), "drivers")
        if value(driver, "allocatable", "count") is not None
    )


def _owner(observation: Observation, pod: Manifest) -> tuple[str, str, str]:
    """Namespace, kind and name of what makes the pod."""
    owner = next((each for each in entries(pod, "metadata", "ownerReferences") if each.get("controller")), None)
    namespace = namespace_of(pod) or ""
    if owner is None:
        return namespace, "Pod", name_of(pod)
    if owner["kind"] == "ReplicaSet":
        replica_set = observation.with_uid(owner.get("uid"))
        above = observation.controller(replica_set) if replica_set else None
        if above is not None:
            return namespace, "ReplicaSet", name_of(above)
    return namespace, str(owner["kind"]), str(owner["name"])


def _workload(observation: Observation, key: tuple[str, str, str], pods: list[Manifest]) -> Workload:
    namespace, kind, name = key
    spec = spec_of(pods[0])
    claims = list(_claims(observation, pods[0]))
    limited = limited_drivers(observation)
    pod = read_pod(spec)._replace(
        priority=int(spec.get("priority") or 0),
        node_selector=mapping(spec, "nodeSelector"),
        tolerated_taints=read_tolerations(entries(spec, "tolerations")),
        block_volumes=tuple(claim for claim, volume in claims if text(volume, "spec", "csi", "driver") in limited),
        overhead=read_amounts(mapping(spec, "overhead")),
    )
    constraints = read_constraints(pods[0]["metadata"], spec, preempts=spec.get("preemptionPolicy") != "Never")
    affinity = constraints.node_affinity
    for _, volume in claims:
        affinity = _both(affinity, _node_affinity(volume))
    pod = pod._replace(constraints=constraints._replace(node_affinity=affinity))
    return Workload(
        name=name,
        service=namespace,
        namespace=namespace,
        controller=_CONTROLLERS.get(kind, "StatefulSet"),
        replicas=len(pods),
        pod=pod,
        path=(),
        qos=qos_class(pod),
        oom_score_adj={},
    )


def _claims(observation: Observation, pod: Manifest) -> Iterator[tuple[str, Manifest]]:
    """The claims that a pod mounts, each with its volume."""
    for each in entries(spec_of(pod), "volumes"):
        name = text(each, "persistentVolumeClaim", "claimName")
        claim = observation.get("PersistentVolumeClaim", name, namespace_of(pod)) if name else None
        volume = observation.get("PersistentVolume", text(claim, "spec", "volumeName")) if claim else None
        if volume is not None:
            yield name, volume


def _node_affinity(volume: Manifest) -> tuple[Selector, ...]:
    terms = entries(spec_of(volume), "nodeAffinity", "required", "nodeSelectorTerms")
    return tuple(
        tuple(
            Requirement(text(each, "key"), each["operator"], tuple(each.get("values") or ()))
            for each in entries(term, "matchExpressions")
        )
        for term in terms
    )


def _both(one: tuple[Selector, ...], other: tuple[Selector, ...]) -> tuple[Selector, ...]:
    """Selectors of which one of each side must hold."""
    if not one or not other:
        return one or other
    return tuple((*left, *right) for left in one for right in other)


def use_of(
    node: Node, placed: Counter[tuple[str, str, str]], workloads: Mapping[tuple[str, str, str], Workload]
) -> NodeUse:
    """A node with so many pods of these workloads, each by its key."""
    pods = [(workloads[key], count) for key, count in placed.items()]
    each_pod = [workload for workload, count in pods for _ in range(count)]
    return NodeUse(
        node=node,
        requests=sum_of(*(pod_requests(workload.pod) for workload in each_pod)),
        limits=sum_of(*(pod_limits(workload.pod) for workload in each_pod)),
        volumes=_volumes(pods),
        pods=len(each_pod),
        workloads=tuple(pods),
    )


def _volumes(pods: Sequence[tuple[Workload, int]]) -> int:
    """Block volumes: those of a statefulset are each pod's own, others are shared by the pods of a node."""
    own, shared = 0, set[tuple[str, str]]()
    for workload, count in pods:
        if workload.controller in ("StatefulSet", "Cluster"):
            own += len(workload.pod.block_volumes) * count
        else:
            shared |= {(workload.namespace, claim) for claim in workload.pod.block_volumes}
    return own + len(shared)
