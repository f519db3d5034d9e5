"""How full the cluster is: nodes and their groups, and namespaces against their quotas."""

from collections import defaultdict
from collections.abc import Iterable

from config.lab import Lab
from plan.capacity.beside import place_beside
from plan.capacity.groups import groups
from plan.capacity.hosts import host_uses
from plan.capacity.quotas import counted, resource_of
from plan.cluster.nodes import PODS
from plan.cluster.system import system_workloads
from plan.kubernetes.admission.quota import quota_amount
from plan.model import Capacity, Namespace, NamespaceUse, Node, NodeUse, Service, Workload
from plan.model.resources import CPU, MEMORY, pod_limits, pod_requests, scaled, sum_of


def measure(
    lab: Lab,
    nodes: tuple[Node, ...],
    namespaces: Iterable[Namespace],
    services: tuple[Service, ...],
    running: Iterable[NodeUse] = (),
) -> Capacity:
    """The capacity of a lab with all of its services. Unchanged pods that are `running` stay where they are."""
    workloads = [workload for service in services for workload in service.workloads]
    by_namespace: dict[str, list[Workload]] = defaultdict(list)
    for workload in workloads:
        by_namespace[workload.namespace].append(workload)
    everything = [*system_workloads(nodes), *workloads]
    running = tuple(running)
    uses, pending = place_beside(nodes, everything, running)
    return Capacity(
        nodes=uses,
        groups=groups(uses),
        namespaces=tuple(_namespace(lab, namespace, by_namespace[namespace.name]) for namespace in namespaces),
        hosts=host_uses(lab, uses),
        pending=pending,
        running=running,
    )


def _namespace(lab: Lab, namespace: Namespace, own: list[Workload]) -> NamespaceUse:
    steady = [workload for workload in own if workload.is_steady]
    quota = _quota(lab, namespace)
    return NamespaceUse(
        name=namespace.name,
        tier=namespace.tier,
        requests=_requests(steady, quota or ()),
        limits=sum_of(*(scaled(pod_limits(workload.pod), workload.replicas) for workload in steady)),
        requests_with_jobs=_requests(own, quota or ()),
        quota=quota,
    )


def _requests(workloads: Iterable[Workload], quota: Iterable[str]) -> dict[str, int]:
    """Sums of what the pods request, and of all else that the quota limits."""
    return sum_of(
        {CPU: 0, MEMORY: 0, PODS: 0},
        *(scaled(counted(each.pod, quota) | pod_requests(each.pod) | {PODS: 1}, each.replicas) for each in workloads),
    )


def _quota(lab: Lab, namespace: Namespace) -> dict[str, int] | None:
    """Amounts that the lab's pods may use in a namespace; None where its quota does not count their priority class."""
    counting = lab.tiers[namespace.tier].quota.priority_classes or (namespace.tier,)
    if namespace.quota is None or namespace.tier not in counting:
        return None
    return {resource_of(field): quota_amount(field, text) for field, text in namespace.quota["spec"]["hard"].items()}
