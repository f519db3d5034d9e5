"""Agents that should watch every node, and leave out those with a taint."""

import re
from collections.abc import Iterator, Sequence

from config.lab import Lab
from config.service import HelmService
from plan.cluster.nodes import matches, untolerated
from plan.model import Node, Workload
from plan.model.fields import entries, text
from plan.model.findings import Finding, Rule
from plan.model.templates import pod_spec
from plan.wording import listed

NODE_NOT_WATCHED = Rule(
    "NODE-NOT-WATCHED",
    "info",
    title="An agent for every node leaves some out",
    meaning=(
        "A daemonset that collects logs or figures of nodes runs where it tolerates the taints. Control planes have "
        "one, and so has a node whose card is kept for GPU services: what happens there is in no log and on no "
        "dashboard, and nothing says so. Agents are known by their name, their chart or their image. The tolerations "
        "of a chart are not known: by its footprint it is counted on fewer nodes, and may run on more."
    ),
    remedy="Let it tolerate all taints, or leave it where these nodes are not to be watched.",
)

_AGENTS = re.compile(
    r"(?:^|[/-])(alloy|promtail|fluent-?bit|fluentd|vector|filebeat|metricbeat|(?:prometheus-)?node-exporter|telegraf|netdata"
    r"|smartctl-exporter|node-problem-detector|falco|datadog-agent|zabbix-agent2?|beyla|journalbeat)(?:$|[:@])"
)
"""Names of charts, images and workloads of agents for nodes."""


def node_agent_findings(lab: Lab, nodes: Sequence[Node], workloads: Sequence[Workload]) -> Iterator[Finding]:
    """A finding for each agent that some nodes do not let in because of a taint."""
    for workload in workloads:
        if workload.controller != "DaemonSet" or not workload.replicas or not _is_agent(lab, workload):
            continue
        out = {node.name: untolerated(node, workload.pod) for node in nodes if matches(node, workload.pod)}
        out = {name: taints for name, taints in out.items() if taints}
        if out:
            taints = sorted({taint for each in out.values() for taint in each})
            said, fix = _words(workload)
            yield NODE_NOT_WATCHED.finding(
                workload.path,
                f"{workload.name} {said} {workload.replicas} of {len(nodes)} nodes, not on {listed([*out])}: it does "
                f"not tolerate {listed(taints)}",
                fix,
                facts={"nodes": tuple(out), "taints": tuple(taints)},
            )


def _words(workload: Workload) -> tuple[str, str]:
    """How its place is told, and how it is changed: the tolerations of a chart are not known."""
    if "footprint" in workload.path:
        return "is counted on", "write every_node: true in its footprint, if the chart tolerates all taints"
    if workload.path[0] == "objects":
        return "runs on", "write tolerations: [{operator: Exists}], if it should watch all nodes"
    return "runs on", "write every_node: true, if it should watch all nodes"


def _is_agent(lab: Lab, workload: Workload) -> bool:
    """By its own name, by its chart, or by the images of its containers."""
    service = lab.services[workload.service]
    names = [workload.name]
    if isinstance(service, HelmService) and len(service.footprint) == 1:
        names.append(service.chart.name)
    names += [each.image for _, each in service.containers_of(workload.service)]
    for each in lab.objects.get(workload.service, ()):
        if (each.kind, each.name) == ("DaemonSet", workload.name):
            pod = pod_spec(each.content)
            names += [text(container, "image") for container in entries(pod, "containers")]
    return any(_AGENTS.search(name) for name in names)
