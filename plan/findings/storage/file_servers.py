"""File servers that are nodes of the cluster which mounts them, and names that its nodes cannot resolve."""

from collections import defaultdict
from collections.abc import Iterator

from config.image import registry_of
from config.lab import Lab
from config.source import Path
from plan.cluster.membership import founder, node_address
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

NAME_OF_NO_NODE = Rule(
    "NAME-OF-NO-NODE",
    ("error", "warning"),
    title="A node is to find a name that only pods know",
    meaning=(
        "The kubelet mounts NFS folders, and containerd pulls images, with the name servers of the node. Names of "
        "Services (`.svc`, `.cluster.local`) are known to CoreDNS alone, which nodes do not ask: the pod stays in "
        "ContainerCreating (`Failed to resolve server`) or ImagePullBackOff."
    ),
    remedy="Write an address: that of the server, or the one of the load balancer that the Service has.",
)

_OF_PODS = (".svc", ".cluster.local")
_MOUNTED_BY_THE_KUBELET = frozenset({"share", "shares"})
"""Keys of the format. A CSI driver mounts from pods of its own, which know the names of Services."""


def file_server_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each node that serves files to pods."""
    nodes = {
        address: (name, machine)
        for name, machine in lab.machines.items()
        if machine.role != "appliance" and (address := node_address(lab, machine))
    }
    used: dict[str, dict[str, Path]] = defaultdict(dict)
    yield from _images(lab)
    for each in served(lab):
        if each.server.endswith(_OF_PODS) and _MOUNTED_BY_THE_KUBELET.intersection(map(str, each.path[2:])):
            yield NAME_OF_NO_NODE.finding(
                each.path,
                f"nodes mount {each.content} from {each.server}, a name that only pods can resolve: its pods do not "
                "start",
                "write the address of the server there",
                about=each.content,
                severity="error" if founder(lab) else "warning",
            )
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


def _images(lab: Lab) -> Iterator[Finding]:
    for name, service in lab.services.items():
        for path, container in service.containers_of(name):
            registry = registry_of(container.image)
            if registry.partition(":")[0].endswith(_OF_PODS):
                yield NAME_OF_NO_NODE.finding(
                    (*path, "image"),
                    f"nodes pull {container.image} from {registry}, a name that only pods can resolve: the image is "
                    "never pulled",
                    "give the registry an address of the load balancer or a route, and write that",
                    severity="error" if founder(lab) else "warning",
                )
