"""The cluster's kubeadm documents: ClusterConfiguration and KubeletConfiguration.

kubeadm writes the kubelet's settings to the ConfigMap `kubelet-config`, from which an upgrade restores them on
every node; settings made on a node alone are lost then (docs/facts.md, The lab).
"""

from config.cluster import Cluster
from config.lab import Lab
from config.quantity import Cpu, Memory
from plan.model import Manifest
from plan.tiers import shutdown_grace_periods


def kubeadm_documents(lab: Lab) -> dict[str, Manifest]:
    """The documents by file name."""
    return {
        "cluster-configuration.yaml": _cluster_configuration(lab),
        "kubelet-configuration.yaml": _kubelet_configuration(lab),
    }


def api_address(lab: Lab) -> str:
    """Where the API server is reached: the virtual address, or that of the first control plane machine."""
    if lab.cluster.api_address is not None:
        return str(lab.cluster.api_address)
    network = lab.cluster.node_network
    return next(
        str(interface.address)
        for machine in lab.machines.values()
        if machine.role == "control-plane"
        for interface in machine.interfaces
        if interface.network == network
    )


def _cluster_configuration(lab: Lab) -> Manifest:
    cluster = lab.cluster
    return {
        "apiVersion": "kubeadm.k8s.io/v1beta4",
        "kind": "ClusterConfiguration",
        "clusterName": cluster.name,
        "kubernetesVersion": cluster.kubernetes_version,
        "controlPlaneEndpoint": f"{api_address(lab)}:6443",
        "networking": {
            "podSubnet": str(cluster.pod_cidr),
            "serviceSubnet": str(cluster.service_cidr),
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
        "kubeReserved": _reserved(kubelet.kube_reserved.cpu, kubelet.kube_reserved.memory),
        "systemReserved": _reserved(kubelet.system_reserved.cpu, kubelet.system_reserved.memory),
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
        "serializeImagePulls": False,
        "maxParallelImagePulls": kubelet.max_parallel_image_pulls,
        "containerLogMaxSize": str(kubelet.container_logs.max_size),
        "containerLogMaxFiles": kubelet.container_logs.max_files,
        "shutdownGracePeriodByPodPriority": shutdown_grace_periods(lab.tiers),
    }


def _reserved(cpu: Cpu, memory: Memory) -> dict[str, str]:
    return {"cpu": str(cpu), "memory": str(memory)}


def _cluster_dns(cluster: Cluster) -> object:
    """kubeadm gives CoreDNS the tenth address of the service network."""
    return cluster.service_cidr.network_address + 10
