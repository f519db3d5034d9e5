"""A further worker, on which daemonsets run too: their quota has to have room for it."""

from collections.abc import Iterator, Mapping, Sequence

from config.lab import Lab
from plan.capacity.groups import standard_worker
from plan.capacity.quotas import counted, exceeded, field_of
from plan.cluster.nodes import admits
from plan.model import Finding, NamespaceUse, Workload
from plan.model.findings import Rule
from plan.model.resources import notation, sum_of
from plan.scenarios.quota_remedies import HeldBack, larger_quota, quota_remedies
from plan.scenarios.remedies import any_of
from plan.scenarios.snapshot import ClusterSnapshot
from plan.wording import listed

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


def worker_findings(lab: Lab, snapshot: ClusterSnapshot, namespaces: Mapping[str, NamespaceUse]) -> Iterator[Finding]:
    """Daemonsets that would be refused on one more worker like the last. Those of one namespace come together."""
    worker = standard_worker(snapshot.uses)
    if worker is None:
        return
    found: dict[str, list[Workload]] = {}
    for workload in snapshot.workloads:
        if _runs_there(workload, namespaces) and admits(worker.node, workload.pod):
            found.setdefault(workload.namespace, []).append(workload)
    for namespace, daemons in found.items():
        yield from _refused(lab, worker.node.name, namespaces[namespace], daemons)


def _refused(lab: Lab, worker: str, use: NamespaceUse, daemons: Sequence[Workload]) -> Iterator[Finding]:
    names = [each.name for each in daemons]
    further = sum_of(*(counted(each.pod, use.quota or ()) for each in daemons))
    for resource, hard in (use.quota or {}).items():
        steady = use.requests.get(resource, 0)
        needed = steady + further[resource]
        if steady <= hard < needed:
            alone = exceeded(use, daemons[0], daemons[0].replicas + 1) if len(daemons) == 1 else ()
            held = [HeldBack(daemons[0], daemons[0].replicas + 1, each) for each in alone if each.resource == resource]
            remedies = tuple(quota_remedies(lab, use, held)) if held else (larger_quota(use, resource, needed),)
            pods = f"the pod of {names[0]}" if len(names) == 1 else f"a pod of {listed(names)}"
            yield WORKER_EXCEEDS_QUOTA.finding(
                daemons[0].path,
                f"with one more worker like {worker}, {use.name} would use {field_of(resource)} "
                f"{notation(resource, needed)} of {notation(resource, hard)}: the API server refuses {pods} for the "
                "new node",
                f"before you add a worker: {any_of(remedies)}; or move a service of it to a namespace of its own",
                about=field_of(resource),
                facts={"workloads": tuple(names), "needed": needed, "hard": hard},
                remedies=remedies,
            )


def _runs_there(workload: Workload, namespaces: Mapping[str, NamespaceUse]) -> bool:
    return workload.controller == "DaemonSet" and workload.namespace in namespaces
