"""The parts of a plan: plain frozen values, from which the components declare resources."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from config.lab import Lab
from config.quantity import Memory
from config.source import Path
from plan.model.constraints import Constraints
from plan.model.findings import SEVERITIES as SEVERITIES
from plan.model.findings import Edit as Edit
from plan.model.findings import Finding as Finding
from plan.model.findings import HasSeverity as HasSeverity
from plan.model.findings import Remedy as Remedy
from plan.model.findings import Severity as Severity
from plan.model.findings import severity_counts as severity_counts
from plan.model.findings import sorted_findings as sorted_findings
from plan.model.findings import worst_first as worst_first
from plan.model.placement import NoPlace

Manifest = dict[str, Any]
"""A Kubernetes object as it is sent to the API server."""

ResourceList = Mapping[str, int]
"""Amounts by resource name: `cpu` in millicores, `memory` and `ephemeral-storage` in bytes, others in units."""

Controller = Literal["Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Cluster", "ReplicaSet", "Pod"]
QosClass = Literal["Guaranteed", "Burstable", "BestEffort"]


class PciMapping(NamedTuple):
    """A PCI device under a name, so that an API token may pass it through."""

    name: str
    properties: Mapping[str, Any]
    """Arguments of the provider's PCI mapping resource."""


class Snippet(NamedTuple):
    """A file that cloud-init reads when a machine boots for the first time.

    A machine whose snippet has another name is replaced by the provider, so one that exists keeps its file.
    """

    name: str
    """Its identity, whatever its file is called: `worker1-user-data`."""
    file_name: str
    host: str
    storage: str
    content: str
    """With placeholders for secrets (`plan/model/placeholders.py`)."""


class MachineTemplate(NamedTuple):
    """A template that the program makes from a cloud image; machines are cloned from it."""

    name: str
    image: Mapping[str, Any]
    """Arguments of the provider's download resource."""
    properties: Mapping[str, Any]
    """Arguments of the provider's VM resource, every block written out."""
    ignore_changes: tuple[str, ...]


class VirtualMachine(NamedTuple):
    """A virtual machine, with everything that the provider needs."""

    name: str
    vmid: int
    host: str
    role: str
    vcpus: int
    memory: Memory
    adopted: bool
    properties: Mapping[str, Any]
    """Arguments of the provider's VM resource, every block written out."""
    ignore_changes: tuple[str, ...]
    """Properties that an update never touches."""
    import_id: str | None
    """The machine to adopt: `<host>/<vmid>`; None for one that is created."""
    pci_mappings: tuple[PciMapping, ...]
    """Mappings that have to exist before the machine."""
    snippets: tuple[Snippet, ...] = ()
    """Its cloud-init, if it becomes a node of the cluster."""
    joins: bool = False
    """It joins the cluster, with a token of its own."""


class Authority(NamedTuple):
    """A certificate authority that signs itself."""

    name: Literal["cluster-ca", "etcd-ca", "front-proxy-ca"]
    common_name: str
    """Its name in kubeadm."""
    days: int
    """How long its certificate is valid."""


class Administrator(NamedTuple):
    """The client certificate in the kubeconfig, signed by the cluster's authority."""

    common_name: str
    organization: str
    """Its group."""
    days: int
    """How long it is valid."""
    renewed_days_before: int
    """An `up` within this many days of its end makes a new one."""


class Credentials(NamedTuple):
    """Keys and certificates of a cluster that the program makes."""

    cluster: str
    api_server: str
    """URL under which the administrator reaches the cluster."""
    authorities: tuple[Authority, ...]
    administrator: Administrator


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
    constraints: Constraints = Constraints()
    """Its constraints on a place, apart from room."""
    overhead: ResourceList = {}
    """Amounts that its RuntimeClass takes in addition to its containers."""


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

    @property
    def objects(self) -> tuple[Manifest, ...]:
        """All of its objects, its release aside."""
        return (*self.before_release, *self.manifests)


KUBERNETES_NAMESPACES = frozenset({"default", "kube-system", "kube-public", "kube-node-lease"})
"""They are in every cluster, and belong to it."""


class Namespace(NamedTuple):
    """A namespace of a tier, and what governs it."""

    name: str
    tier: str
    services: tuple[str, ...]
    manifest: Manifest
    limit_range: Manifest | None
    """LimitRange that Kyverno generates in it; None where the namespace opts out, and in Kyverno's own."""
    quota: Manifest | None
    after_policies: bool
    """False for the namespaces of the policy engine and of the pod network that it needs."""

    @property
    def is_declared(self) -> bool:
        """Whether the program makes it, and would delete it."""
        return self.name not in KUBERNETES_NAMESPACES


class Tier(NamedTuple):
    """A tier and the objects that follow from its row."""

    name: str
    priority: int
    priority_class: Manifest
    limit_range: Manifest
    quota: Manifest


class Node(NamedTuple):
    """A node of the cluster and how full it may become."""

    name: str
    role: Literal["control-plane", "worker"]
    group: Literal["control-plane", "gpu", "general"]
    labels: Mapping[str, str]
    taints: Mapping[str, str]
    """Values of its NoSchedule taints, by key."""
    capacity: ResourceList
    allocatable: ResourceList
    volume_slots: int
    """Block volumes that the scheduler will put on it."""
    soft_taints: frozenset[str] = frozenset()
    """Keys of its PreferNoSchedule taints."""


class NodeUse(NamedTuple):
    """Pods that an estimate of the placement puts on a node."""

    node: Node
    requests: ResourceList
    limits: ResourceList
    volumes: int
    pods: int
    workloads: tuple[tuple[Workload, int], ...]
    """Workloads that the pods belong to, and how many of each."""


class Pending(NamedTuple):
    """Pods of a workload that no node takes."""

    workload: Workload
    pods: int
    reason: NoPlace
    """As text, it is the scheduler's sentence."""


class GroupUse(NamedTuple):
    """A group of like nodes, and the sum of what is placed on them."""

    name: str
    nodes: int
    allocatable: ResourceList
    requests: ResourceList
    limits: ResourceList
    volumes: int
    volume_slots: int


class NamespaceUse(NamedTuple):
    """A namespace, and what its pods request in all."""

    name: str
    tier: str
    requests: ResourceList
    limits: ResourceList
    requests_with_jobs: ResourceList
    """While every job of the namespace runs as well."""
    quota: ResourceList | None
    """`cpu`, `memory` and `pods` that it may have; None without a quota."""


class HostUse(NamedTuple):
    """A Proxmox host, and how much of it is committed to machines."""

    name: str
    memory: int
    """Installed memory in bytes."""
    machine_memory: int
    """Memory of all machines, in bytes."""
    pinned_memory: int
    """The part of machines with a PCI device: it is taken whole and never shared."""
    reserved_memory: int
    """Memory that is reserved for the hypervisor, in bytes; 0 where that is not stated."""
    threads: int
    vcpus: int
    storages: Mapping[str, tuple[int, int | None]]
    """By storage: bytes committed to machines and volumes, and its size if that is stated."""
    anywhere: Mapping[str, int] = {}
    """By storage: bytes of volumes that may be made here or on another host, since no pod that has them is placed."""

    @property
    def committed_memory(self) -> int:
        """Bytes committed to machines and to the hypervisor."""
        return self.machine_memory + self.reserved_memory


class Capacity(NamedTuple):
    """How full the lab is."""

    nodes: tuple[NodeUse, ...]
    groups: tuple[GroupUse, ...]
    namespaces: tuple[NamespaceUse, ...]
    hosts: tuple[HostUse, ...]
    pending: tuple[Pending, ...]


class Plan(NamedTuple):
    """The plan of a lab: everything that will be declared, and the findings about it."""

    lab: Lab
    templates: tuple[MachineTemplate, ...]
    machines: tuple[VirtualMachine, ...]
    credentials: Credentials | None
    """Credentials that the cluster starts with; None for one that exists."""
    bootstrap: Mapping[str, Manifest]
    """The cluster's kubeadm documents, by file name."""
    tiers: tuple[Tier, ...]
    defaults: tuple[Manifest, ...]
    """Cluster-wide objects that come before everything: priority and storage classes."""
    policies: tuple[Manifest, ...]
    namespaces: tuple[Namespace, ...]
    services: tuple[Service, ...]
    capacity: Capacity
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings that stop an `up`."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def workloads(self) -> tuple[Workload, ...]:
        """All workloads of all services."""
        return tuple(workload for service in self.services for workload in service.workloads)

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """Every Kubernetes object that is declared, charts aside."""
        return (
            *self.defaults,
            *self.policies,
            *(namespace.manifest for namespace in self.namespaces if namespace.is_declared),
            *(manifest for service in self.services for manifest in service.objects),
        )
