"""The steps of an upgrade by kubeadm, in order.

Source: kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-upgrade.
"""

from collections.abc import Iterator, Sequence
from shlex import quote
from typing import NamedTuple

SNAPSHOT = "/var/lib/etcd/before-upgrade.db"
"""In the only folder that the etcd pod shares with its node."""


class Step(NamedTuple):
    """A command, where it is run, and its purpose."""

    where: str
    """A node, or `laptop`."""
    command: str
    purpose: str


def steps(minor: int, control_plane: Sequence[str], workers: Sequence[str]) -> Iterator[Step]:
    """The steps to a minor release: the control plane first, one node after the other, then the workers."""
    first = control_plane[0]
    yield Step(
        first,
        "kubectl -n kube-system exec etcd-$(hostname) -- etcdctl --endpoints https://127.0.0.1:2379 --cacert "
        "/etc/kubernetes/pki/etcd/ca.crt --cert /etc/kubernetes/pki/etcd/server.crt --key "
        f"/etc/kubernetes/pki/etcd/server.key snapshot save {SNAPSHOT}",
        "the only way back: kubeadm does not downgrade",
    )
    yield Step(
        "laptop",
        "kubectl -n kube-system get configmap kubelet-config -o yaml",
        "kubeadm writes these settings onto every node: settings made only on a node are gone afterwards",
    )
    for name in control_plane:
        yield from _packages(name, minor, ("kubeadm",))
        apply = f"kubeadm upgrade apply v1.{minor}.N" if name == first else "kubeadm upgrade node"
        if name == first:
            yield Step(name, "kubeadm upgrade plan", "names the newest patch release N and checks the cluster")
        yield Step(name, apply, "control plane; running pods continue")
        yield from _kubelet(name, minor)
    for name in workers:
        yield from _packages(name, minor, ("kubeadm",))
        yield Step(name, "kubeadm upgrade node", "writes the kubelet's settings again")
        yield from _kubelet(name, minor)
    yield Step("laptop", "kubectl get nodes", f"every node says v1.{minor}")
    yield Step("laptop", "homelab doctor", "the cluster has no new problems")


def _packages(node: str, minor: int, names: Sequence[str]) -> Iterator[Step]:
    listed = " ".join(names)
    yield Step(
        node,
        f"apt-mark unhold {listed} && apt-get update && apt-get install -y {listed} && apt-mark hold {listed}",
        f"from the package repository of v1.{minor}, which has to be in /etc/apt/sources.list.d first",
    )


def _kubelet(node: str, minor: int) -> Iterator[Step]:
    quoted = quote(node)
    yield Step("laptop", f"homelab drain {quoted}", "where its pods go, and what holds them up")
    yield Step(
        "laptop", f"kubectl drain {quoted} --ignore-daemonsets --delete-emptydir-data --timeout=15m", "its pods move"
    )
    yield from _packages(node, minor, ("kubelet", "kubectl"))
    yield Step(node, "systemctl daemon-reload && systemctl restart kubelet", "the new kubelet")
    yield Step("laptop", f"kubectl uncordon {quoted}", "pods may come back")
