"""Pods that kubeadm itself runs on the nodes, and their requests (kubeadm v1.34, its manifests and addons)."""

from config.quantity import Cpu, Memory
from plan.cluster.nodes import CONTROL_PLANE_LABEL, nodes_for
from plan.model import Container, Controller, Node, Pod, Workload
from plan.model.resources import CPU, MEMORY, NODE_CRITICAL_PRIORITY, oom_score_adj, qos_class
from plan.tiers.objects import SYSTEM_CRITICAL_PRIORITY

NAMESPACE = "kube-system"

_STATIC_PODS: dict[str, dict[str, int]] = {
    "etcd": {CPU: Cpu.parse("100m"), MEMORY: Memory.parse("100Mi")},
    "kube-apiserver": {CPU: Cpu.parse("250m")},
    "kube-controller-manager": {CPU: Cpu.parse("200m")},
    "kube-scheduler": {CPU: Cpu.parse("100m")},
}
_COREDNS = Container("coredns", {CPU: Cpu.parse("100m"), MEMORY: Memory.parse("70Mi")}, {MEMORY: Memory.parse("170Mi")})


def system_workloads(nodes: tuple[Node, ...]) -> tuple[Workload, ...]:
    """Static pods of each control plane, CoreDNS twice, and kube-proxy on every node."""
    on_control_plane = {CONTROL_PLANE_LABEL: ""}
    everywhere = frozenset({"*"})
    static = [
        _workload(
            name,
            "DaemonSet",
            Pod((Container(name, requests, {}),), (), NODE_CRITICAL_PRIORITY, on_control_plane, everywhere),
            nodes,
        )
        for name, requests in _STATIC_PODS.items()
    ]
    proxy = Pod((Container("kube-proxy", {}, {}),), (), NODE_CRITICAL_PRIORITY, {}, everywhere)
    dns = Pod((_COREDNS,), (), SYSTEM_CRITICAL_PRIORITY, {}, frozenset({CONTROL_PLANE_LABEL}))
    return (*static, _workload("kube-proxy", "DaemonSet", proxy, nodes), _workload("coredns", "Deployment", dns, nodes))


def _workload(name: str, controller: Controller, pod: Pod, nodes: tuple[Node, ...]) -> Workload:
    return Workload(
        name=name,
        service="kubeadm",
        namespace=NAMESPACE,
        controller=controller,
        replicas=len(nodes_for(nodes, pod)) if controller == "DaemonSet" else 2,
        pod=pod,
        path=("cluster",),
        qos=qos_class(pod),
        oom_score_adj=oom_score_adj(pod, min(node.capacity[MEMORY] for node in nodes)),
    )
