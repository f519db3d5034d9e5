"""kubeadm's documents: of the cluster, and of each machine that makes it or joins it.

kubeadm writes the kubelet's settings to the ConfigMap `kubelet-config`, from which an upgrade restores them on
every node; settings made on a node alone are lost then (docs/facts.md, The lab). So what is particular to a node is a
patch, which kubeadm applies after that.
"""

from config.cluster import Cluster
from config.kubelet import Reservation
from config.lab import Lab
from config.machine import Machine
from config.reservations import kube_reserved, system_reserved
from plan.cluster.hardening import hardened_cluster, hardened_kubelet
from plan.cluster.membership import control_plane_address, control_planes_of, founder, node_addresses
from plan.cluster.nodes import CONTROL_PLANE_LABEL, REGION_LABEL, topology
from plan.model import Manifest
from plan.model.placeholders import placeholder
from plan.tiers.objects import shutdown_grace_periods

API_VERSION = "kubeadm.k8s.io/v1beta4"
API_PORT = 6443
PATCHES = "/etc/kubernetes/patches"
"""Folder of the patches on a node; an upgrade takes it as `--patches`."""
CRI_SOCKET = "unix:///run/containerd/containerd.sock"
GRACE_AT_EVICTION = 120
"""Most seconds that a pod has to end after a soft threshold. The kubelet's default is 0: then a soft threshold kills as
a hard one does, whatever the pod's own grace period is (pkg/kubelet/eviction/eviction_manager.go, v1.34)."""


def kubeadm_documents(lab: Lab) -> dict[str, Manifest]:
    """The documents by file name; none where no machine is a control plane."""
    if not control_planes_of(lab):
        return {}
    return {
        "cluster-configuration.yaml": _cluster_configuration(lab),
        "kubelet-configuration.yaml": _kubelet_configuration(lab),
    }


def init_documents(lab: Lab, name: str, machine: Machine) -> list[Manifest]:
    """Documents for `kubeadm init` on the machine that makes the cluster."""
    return [_init_configuration(lab, name, machine), *kubeadm_documents(lab).values()]


def _init_configuration(lab: Lab, name: str, machine: Machine) -> Manifest:
    """kubeadm always makes a token, so this one is not shown and ends while the cluster starts."""
    return {
        "apiVersion": API_VERSION,
        "kind": "InitConfiguration",
        "bootstrapTokens": [{"description": "Of no use to anybody.", "ttl": "1m0s"}],
        "nodeRegistration": _node_registration(lab, name, machine),
        "localAPIEndpoint": _local_api_endpoint(lab, machine),
        "patches": {"directory": PATCHES},
    }


def join_documents(lab: Lab, name: str, machine: Machine) -> list[Manifest]:
    """Documents for `kubeadm join` on a further machine. A control plane finds the certificates on its disk."""
    return [
        {
            "apiVersion": API_VERSION,
            "kind": "JoinConfiguration",
            "discovery": {
                "bootstrapToken": {
                    "token": placeholder("join-token"),
                    "apiServerEndpoint": api_endpoint(lab),
                    "caCertHashes": [placeholder("ca-certificate-hash")],
                }
            },
            "nodeRegistration": _node_registration(lab, name, machine),
            **(
                {"controlPlane": {"localAPIEndpoint": _local_api_endpoint(lab, machine)}}
                if machine.role == "control-plane"
                else {}
            ),
            "patches": {"directory": PATCHES},
        }
    ]


def kubelet_patch(lab: Lab, machine: Machine) -> Manifest:
    """Settings of this node's kubelet alone: its machine's name in Proxmox, by which the CSI driver finds it."""
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "providerID": f"proxmox://{topology(lab.cluster, machine)[REGION_LABEL]}/{machine.vmid}",
    }


def _node_registration(lab: Lab, name: str, machine: Machine) -> Manifest:
    labels = topology(lab.cluster, machine) | machine.labels
    own = [{"key": key, "value": each.value, "effect": each.effect} for key, each in machine.taints.items()]
    tainted = machine.role == "control-plane" and lab.cluster.control_plane_taint
    addresses = ",".join(node_addresses(lab, machine))
    return {
        "name": name,
        "criSocket": CRI_SOCKET,
        "taints": [*([{"key": CONTROL_PLANE_LABEL, "effect": "NoSchedule"}] if tainted else []), *own],
        "kubeletExtraArgs": [
            *([{"name": "node-ip", "value": addresses}] if addresses else []),
            {"name": "node-labels", "value": ",".join(f"{label}={value}" for label, value in labels.items())},
        ],
    }


def _local_api_endpoint(lab: Lab, machine: Machine) -> Manifest:
    return {"advertiseAddress": control_plane_address(lab, machine), "bindPort": API_PORT}


def api_address(lab: Lab) -> str:
    """Where the API server is reached: the virtual address, or that of the control plane machine."""
    if lab.cluster.api_address is not None:
        return str(lab.cluster.api_address)
    return control_plane_address(lab, next(iter(control_planes_of(lab).values())))


def api_endpoint(lab: Lab) -> str:
    """Address and port of the API server."""
    return f"{api_address(lab)}:{API_PORT}"


def _cluster_configuration(lab: Lab) -> Manifest:
    cluster = lab.cluster
    signed = cluster.platform.kubelet_certificates is not None
    hardened: Manifest = hardened_cluster(kubelets_are_signed=signed) if founder(lab) else {"apiServer": {}}
    return {
        "apiVersion": API_VERSION,
        "kind": "ClusterConfiguration",
        "clusterName": cluster.name,
        "kubernetesVersion": cluster.kubernetes_version,
        "controlPlaneEndpoint": api_endpoint(lab),
        **hardened,
        "apiServer": {"certSANs": [api_address(lab)], **hardened["apiServer"]},
        "networking": {
            "podSubnet": cluster.pod_ranges,
            "serviceSubnet": cluster.service_ranges,
            "dnsDomain": "cluster.local",
        },
    }


def _kubelet_configuration(lab: Lab) -> Manifest:
    cluster, kubelet = lab.cluster, lab.cluster.kubelet
    soft, hard = kubelet.eviction_soft, kubelet.eviction_hard
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "cgroupDriver": "systemd",
        "clusterDomain": "cluster.local",
        "clusterDNS": [str(_cluster_dns(cluster))],
        "maxPods": kubelet.max_pods,
        "cpuManagerPolicy": kubelet.cpu_manager,
        **({"allowedUnsafeSysctls": [*kubelet.allowed_unsafe_sysctls]} if kubelet.allowed_unsafe_sysctls else {}),
        "kubeReserved": _reserved(kube_reserved(kubelet)),
        "systemReserved": _reserved(system_reserved(kubelet)),
        "evictionHard": {
            "memory.available": str(hard.memory),
            "nodefs.available": f"{hard.nodefs_percent}%",
            "imagefs.available": f"{hard.imagefs_percent}%",
        },
        "mergeDefaultEvictionSettings": True,
        "evictionSoft": {
            "memory.available": str(soft.memory.available),
            "nodefs.available": f"{soft.nodefs.available_percent}%",
            "imagefs.available": f"{soft.imagefs.available_percent}%",
        },
        "evictionSoftGracePeriod": {
            "memory.available": f"{soft.memory.grace_seconds}s",
            "nodefs.available": f"{soft.nodefs.grace_seconds}s",
            "imagefs.available": f"{soft.imagefs.grace_seconds}s",
        },
        "evictionMaxPodGracePeriod": GRACE_AT_EVICTION,
        "serializeImagePulls": False,
        "maxParallelImagePulls": kubelet.max_parallel_image_pulls,
        "containerLogMaxSize": str(kubelet.container_logs.max_size),
        "containerLogMaxFiles": kubelet.container_logs.max_files,
        "shutdownGracePeriodByPodPriority": shutdown_grace_periods(lab.tiers),
        **(hardened_kubelet() if founder(lab) else {}),
        **({"serverTLSBootstrap": True} if cluster.platform.kubelet_certificates else {}),
    }


def _reserved(reservation: Reservation) -> dict[str, str]:
    return {"cpu": str(reservation.cpu), "memory": str(reservation.memory)}


def _cluster_dns(cluster: Cluster) -> object:
    """kubeadm gives CoreDNS the tenth address of the service network."""
    return cluster.service_cidr.network_address + 10
