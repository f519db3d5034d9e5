"""A plan as JSON: what programs read. Names are stable; amounts are in the unit that their name says."""

from collections import Counter
from typing import Any

from cli.reports.finding import finding_report
from config.cluster import Reservation
from config.lab import Lab
from plan.capacity.totals import tier_workloads, total_limits, total_requests
from plan.cluster.reservations import by_rule, reserved
from plan.forecast import look_ahead
from plan.kubernetes.cgroups import cgroups
from plan.kubernetes.eviction import SCARCE, Turn, order_on
from plan.kubernetes.guarantees import steps_to_guaranteed, steps_to_own_cores
from plan.model import Finding, NodeUse, Plan, Service, Tier, Workload
from plan.model.resources import CPU, GPU, MEMORY, notation, pod_limits, pod_requests, written
from plan.scenarios.headroom import Constraint, Headroom
from plan.scenarios.losses import Loss

Json = dict[str, Any]


def plan_report(plan: Plan, service: str | None = None) -> Json:
    """The whole plan, or one service of it."""
    services = [each for each in plan.services if service in (None, each.name)]
    outlook = look_ahead(plan)
    return {
        "lab": plan.lab.name,
        "machines": [
            {
                "name": machine.name,
                "vmid": machine.vmid,
                "host": machine.host,
                "role": machine.role,
                "vcpus": machine.vcpus,
                "memory_mib": machine.memory.mib,
                "adopted": machine.adopted,
            }
            for machine in plan.machines
        ],
        "hosts": [
            {
                "name": host.name,
                "memory_bytes": host.memory,
                "machine_memory_bytes": host.machine_memory,
                "pinned_memory_bytes": host.pinned_memory,
                "threads": host.threads,
                "vcpus": host.vcpus,
                "storages": [
                    {"name": name, "promised_bytes": promised, "size_bytes": size}
                    for name, (promised, size) in host.storages.items()
                ],
            }
            for host in plan.capacity.hosts
        ],
        "nodes": [_node_sums(use) for use in plan.capacity.nodes],
        "constraints": [constraint_report(each) for each in outlook.headroom.constraints],
        "headroom": headroom_report(outlook.headroom),
        "losses": [loss_report(each) for each in outlook.losses],
        "restarts": [each._asdict() for each in outlook.restarts],
        "tiers": [tier_report(plan, tier) for tier in plan.tiers],
        "namespaces": [
            {
                "name": use.name,
                "tier": use.tier,
                "requests": written(use.requests),
                "limits": written(use.limits),
                "quota": None if use.quota is None else written(use.quota),
            }
            for use in plan.capacity.namespaces
        ],
        "services": [service_report(plan, each) for each in services],
        "manifests": dict(sorted(Counter(str(manifest["kind"]) for manifest in plan.manifests).items())),
        "findings": [finding_report(plan.lab, finding) for finding in outlook.findings if _concerns(finding, service)],
    }


def _node_sums(use: NodeUse) -> Json:
    return {
        "name": use.node.name,
        "role": use.node.role,
        "group": use.node.group,
        "allocatable": written(use.node.allocatable),
        "requests": written(use.requests),
        "limits": written(use.limits),
        "pods": use.pods,
        "volume_slots": use.node.volume_slots,
        "volumes": use.volumes,
    }


def node_report(lab: Lab, use: NodeUse) -> Json:
    """A node with its pods by estimate, and in which order they are evicted for each thing that it may run out of."""
    return {
        **_node_sums(use),
        "reserved": _reservation(reserved(lab.cluster.kubelet)),
        "reserved_by_rule": _reservation(by_rule(lab.cluster.kubelet)),
        "workloads": [{"workload": _named(workload), "pods": count} for workload, count in use.workloads],
        "eviction_order": {resource: [_named(each) for each in order_on(use, resource)] for resource in SCARCE},
    }


def _reservation(kept: Reservation) -> Json:
    return {CPU: str(kept.cpu), MEMORY: str(kept.memory)}


def constraint_report(constraint: Constraint) -> Json:
    """A constraint; amounts are numbers in the unit of its resource: millicores, bytes or pieces."""
    return {**constraint._asdict(), "left": constraint.left}


def headroom_report(headroom: Headroom) -> Json:
    """How much more would fit."""
    return {
        "typical": written({name: amount for name, amount in headroom.typical.items() if name in (CPU, MEMORY)}),
        "typical_services": headroom.typical_services,
        "typical_services_after_loss": headroom.typical_services_after_loss,
        "ends_with": headroom.ends_with,
        "block_volumes": headroom.block_volumes,
        "workers": headroom.workers,
        "worker": headroom.worker,
    }


def loss_report(loss: Loss) -> Json:
    """What becomes of the lab without a part of it; workloads as `namespace/name`."""
    return {
        "event": loss.event,
        "name": loss.name,
        "has_control_plane": loss.has_control_plane,
        "moved": loss.moved,
        "pending": [
            {"workload": _named(each.workload), "pods": each.pods, "reason": each.reason} for each in loss.pending
        ],
        "blips": [_named(each) for each in loss.blips],
        "unreachable": list(loss.unreachable),
        "held": [_named(each) for each in loss.held],
    }


def _named(workload: Workload) -> str:
    return f"{workload.namespace}/{workload.name}"


def tier_report(plan: Plan, tier: Tier) -> Json:
    """A tier with the sums over its services."""
    workloads = tier_workloads(plan, tier)
    return {
        "name": tier.name,
        "priority": tier.priority,
        "memory": plan.lab.tiers[tier.name].memory,
        "services": sum(service.tier == tier.name for service in plan.services),
        "namespaces": sum(namespace.tier == tier.name for namespace in plan.namespaces),
        "requests": written(total_requests(workloads)),
        "limits": written(total_limits(workloads)),
    }


def service_report(plan: Plan, service: Service) -> Json:
    """A service: figures of one pod of its main workload, then the sums over all that runs steadily."""
    main = service.workloads[0]
    requests, limits = pod_requests(main.pod), pod_limits(main.pod)
    total = total_requests(service.workloads)
    return {
        "name": service.name,
        "kind": service.kind,
        "tier": service.tier,
        "namespace": service.namespace,
        "qos": main.qos,
        "priority": main.pod.priority,
        "replicas": main.replicas,
        "cpu_request": notation(CPU, requests.get(CPU, 0)),
        "memory_request": notation(MEMORY, requests.get(MEMORY, 0)),
        "memory_limit": notation(MEMORY, limits.get(MEMORY, 0)) if MEMORY in limits else None,
        "gpu": total.get(GPU, 0),
        "eviction_place": service.eviction_place,
        "hosts": list(service.hosts),
        "total_requests": written(total),
        "total_limits": written(total_limits(service.workloads)),
        "workloads": [workload_report(plan, workload) for workload in service.workloads],
    }


def workload_report(plan: Plan, workload: Workload) -> Json:
    """A workload; requests and limits are those of one pod, cgroups those of the pod and of its containers."""
    cpu_manager = plan.lab.cluster.kubelet.cpu_manager
    return {
        "name": workload.name,
        "controller": workload.controller,
        "replicas": workload.replicas,
        "qos": workload.qos,
        "oom_score_adj": dict(workload.oom_score_adj),
        "requests": written(pod_requests(workload.pod)),
        "limits": written(pod_limits(workload.pod)),
        "block_volumes": len(workload.pod.block_volumes),
        "cgroups": [each._asdict() for each in cgroups(workload, cpu_manager)],
        "steps_to_guaranteed": [each._asdict() for each in steps_to_guaranteed(workload.pod)],
        "steps_to_own_cores": list(steps_to_own_cores(workload.pod, cpu_manager)),
    }


def turn_report(turn: Turn) -> Json:
    """When a workload is evicted on a node, and what goes before and after it."""
    return {
        "node": turn.node,
        "resource": turn.resource,
        "place": turn.place,
        "of": turn.of,
        "before": [_named(each) for each in turn.before],
        "after": [_named(each) for each in turn.after],
    }


def _concerns(finding: Finding, service: str | None) -> bool:
    return service is None or finding.path[:2] == ("services", service)
