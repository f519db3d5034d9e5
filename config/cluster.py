"""`cluster.yaml`: the Kubernetes cluster, made by kubeadm on the machines."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from config.ingress import Gateway, Ingress, PublicDns
from config.kubernetes import LabelKey, LabelValue, ResourceName, SecretKey
from config.model import Address, Cidr, Cidr6, Model, Name, Percent, Reason, Seconds, Text, shown, text_like
from config.quantity import CpuQuantity, FileSize, MemoryQuantity
from config.service.exposure import Exposure


def version_refusal(text: str) -> str | None:
    """Why a text is not a version of Kubernetes that kubeadm installs, and what to write instead."""
    problem = f"{shown(text)} is not a full Kubernetes version"
    found = re.match(r"^v?1\.(\d{1,3})(?:\.(\d{1,4}))?", text)
    if not found:
        return f"{problem}, for example v1.34.2"
    minor, patch = found.groups()
    if found.end() != len(text):
        return f"{problem}: {shown(text[found.end() :])} is not part of a release's; write v1.{minor}.{patch or 0}"
    if patch is None:
        return f"{problem}: the patch release is missing; write v1.{minor}.2, or the one that runs"
    return None if text.startswith("v") else f"{problem}; write v{text}"


def _checked_version(text: str) -> str:
    if reason := version_refusal(text):
        raise ValueError(reason)
    return text


KubernetesVersion = Annotated[
    str, AfterValidator(_checked_version), WithJsonSchema({"type": "string", "pattern": r"^v1\.\d+\.\d+$"})
]
Certificates = Annotated[
    str,
    text_like(
        r"^(-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n?)+$",
        "certificates in PEM, each from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----",
    ),
]
CpuManager = Literal["none", "static"]
Distribution = Literal["kubeadm", "k3s", "talos"]
LoadBalancer = Literal["metallb", "cilium", "kube-vip", "other"]


class Reservation(Model):
    """Resources that a node reserves, out of reach of pods."""

    cpu: CpuQuantity
    memory: MemoryQuantity


class SoftThreshold(Model):
    """Below `available_percent` for `grace_seconds`, the kubelet evicts pods with their grace period."""

    available_percent: Percent
    grace_seconds: Seconds


class SoftMemoryThreshold(Model):
    """Below `available` for `grace_seconds`, the kubelet evicts pods with their grace period."""

    available: MemoryQuantity
    grace_seconds: Seconds


class HardEviction(Model):
    """Below one of these the kubelet kills pods at once. The memory part is not allocatable."""

    memory: MemoryQuantity
    nodefs_percent: Percent
    imagefs_percent: Percent


class SoftEviction(Model):
    """The thresholds at which the kubelet begins to evict gracefully."""

    memory: SoftMemoryThreshold
    nodefs: SoftThreshold
    imagefs: SoftThreshold


class ContainerLogs(Model):
    """Rotation of container logs on a node."""

    max_size: FileSize
    max_files: Annotated[int, Field(ge=2, le=10_000)]


class Kubelet(Model):
    """Settings of every node's kubelet."""

    max_pods: Annotated[int, Field(gt=0, le=10_000)] = 110
    kube_reserved: Reservation | None = None
    """For the kubelet and containerd; left out, 5m CPU and 5M memory for each of `max_pods`."""
    system_reserved: Reservation | None = None
    """For everything else that is not a pod; left out, 5m CPU and 10M memory for each of `max_pods`."""
    eviction_hard: HardEviction
    eviction_soft: SoftEviction
    max_parallel_image_pulls: Annotated[int, Field(gt=0, le=10_000)]
    container_logs: ContainerLogs
    cpu_manager: CpuManager = "none"
    """`static` gives a container of a Guaranteed pod that requests whole CPUs these CPUs for itself alone; what is
    reserved, rounded up to whole CPUs, never is. A node takes a change of it only when it is drained and its
    `/var/lib/kubelet/cpu_manager_state` is removed."""


class AddressPool(Model):
    """A range of addresses, both ends included."""

    first: Address
    last: Address


class Overcommit(Model):
    """How far the sum of memory limits may exceed what the nodes can allocate."""

    memory_limits_percent: Annotated[int, Field(ge=50, le=10_000)]
    """Above this share of a node group's allocatable memory the planner warns."""
    reason: Reason


class VolumeSlots(Model):
    """How many block volumes a node can have attached by the Proxmox CSI driver."""

    schedulable: Annotated[int, Field(gt=0, le=10_000)]
    """Slots that the node advertises in its CSINode object."""
    hard: Annotated[int, Field(gt=0, le=10_000)]
    """Where the driver's own loop ends; beyond it an attachment fails with "no free lun found"."""


class GpuSharing(Model):
    """How the pods of the lab share its GPUs."""

    operator: Name
    """The service that installs the GPU operator."""
    feature_discovery: Name
    """The service that installs Node Feature Discovery, which labels and taints the node that has the card."""
    time_slices: Annotated[int, Field(ge=1, le=10_000)]
    """How many pods may hold `nvidia.com/gpu: 1` of one card at once. They share its memory without isolation."""
    video_memory_resource: ResourceName
    """The extended resource, in MiB, that video memory is budgeted as."""
    video_memory_mib: Annotated[int, Field(gt=0, le=100_000_000)]
    """How much of it a card advertises, unless the card states a `budget_mib`: what it has, less what the driver
    needs."""


class VaultAuthority(Model):
    """The authority that signed Vault's certificate: its own certificate, which is no secret, here or in an object."""

    certificate: Certificates | None = None
    """In PEM; several, one below the other, while one takes over from another."""
    secret: Name | None = None
    """A Secret that has it, as cert-manager writes it."""
    config_map: Name | None = None
    """A ConfigMap that has it, as trust-manager writes it."""
    namespace: Name | None = None
    """The namespace of that object; left out, that of Vault."""
    key: SecretKey = "ca.crt"
    """The key of that object."""

    @model_validator(mode="after")
    def _at_one_place(self) -> Self:
        if [self.certificate, self.secret, self.config_map].count(None) != 2:
            raise ValueError("say one of certificate, secret and config_map")
        return self


class Secrets(Model):
    """Where secrets come from: Vault, through the External Secrets operator."""

    operator: Name
    vault: Name
    mount: Name = "secret"
    role: Name = "external-secrets"
    authority: VaultAuthority | None = None
    """With it secrets are asked for over TLS, and Vault's certificate has to be for `NAME.NAMESPACE.svc.cluster.local`;
    left out, secrets cross the pod network in clear."""


class Watching(Model):
    """Service that monitors the lab: it gets the rules for alerts, and the dashboards are next to it."""

    service: Name
    """The service that installs Prometheus. Its rules are PrometheusRule objects where the lab has the Prometheus
    operator, else values of the chart `prometheus`."""
    rule_labels: dict[LabelKey, LabelValue] = {}
    """Labels by which the operator's Prometheus selects rules, for example `release: prometheus`."""


class Platform(Model):
    """Services of the lab that other services rely on."""

    policy_engine: Name | None = None
    """The service that installs Kyverno; left out, nothing governs the tiers' namespaces."""
    policies: Literal["deny", "audit"] = "deny"
    """Whether the policies on pods refuse what breaks them, or only report it: `audit` first, where a cluster moves in
    whose pods were never judged. Limit ranges and quotas refuse in any case."""
    tier_label: LabelKey = "tier"
    """The label of namespaces that holds their tier, for example `example.com/tier`."""
    tier_of_namespaces: Literal["label or prefix", "label"] = "label or prefix"
    """The tier of a namespace made by hand is in its label. With `label or prefix`, one whose name begins with a tier,
    as `4-aux-cyberchef`, gets that label."""
    kubelet_certificates: Name | None = None
    """The service that approves the serving certificates that kubelets ask the cluster for, such as
    kubelet-csr-approver; left out, each kubelet signs its own, which nobody can check."""
    pod_network: Name | None = None
    """The service that installs the network plugin, before anything that needs a pod to start; left out, the
    plugin is there already."""
    recommender: Name | None = None
    """The service that installs the Vertical Pod Autoscaler; it only ever recommends."""
    databases: Name | None = None
    """The service that installs CloudNativePG; required for services of kind postgres."""
    ingress: Ingress | None = None
    gateways: dict[Name, Gateway] = {}
    """Gateways of the Gateway API, by the name under which services choose one."""
    public_dns: PublicDns | None = None
    """Left out, no route may ask for a public record."""
    secrets: Secrets | None = None
    gpu: GpuSharing | None = None
    watching: Watching | None = None
    """Left out, the program makes no alerts and no dashboards."""

    def gateway_of(self, exposure: Exposure) -> Gateway | None:
        """The Gateway that an exposure is reached through; None where it is an ingress controller, or unknown."""
        if exposure.gateway is not None:
            return self.gateways.get(exposure.gateway)
        if self.ingress is not None or exposure.ingress_class is not None:
            return None
        return next(iter(self.gateways.values()), None)

    def passes_ingress(self, exposure: Exposure) -> bool:
        """Whether an exposure is reached through the lab's ingress controller."""
        return self.ingress is not None and exposure.gateway is None and exposure.ingress_class is None


class SecondFamily(Model):
    """Ranges of IPv6 in a cluster with both families, as it was made."""

    pod_cidr: Cidr6
    service_cidr: Cidr6


class Cluster(Model):
    """The Kubernetes cluster."""

    name: Name
    kubernetes_version: KubernetesVersion
    network_plugin: Name
    pod_cidr: Cidr
    service_cidr: Cidr
    ipv6: SecondFamily | None = None
    """The second family of a cluster of which no node is made here, as
    `{pod_cidr: "fd00:10::/56", service_cidr: "fd00:11::/112"}`; left out, it has IPv4 alone."""
    node_network: Name
    """The network whose address a node registers with."""
    load_balancer: LoadBalancer = "metallb"
    """The vendor of the load balancer: how a Service asks for an address. `other` writes `loadBalancerIP`."""
    load_balancer_pool: AddressPool | None = None
    """Addresses in the network of the nodes. With MetalLB the program makes the pool."""
    further_pools: dict[Name, AddressPool] = {}
    """Pools that something else makes, for example one that is announced by BGP: in any network."""
    api_address: Address | None = None
    """A virtual address of the API server, which the control planes hold between them; left out, the control plane
    machine's own."""
    virtual_router_id: Annotated[int, Field(ge=1, le=255)] | None = None
    """Number of this VRRP router on the network of the nodes; left out, it is the last number of api_address."""
    region: Annotated[LabelValue, Field(min_length=1)] | None = None
    """The region of the nodes: what the configuration of the Proxmox CSI driver calls this Proxmox. Left out, the
    cluster's name."""
    kubelet: Kubelet
    overcommit: Overcommit
    volume_slots: VolumeSlots
    platform: Platform
    distribution: Distribution = "kubeadm"
    """The maker of the cluster. Nodes of k3s and Talos are adopted or outside: the program makes nodes with kubeadm
    alone."""
    control_plane_taint: bool = True
    """Whether ordinary pods stay off the control plane."""
    description: Text

    @property
    def service_ranges(self) -> str:
        """The ranges of Services as the API server takes them, that of each family."""
        return ",".join(map(str, (self.service_cidr, *((self.ipv6.service_cidr,) if self.ipv6 else ()))))
