"""The files of a node: settings of the kernel, of containerd, of kubeadm, and the keys of a control plane."""

from collections.abc import Mapping
from typing import NamedTuple

from config.lab import Lab
from config.machine import Machine
from plan.cluster.hardening import AUDIT_POLICY, ENCRYPTION, audit_policy, encryption
from plan.cluster.kubeadm import CRI_SOCKET, PATCHES, init_documents, join_documents, kubelet_patch
from plan.cluster.membership import founder
from plan.model.placeholders import Secret, placeholder
from plan.proxmox.cloud_init.keepalived import keepalived_configuration
from plan.yaml_text import to_yaml

KUBEADM_FILE = "/etc/kubernetes/kubeadm.yaml"
PRIVATE = "0600"
PUBLIC = "0644"


class File(NamedTuple):
    """A file of the machine."""

    content: str
    permissions: str = PUBLIC
    base64: bool = False
    """Whether the content is base64."""


Files = Mapping[str, File]
"""Files by their path."""

KERNEL_MODULES = ("overlay", "br_netfilter")
KERNEL_SETTINGS = {
    "net.bridge.bridge-nf-call-iptables": 1,
    "net.bridge.bridge-nf-call-ip6tables": 1,
    "net.ipv4.ip_forward": 1,
}

CONTAINERD = """\
version = 2

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  SystemdCgroup = true
"""
"""The kubelet and containerd have to agree on who keeps the cgroups: systemd does, as `cgroupDriver` says."""

LOGIND_DROP_IN = "unattended-upgrades-logind-maxdelay.conf"
LOGIND = """\
# Replaces the file of this name that the package unattended-upgrades ships: its 30 s would come after the file of the
# kubelet (99-kubelet.conf), which then delays no shutdown at all.
"""
"""systemd takes a drop-in of /etc instead of that of the same name in /usr/lib, and the last of all names
(kubernetes#102818; docs/facts.md, Graceful shutdown)."""

KEYS: Mapping[str, Secret] = {
    "ca.crt": "cluster-ca.crt",
    "ca.key": "cluster-ca.key",
    "etcd/ca.crt": "etcd-ca.crt",
    "etcd/ca.key": "etcd-ca.key",
    "front-proxy-ca.crt": "front-proxy-ca.crt",
    "front-proxy-ca.key": "front-proxy-ca.key",
    "sa.key": "service-account.key",
    "sa.pub": "service-account.pub",
}
"""Files that kubeadm finds in `/etc/kubernetes/pki`, and so does not make."""


def node_files(lab: Lab, name: str, machine: Machine) -> Files:
    """Everything that is written before kubeadm runs."""
    documents = init_documents if name == founder(lab) else join_documents
    settings = "".join(f"{key} = {value}\n" for key, value in _kernel_settings(lab).items())
    return {
        "/etc/modules-load.d/kubernetes.conf": File("".join(f"{module}\n" for module in KERNEL_MODULES)),
        "/etc/sysctl.d/60-kubernetes.conf": File(settings),
        "/etc/containerd/config.toml": File(CONTAINERD),
        f"/etc/systemd/logind.conf.d/{LOGIND_DROP_IN}": File(LOGIND),
        "/etc/crictl.yaml": File(to_yaml({"runtime-endpoint": CRI_SOCKET, "image-endpoint": CRI_SOCKET})),
        f"{PATCHES}/kubeletconfiguration+strategic.yaml": File(to_yaml(kubelet_patch(lab, machine))),
        KUBEADM_FILE: File("---\n".join(to_yaml(each) for each in documents(lab, name, machine)), PRIVATE),
        **(_control_plane_files(lab, name, machine) if machine.role == "control-plane" else {}),
    }


def _kernel_settings(lab: Lab) -> Mapping[str, int]:
    return KERNEL_SETTINGS | ({"net.ipv6.conf.all.forwarding": 1} if lab.cluster.ipv6 else {})


def _control_plane_files(lab: Lab, name: str, machine: Machine) -> Files:
    keys = {
        **{f"/etc/kubernetes/pki/{file}": _key(file, secret) for file, secret in KEYS.items()},
        ENCRYPTION: File(to_yaml(encryption()), PRIVATE),
        AUDIT_POLICY: File(to_yaml(audit_policy()), PRIVATE),
    }
    if lab.cluster.api_address is None:
        return keys
    return keys | {"/etc/keepalived/keepalived.conf": File(keepalived_configuration(lab, name, machine))}


def _key(file: str, secret: Secret) -> File:
    return File(placeholder(secret), PRIVATE if file.endswith(".key") else PUBLIC, base64=True)
