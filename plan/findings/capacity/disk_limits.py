"""Limits of disk space that no node can give: what is to stop a pod never does."""

from collections.abc import Iterator

from config.notation import counted
from config.pod import POD_TEMPLATES
from config.quantity import Memory
from plan.cluster.nodes import nodes_for
from plan.model import Finding, Node, Service, Workload
from plan.model.fields import entries, mapping, text
from plan.model.findings import Rule
from plan.model.resources import EPHEMERAL_STORAGE, pod_limits
from plan.model.templates import pod_spec
from plan.wording import gib

DISK_LIMIT_ABOVE_NODES = Rule(
    "DISK-LIMIT-ABOVE-NODES",
    "warning",
    title="Pods may write more than the disk of any node has",
    meaning=(
        "The kubelet evicts a pod that writes more than its limit of ephemeral storage, or than the size of its "
        "scratch space. A limit above what a node has until its threshold for evictions is never reached: the node is "
        "under disk pressure before. Then the kubelet removes images and evicts pods that use more than they request, "
        "of the lowest priority first, whoever filled the disk."
    ),
    remedy="Write less as ephemeral_storage and as size of scratch space, or keep that data in a volume.",
)
_GIB = 1 << 30


def disk_limit_findings(nodes: tuple[Node, ...], services: tuple[Service, ...]) -> Iterator[Finding]:
    """A finding for each workload whose pods may write more than the largest node that takes them has."""
    least = min(map(_room, nodes), default=0)
    for service in services:
        scratch = _scratch(service)
        for each in service.workloads:
            may = max(pod_limits(each.pod).get(EPHEMERAL_STORAGE, 0), scratch.get(each.key, 0))
            taking = nodes_for(nodes, each.pod) if each.replicas and may > least else []
            largest = max(taking, key=_room, default=None)
            if largest is not None and may > _room(largest):
                yield _finding(each, may, largest)


def _room(node: Node) -> int:
    return node.allocatable[EPHEMERAL_STORAGE]


def _scratch(service: Service) -> dict[tuple[str, str, str], int]:
    """Bytes that the scratch space on disk of each workload may have, where all of it has a size."""
    found: dict[tuple[str, str, str], int] = {}
    for manifest in (*service.before_release, *service.manifests):
        kind = manifest["kind"]
        if kind in POD_TEMPLATES and (workload := service.workload_of(manifest)):
            pod = pod_spec(manifest)
            empty = [mapping(each, "emptyDir") for each in entries(pod, "volumes")]
            sizes = [text(each, "sizeLimit") for each in empty if text(each, "medium") != "Memory"]
            found[workload.key] = sum(counted(size) or 0 for size in sizes)
    return found


def _finding(workload: Workload, may: int, largest: Node) -> Finding:
    room = _room(largest)
    less = Memory(-(-(may - room) // _GIB) * _GIB)
    return DISK_LIMIT_ABOVE_NODES.finding(
        workload.path,
        f"each pod of {workload.name} may write {gib(may)} of disk, and {largest.name}, the largest node that takes "
        f"it, is under disk pressure at {gib(room)}: the limit never stops it, and pods of lower priority are evicted "
        "first",
        f"write at least {less} less as ephemeral_storage or size of scratch space, or keep that data in a volume",
        facts={"limit_bytes": may, "available_bytes": room, "node": largest.name},
    )
