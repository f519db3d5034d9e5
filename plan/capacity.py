"""How full the lab is: nodes and their groups, namespaces against their quotas, and what is left without a part."""

from collections import defaultdict
from collections.abc import Iterable

from config.lab import Lab
from config.quantity import Cpu, Memory
from plan.headroom import headroom
from plan.hosts import host_uses
from plan.losses import losses
from plan.model import Capacity, GroupUse, Namespace, NamespaceUse, Node, NodeUse, Service, Workload
from plan.nodes import PODS
from plan.resources import CPU, MEMORY, added, pod_limits, pod_requests, scaled
from plan.scheduling import place
from plan.standing import Standing
from plan.system import system_workloads


def measure(
    lab: Lab, nodes: tuple[Node, ...], namespaces: Iterable[Namespace], services: tuple[Service, ...]
) -> Capacity:
    """The capacity of a lab with all of its services."""
    workloads = [workload for service in services for workload in service.workloads]
    by_namespace: dict[str, list[Workload]] = defaultdict(list)
    for workload in workloads:
        by_namespace[workload.namespace].append(workload)
    everything = [*system_workloads(nodes), *workloads]
    uses, pending = place(nodes, everything)
    hosts = host_uses(lab)
    lost = tuple(losses(lab, Standing(nodes, everything, uses, pending)))
    return Capacity(
        nodes=uses,
        groups=tuple(_group(name, uses) for name in dict.fromkeys(node.group for node in nodes)),
        namespaces=tuple(_namespace(namespace, by_namespace[namespace.name]) for namespace in namespaces),
        hosts=hosts,
        pending=pending,
        headroom=headroom(lab, uses, hosts, lost, workloads),
        losses=lost,
    )


def _group(name: str, uses: Iterable[NodeUse]) -> GroupUse:
    members = [use for use in uses if use.node.group == name]
    return GroupUse(
        name=name,
        nodes=len(members),
        allocatable=added(*(use.node.allocatable for use in members)),
        requests=added(*(use.requests for use in members)),
        limits=added(*(use.limits for use in members)),
        volumes=sum(use.volumes for use in members),
        volume_slots=sum(use.node.volume_slots for use in members),
    )


def _namespace(namespace: Namespace, own: list[Workload]) -> NamespaceUse:
    steady = [workload for workload in own if workload.is_steady]
    return NamespaceUse(
        name=namespace.name,
        tier=namespace.tier,
        requests=_requests(steady),
        limits=added(*(scaled(pod_limits(workload.pod), workload.replicas) for workload in steady)),
        requests_with_jobs=_requests(own),
        quota=_quota(namespace),
    )


def _requests(workloads: Iterable[Workload]) -> dict[str, int]:
    return added(
        {CPU: 0, MEMORY: 0, PODS: 0},
        *(scaled(pod_requests(workload.pod) | {PODS: 1}, workload.replicas) for workload in workloads),
    )


def _quota(namespace: Namespace) -> dict[str, int] | None:
    if namespace.quota is None:
        return None
    hard = namespace.quota["spec"]["hard"]
    return {
        CPU: Cpu.parse(hard["requests.cpu"]),
        MEMORY: Memory.parse(hard["requests.memory"]),
        PODS: int(hard["pods"]),
    }
