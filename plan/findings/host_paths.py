"""Folders of a node that a pod takes for its own, and does not find on another node."""

from collections.abc import Iterable, Iterator, Sequence

from config.pod import POD_TEMPLATES
from plan.cluster.nodes import admits
from plan.model import Manifest, Node, Service, Workload
from plan.model.fields import entries, text
from plan.model.findings import Finding, Rule
from plan.wording import listed

HOST_PATH_MOVES = Rule(
    "HOST-PATH-MOVES",
    "warning",
    title="A folder of one node, and a pod that may run on several",
    meaning=(
        "A hostPath is a folder of the node that the pod is on. After a drain, a full node or a loss, the pod runs "
        "elsewhere and finds another folder there, an empty one at first: its data seems to be gone, and two nodes "
        "have half of it each. No copy of it is made either."
    ),
    remedy="Use a volume of a storage class, or select the one node that has the folder.",
)

_OF_THE_SYSTEM = (
    *("/boot", "/dev", "/etc", "/lib", "/lib64", "/opt/cni", "/proc", "/run", "/sys", "/usr", "/var/lib/containerd"),
    *("/var/lib/docker", "/var/lib/kubelet", "/var/lib/cni", "/var/log", "/var/run", "/tmp"),
)
"""Folders that each node has for itself, whatever pod looks into them."""
_CONTROLLERS = ("Deployment", "StatefulSet", "ReplicaSet")


def host_path_findings(nodes: Sequence[Node], services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each workload that keeps data in a folder of whichever node it is on."""
    for service in services:
        workloads = {(each.controller, each.name): each for each in service.workloads}
        for manifest in service.objects:
            workload = workloads.get((manifest["kind"], manifest["metadata"]["name"]))
            folders = [*_folders(manifest)] if workload and manifest["kind"] in _CONTROLLERS else []
            if workload and folders:
                yield from _moving(nodes, workload, folders)


def _moving(nodes: Sequence[Node], workload: Workload, folders: Sequence[str]) -> Iterator[Finding]:
    takes = [node.name for node in nodes if admits(node, workload.pod)]
    if len(takes) > 1:
        yield HOST_PATH_MOVES.finding(
            workload.path,
            f"{workload.name} keeps data in {listed(folders)} of its node, and may run on {listed(takes)}: on another "
            "node it finds another folder",
            "use a volume of a storage class, or write node_selector: {kubernetes.io/hostname: NODE} with the node of "
            "the folder",
            facts={"folders": tuple(folders), "nodes": tuple(takes)},
        )


def _folders(manifest: Manifest) -> Iterator[str]:
    for volume in entries(manifest, *POD_TEMPLATES[manifest["kind"]], "spec", "volumes"):
        path = text(volume, "hostPath", "path").rstrip("/")
        if path and not any(path == each or path.startswith(f"{each}/") for each in _OF_THE_SYSTEM):
            yield path
