"""File servers that are nodes of the cluster which mounts them."""

from collections import defaultdict
from collections.abc import Iterator

from config.lab import Lab
from config.source import Path
from plan.cluster.membership import node_address
from plan.model.findings import Finding, Rule
from plan.scenarios.file_servers import served
from plan.wording import listed

FILES_FROM_A_NODE = Rule(
    "FILES-FROM-A-NODE",
    "warning",
    title="A node of the cluster serves its files",
    meaning=(
        "NFS mounts wait for their server without an end. While the node that serves the files restarts, every pod "
        "with such a volume hangs on every node, and so does whatever asks for the mounts, the kubelet among them; a "
        "node that mounts from itself cannot shut down in order, since its server stops first."
    ),
    remedy="Let a machine that is no node serve the files, or the Proxmox host.",
)


def file_server_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each node that serves files to pods."""
    nodes = {
        address: (name, machine)
        for name, machine in lab.machines.items()
        if machine.role != "appliance" and (address := node_address(lab, machine))
    }
    used: dict[str, dict[str, Path]] = defaultdict(dict)
    for each in served(lab):
        if each.server in nodes:
            used[nodes[each.server][0]].setdefault(each.content, each.path)
    for node, found in used.items():
        yield FILES_FROM_A_NODE.finding(
            next(iter(found.values())),
            f"{node} serves {listed(list(found))}, and is a node of the cluster itself: while it "
            "restarts, all pods with such volumes hang, on every node",
            "serve the files from a machine that is no node, or from the Proxmox host",
            facts={"node": node, "served": tuple(found)},
        )
