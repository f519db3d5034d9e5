"""Services of a plan: their objects, their workloads and the pods of these."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from config.source import Path
from plan.model.constraints import Constraints
from plan.model.fields import text

Manifest = dict[str, Any]
"""A Kubernetes object as it is sent to the API server."""


ResourceList = Mapping[str, int]
"""Amounts by resource name: `cpu` in millicores, `memory` and `ephemeral-storage` in bytes, others in units."""


Controller = Literal["Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Cluster", "ReplicaSet", "Pod"]


QosClass = Literal["Guaranteed", "Burstable", "BestEffort"]


class Container(NamedTuple):
    """A container's resources as the API server will store them."""

    name: str
    requests: ResourceList
    limits: ResourceList
    always_restarts: bool = False
    """An init container with `restartPolicy: Always`: a native sidecar, which runs as long as the pod."""


class Pod(NamedTuple):
    """A pod as the scheduler sees it."""

    containers: tuple[Container, ...]
    init_containers: tuple[Container, ...] = ()
    priority: int = 0
    node_selector: Mapping[str, str] = {}
    tolerated_taints: frozenset[str] = frozenset()
    """Keys of the taints that it tolerates, `key=value` where it tolerates one value of it; `*` tolerates all."""
    block_volumes: tuple[str, ...] = ()
    """Claims on block storage; each takes a volume slot of the node."""
    temporary_volumes: tuple[str, ...] = ()
    """Block volumes that are made and deleted with each pod; each takes a slot as well."""
    constraints: Constraints = Constraints()
    """Its constraints on a place, apart from room."""
    overhead: ResourceList = {}
    """Amounts that its RuntimeClass takes in addition to its containers."""

    @property
    def has_bound_volumes(self) -> bool:
        """Whether it has volumes that are not in reach of every node."""
        return bool(self.block_volumes or self.constraints.volume_zones)

    @property
    def volume_slots(self) -> int:
        """Slots that its volumes take of a node on which none of them is yet."""
        return len(self.block_volumes) + len(self.temporary_volumes)


class Workload(NamedTuple):
    """A controller and the pods that it makes."""

    name: str
    service: str
    namespace: str
    controller: Controller
    replicas: int
    """Pods at the same time; for a daemonset the number of nodes that it runs on, for a cronjob one."""
    pod: Pod
    path: Path
    """Where it is declared."""
    qos: QosClass
    oom_score_adj: Mapping[str, int]
    """Score that the kubelet sets for each container: the higher, the earlier the kernel kills it."""
    surge: int = 0
    """Pods above `replicas` during a rollout; 0 where an old one ends first. That of charts is not known."""
    max_replicas: int | None = None
    """Pods that an autoscaler may make of it; None without one."""
    max_unavailable: int | None = None
    """Pods that its disruption budget allows to be evicted at the same time; None without one."""

    @property
    def key(self) -> tuple[str, Controller, str]:
        """Namespace, kind and name, of which there is only one in a cluster."""
        return self.namespace, self.controller, self.name

    @property
    def is_steady(self) -> bool:
        """Whether its pods run all the time; those of jobs come and go."""
        return self.controller not in ("CronJob", "Job")


class Release(NamedTuple):
    """A Helm release."""

    name: str
    chart: str
    """The chart's name in its repository, or the whole `oci://` URL."""
    repository: Mapping[str, str]
    """Where the repository is: `{"repo": <url>}`; empty for a chart in an OCI registry."""
    version: str
    values: Mapping[str, Any]
    after: tuple[str, ...] = ()
    """Services whose chart installs a kind that the service's `before_release` uses."""


class Service(NamedTuple):
    """A service: its objects, in the order in which they are made, and what its pods need."""

    name: str
    kind: str
    tier: str
    namespace: str
    workloads: tuple[Workload, ...]
    manifests: tuple[Manifest, ...]
    """Objects that are made after the release, if there is one."""
    release: Release | None
    before_release: tuple[Manifest, ...]
    """Objects that the chart refers to: secrets, volumes, configuration."""
    after: tuple[str, ...]
    """Services whose chart installs a kind that `manifests` uses."""
    hosts: tuple[str, ...]
    """Host names under which it is reached."""
    eviction_place: int
    """Place in the eviction order under memory pressure, if every pod used all that it may; 1 goes first, and 0
    has no pods."""
    headroom: float
    """Factor over the recommender's upper bound when memory is right-sized."""
    ignored: Mapping[str, tuple[str, ...]] = {}
    """Paths of fields that an update never touches, by kind and name of the object: `deployment/immich`."""

    def namespace_of(self, manifest: Manifest) -> str:
        """The namespace of one of its objects: the one that it states, or the service's."""
        return text(manifest, "metadata", "namespace") or self.namespace

    def workload_of(self, manifest: Manifest) -> Workload | None:
        """The workload whose controller an object is; None of any other object."""
        called = (manifest["kind"], manifest["metadata"]["name"])
        return next((each for each in self.workloads if (each.controller, each.name) == called), None)

    @property
    def is_off(self) -> bool:
        """Whether it has workloads, and none of them makes a pod."""
        return bool(self.workloads) and not any(each.replicas for each in self.workloads)

    @property
    def objects(self) -> tuple[Manifest, ...]:
        """All of its objects, its release aside."""
        return (*self.before_release, *self.manifests)
