"""`cluster.yaml`: the Kubernetes cluster, made by kubeadm on the machines."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from config.kubelet import Kubelet
from config.kubernetes import LabelValue
from config.model import Address, Cidr, Cidr6, Model, Name, Prose, Reason, shown
from config.platform import Platform


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
Distribution = Literal["kubeadm", "k3s", "talos"]
LoadBalancer = Literal["metallb", "cilium", "kube-vip", "other"]


class AddressPool(Model):
    """A range of addresses, both ends included."""

    first: Address
    """The lowest address of the pool."""
    last: Address
    """The highest one; it belongs to the pool."""


class Overcommit(Model):
    """How far the sum of memory limits may exceed what the nodes can allocate."""

    memory_limits_percent: Annotated[int, Field(ge=50, le=10_000)]
    """Above this share of a node group's allocatable memory the planner warns."""
    reason: Reason
    """Why it is so much."""


class VolumeSlots(Model):
    """How many block volumes a node can have attached by the Proxmox CSI driver."""

    schedulable: Annotated[int, Field(gt=0, le=10_000)]
    """Slots that the node advertises in its CSINode object."""
    hard: Annotated[int, Field(gt=0, le=10_000)]
    """Where the driver's own loop ends; beyond it an attachment fails with "no free lun found"."""


class SecondFamily(Model):
    """Ranges of IPv6 in a cluster with both families."""

    pod_cidr: Cidr6
    """Addresses of pods, for example fd00:10:244::/56."""
    service_cidr: Cidr6
    """Addresses of Services, for example fd00:10:96::/112."""


class Cluster(Model):
    """The Kubernetes cluster."""

    name: Name
    """Name of the cluster in its kubeconfig and certificates."""
    kubernetes_version: KubernetesVersion
    """Version of its control plane and kubelets, for example v1.34.2."""
    network_plugin: Name
    """The pod network, for example calico."""
    pod_cidr: Cidr
    """Addresses of pods."""
    service_cidr: Cidr
    """Addresses of Kubernetes Services."""
    ipv6: SecondFamily | None = None
    """The second family, as `{pod_cidr: "fd00:10::/56", service_cidr: "fd00:11::/112"}`; left out, it has IPv4 alone.
    Nodes that are made here state an address of each family."""
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
    """Settings of the kubelets."""
    overcommit: Overcommit
    """How far memory limits may exceed what there is."""
    volume_slots: VolumeSlots
    """How many block volumes a node takes."""
    platform: Platform
    """The services of the lab that others stand on."""
    distribution: Distribution = "kubeadm"
    """The maker of the cluster. Nodes of k3s and Talos are adopted or outside: the program makes nodes with kubeadm
    alone."""
    control_plane_taint: bool = True
    """Whether ordinary pods stay off the control plane."""
    description: Prose
    """A sentence on the cluster, for people."""

    @property
    def pod_ranges(self) -> str:
        """The ranges of pods as kubeadm takes them, that of each family."""
        return ",".join(map(str, (self.pod_cidr, *((self.ipv6.pod_cidr,) if self.ipv6 else ()))))

    @property
    def service_ranges(self) -> str:
        """The ranges of Services as the API server takes them, that of each family."""
        return ",".join(map(str, (self.service_cidr, *((self.ipv6.service_cidr,) if self.ipv6 else ()))))
