"""Settings that a machine reads once: when cloud-init sets it up, or when kubeadm makes it a node. As plain data.

Sources: kubeadm's `upgrade node phase kubelet-config` and its ConfigMaps; the version skew policy of Kubernetes; the
provider's `initialization` and `clone`, which an update ignores (docs/facts.md, Replacement).
"""

from collections.abc import Mapping

LAB_KEYS: Mapping[str, str] = {
    "allowedUnsafeSysctls": "kubelet.allowed_unsafe_sysctls",
    "clusterDNS": "service_cidr",
    "containerLogMaxFiles": "kubelet.container_logs.max_files",
    "containerLogMaxSize": "kubelet.container_logs.max_size",
    "cpuManagerPolicy": "kubelet.cpu_manager",
    "evictionHard": "kubelet.eviction_hard",
    "evictionSoft": "kubelet.eviction_soft",
    "evictionSoftGracePeriod": "kubelet.eviction_soft",
    "kubeReserved": "kubelet.kube_reserved",
    "maxParallelImagePulls": "kubelet.max_parallel_image_pulls",
    "maxPods": "kubelet.max_pods",
    "shutdownGracePeriodByPodPriority": "priority and shutdown_grace_seconds of the tiers",
    "systemReserved": "kubelet.system_reserved",
}
"""Where the lab says a field of the kubelet's configuration."""

KUBELET_BY_HAND = (
    "write them into the ConfigMap kubelet-config, and on each node `kubeadm upgrade node phase kubelet-config` and "
    "`systemctl restart kubelet`"
)
STATIC_CPUS_BY_HAND = "; for cpu_manager drain it before, and remove /var/lib/kubelet/cpu_manager_state"

VERSION_BY_HAND = (
    "`homelab upgrade` says in which order: on the control plane `kubeadm upgrade apply {version}`, on each other node "
    "`kubeadm upgrade node`, and then its kubelet"
)

NETPLAN_BY_HAND = "write it in the machine's netplan, and `netplan apply`"

ARGUMENTS: Mapping[str, tuple[str, str]] = {
    "clone.vm_id": ("template", "recreate the machine: drain it, take it out of the lab, destroy it, and add it again"),
    "disks": (
        "disks",
        (
            "`qm disk resize {vmid} DISK SIZE` makes one larger, `qm disk move {vmid} DISK STORAGE` moves one, and "
            "`qm set {vmid} ...` adds one; none becomes smaller"
        ),
    ),
    "initialization.dns.domain": ("domain", NETPLAN_BY_HAND),
    "initialization.ip_configs.ipv4.gateway": ("gateway", NETPLAN_BY_HAND),
    "initialization.ip_configs.ipv6.gateway": ("ipv6.gateway", NETPLAN_BY_HAND),
    "initialization.dns.servers": ("nameservers", "write them in the machine's netplan, and `netplan apply`"),
}
"""The lab's key for each argument of a machine that an update never touches, and how to change it in the machine."""

SSH_KEYS_BY_HAND = "write them into ~/.ssh/authorized_keys of the machine's user"
FILE_BY_HAND = "write the file in the machine, and restart what reads it"
RANGES = ("podSubnet", "serviceSubnet")
RANGES_STAY = (
    "A cluster keeps the ranges of addresses that it was made with: its nodes and Services have addresses of the old "
    "one, and its API server's certificate names one of them."
)
RANGES_FIX = "take the change back; another range takes another cluster"
FAMILY_STAYS = (
    "A cluster keeps the families that it was made with: an `up` changes no control plane that runs, and its Services "
    "and pods get no addresses of the second."
)
FAMILY_BY_HAND = (
    "take the change back; or add it by hand first: --service-cluster-ip-range of the API server and the controller "
    "manager, --cluster-cidr of the latter and of kube-proxy, and --node-ip of each kubelet"
)
ENDPOINT_STAYS = (
    "The API server keeps its address: its certificate, the nodes' kubelets and every kubeconfig name it, and nobody "
    "answers at the new one."
)
ENDPOINT_FIX = "take the change back; or change it in the cluster first, certificates and kubelets included"
REGION_STAYS = (
    "Nodes keep the region that they were made with, volumes are bound to it, and machines to come would get another "
    "one: no volume follows a pod from the one to the other."
)
