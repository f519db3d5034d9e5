"""A further worker, on which daemonsets run too: their quota has to have room for it."""

from collections.abc import Iterator, Mapping

from plan.capacity.groups import standard_worker
from plan.capacity.quotas import exceeded
from plan.cluster.nodes import admits
from plan.model import Finding, NamespaceUse, Workload
from plan.model.findings import Rule
from plan.scenarios.snapshot import ClusterSnapshot

WORKER_EXCEEDS_QUOTA = Rule(
    "WORKER-EXCEEDS-QUOTA",
    "warning",
    title="One more worker would exceed a quota",
    meaning=(
        "A daemonset gets one more pod with each node. The quota of its namespace has no room for another: on a new "
        "worker the pod is refused, and what it does (network, volumes, metrics) is missing there."
    ),
    remedy="Raise the tier's quota before you add a worker.",
)


def worker_findings(snapshot: ClusterSnapshot, namespaces: Mapping[str, NamespaceUse]) -> Iterator[Finding]:
    """Daemonsets that would be refused on one more worker like the last."""
    worker = standard_worker(snapshot.uses)
    for workload in snapshot.workloads if worker else ():
        if worker and _runs_there(workload, namespaces) and admits(worker.node, workload.pod):
            for excess in exceeded(namespaces[workload.namespace], workload, workload.replicas + 1):
                yield WORKER_EXCEEDS_QUOTA.finding(
                    workload.path,
                    f"with one more worker like {worker.node.name}, {workload.namespace} would use {excess.sentence}: "
                    f"the API server refuses the pod of {workload.name} for the new node",
                    f"{excess.smaller}raise the tier's quota before you add a worker, or move a service of it to a "
                    "namespace of its own",
                )


def _runs_there(workload: Workload, namespaces: Mapping[str, NamespaceUse]) -> bool:
    return workload.controller == "DaemonSet" and workload.namespace in namespaces
