"""Pods that want a port which the node itself needs."""

import re
from collections.abc import Iterator, Mapping, Sequence

from config.lab import Lab
from config.service import HelmService
from config.service.container import Part
from config.source import Path
from plan.cluster.nodes import CONTROL_PLANE_LABEL, admits
from plan.findings.charts.chart_values import paths_taking_host_ports
from plan.model import Node, Workload
from plan.model.findings import Finding, Rule

PORT_OF_THE_NODE = Rule(
    "PORT-OF-THE-NODE",
    ("error", "warning"),
    title="A pod wants a port that its node uses itself",
    meaning=(
        "The scheduler knows the ports of pods only. On the network of the node, a pod that binds a port of sshd, the "
        "kubelet or kube-proxy ends with 'address already in use', over and over. So does a name server on port 53 of "
        "Ubuntu, where systemd-resolved listens on 127.0.0.53, unless it binds an address of its own. With a port of "
        "the node that is forwarded to the pod, it is the node's own service that is not reached any more."
    ),
    remedy="Take another port; for a name server, a load balancer's address instead of the node's network.",
)

OF_EVERY_NODE: Mapping[int, str] = {22: "sshd", 10249: "kube-proxy", 10250: "the kubelet", 10256: "kube-proxy"}
OF_A_CONTROL_PLANE: Mapping[int, str] = {
    2379: "etcd",
    2380: "etcd",
    6443: "the API server",
    10257: "kube-controller-manager",
    10259: "kube-scheduler",
}
"""Ports and protocols of Kubernetes' components (kubernetes.io, Ports and Protocols)."""
OF_UBUNTU: Mapping[int, str] = {53: "systemd-resolved"}
"""Bound on a loopback address: in the way of a pod on the node's network, and not of a forwarded port."""
_ADDRESS = re.compile(r"(?<![\d.])\d{1,3}(\.\d{1,3}){3}(?![\d.])")


def node_port_findings(lab: Lab, nodes: Sequence[Node], workloads: Sequence[Workload]) -> Iterator[Finding]:
    """A finding for each workload that takes a port of the nodes on which it may run."""
    on_network = _on_the_nodes_network(lab)
    for workload in workloads:
        if workload.service not in lab.services:
            continue
        wanted = {number for _, number in workload.pod.constraints.host_ports}
        used = dict(OF_EVERY_NODE)
        if any(CONTROL_PLANE_LABEL in node.labels and admits(node, workload.pod) for node in nodes):
            used |= OF_A_CONTROL_PLANE
        if workload.path in on_network:
            used |= OF_UBUNTU
        for number in sorted(wanted & used.keys()):
            yield PORT_OF_THE_NODE.finding(
                workload.path,
                f"{workload.name} takes port {number} of its node, which is {used[number]}'s",
                "take another port"
                + (", or a load_balancer address without host_network" if number in OF_UBUNTU else ""),
                about=str(number),
                severity="warning" if number in OF_UBUNTU else "error",
                facts={"port": number, "used_by": used[number]},
            )


def _binds_its_own(part: Part) -> bool:
    """Whether an address stands among its settings: then it may well listen on that one alone."""
    texts = [text for _, each in part.containers for text in (*each.command, *each.args, *each.env.values())]
    return any(_ADDRESS.search(text) for text in texts)


def _on_the_nodes_network(lab: Lab) -> set[Path]:
    found: set[Path] = set()
    for name, service in lab.services.items():
        found |= {part.path for part in service.parts(name) if part.workload.host_network and not _binds_its_own(part)}
        if isinstance(service, HelmService):
            keys = {path[-1].lower() for path in paths_taking_host_ports(service.values)}
            if any("network" in key for key in keys):
                found |= {("services", name, "footprint", key) for key in service.footprint}
    return found
