"""File servers that are nodes of the cluster which mounts them."""

from collections import defaultdict
from collections.abc import Iterator

from config.lab import Lab
from config.source import Path
from config.storage_class import NfsStorageClass
from plan.cluster.membership import node_address
from plan.model.findings import Finding, Rule
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
    used: dict[str, list[tuple[Path, str]]] = defaultdict(list)
    for address, path, what in _served(lab):
        if address in nodes:
            used[nodes[address][0]].append((path, what))
    for node, found in used.items():
        yield FILES_FROM_A_NODE.finding(
            found[0][0],
            f"{node} serves {listed([what for _, what in found])}, and is a node of the cluster itself: while it "
            "restarts, all pods with such volumes hang, on every node",
            "serve the files from a machine that is no node, or from the Proxmox host",
            facts={"node": node, "served": tuple(what for _, what in found)},
        )


def _served(lab: Lab) -> Iterator[tuple[str, Path, str]]:
    """Addresses of file servers, where they stand, and what they serve."""
    for name, row in lab.storage_classes.items():
        if isinstance(row, NfsStorageClass):
            yield str(row.server), ("storage", name, "server"), f"the volumes of {name}"
    for name, service in lab.services.items():
        for key, volume in service.volumes.items():
            if volume.share:
                yield volume.share.server, ("services", name, "volumes", key, "share"), f"{name}/{key}"
        for key, share in getattr(service, "shares", {}).items():
            yield share.server, ("services", name, "shares", key), f"{name}/{key}"
