"""Stand-ins for workloads that charts, operators and kubeadm make: pods of the size and shape that the plan counts."""

from collections.abc import Iterator, Mapping
from typing import Any

from config.lab import Lab
from config.service import PostgresService, Service
from config.service.volume import Volume
from plan.cluster.system import system_workloads
from plan.model import Container, Manifest, Plan, Workload
from plan.model.constraints import AffinityTerm, Constraints
from plan.model.metadata import manifest, selector, service_labels
from plan.model.resources import written
from plan.workloads.volumes import claim_spec
from plan.workloads.written_pods import written_toleration

IMAGE = "stand-in"
SYSTEM_PRIORITY_CLASS = "system-cluster-critical"


def stand_ins(plan: Plan, *services: str) -> Iterator[Manifest]:
    """The controllers of some services whose pods come of no manifest of ours: those that run all the time."""
    own = {(each["kind"], each["metadata"].get("namespace"), each["metadata"]["name"]) for each in plan.manifests}
    for workload in plan.workloads:
        is_ours = workload.controller != "Cluster" and (workload.controller, workload.namespace, workload.name) in own
        if workload.is_steady and not is_ours and workload.service in services:
            service = plan.lab.services[workload.service]
            labels = service_labels(workload.service, service.tier, workload.name)
            yield stand_in(workload, labels, _claims(plan.lab, service))


def system_stand_ins(plan: Plan) -> Iterator[Manifest]:
    """Stand-ins for kubeadm's pods on the nodes."""
    for workload in system_workloads(tuple(use.node for use in plan.capacity.nodes)):
        made = stand_in(workload, selector(workload.name), {})
        made["spec"]["template"]["spec"]["priorityClassName"] = SYSTEM_PRIORITY_CLASS
        yield made


def stand_in(workload: Workload, labels: Mapping[str, str], claims: Mapping[str, Manifest]) -> Manifest:
    """A controller that makes the planned pods. `claims` are specifications of claims, by volume."""
    kind = "StatefulSet" if workload.controller == "Cluster" else workload.controller
    per_replica = [volume for volume in workload.pod.block_volumes if kind == "StatefulSet"]
    spec: dict[str, Any] = {
        "selector": {"matchLabels": selector(workload.name)},
        "template": {
            "metadata": {"labels": {**labels, **selector(workload.name), **workload.pod.constraints.labels}},
            "spec": _pod_spec(workload, [each for each in workload.pod.block_volumes if each not in per_replica]),
        },
    }
    if kind != "DaemonSet":
        spec["replicas"] = workload.replicas
    if kind == "StatefulSet":
        spec["serviceName"] = workload.name
        spec["volumeClaimTemplates"] = [
            {"metadata": {"name": volume}, "spec": dict(claims[volume])} for volume in per_replica
        ]
    return manifest("apps/v1", kind, workload.name, workload.namespace, labels=labels, spec=spec)


def _pod_spec(workload: Workload, claimed: list[str]) -> dict[str, Any]:
    pod = workload.pod
    everything = "*" in pod.tolerated_taints
    tolerations = (
        [{"operator": "Exists"}] if everything else [written_toleration(each) for each in sorted(pod.tolerated_taints)]
    )
    spec: dict[str, Any] = {
        "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}, "runAsNonRoot": True},
        "containers": [_container(each) for each in pod.containers],
        "initContainers": [_container(each) for each in pod.init_containers],
        "nodeSelector": dict(pod.node_selector),
        "tolerations": tolerations,
        "affinity": _affinity(pod.constraints),
        "volumes": [
            {"name": volume, "persistentVolumeClaim": {"claimName": f"{workload.service}-{volume}"}}
            for volume in claimed
        ],
    }
    return {key: value for key, value in spec.items() if value}


def _container(container: Container) -> Manifest:
    resources = {"requests": written(container.requests), "limits": written(container.limits)}
    keeps = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    made: Manifest = {"name": container.name, "image": IMAGE, "resources": resources, "securityContext": keeps}
    return {**made, "restartPolicy": "Always"} if container.always_restarts else made


def _affinity(constraints: Constraints) -> dict[str, Any]:
    """Affinity of a stand-in: to stay apart, and preferences; none of them has another requirement yet."""
    needs = (constraints.near, constraints.spread, constraints.node_affinity)
    assert not any(needs), needs
    apart = [_selected(term) for term in constraints.apart]
    wanted = {
        "podAffinity": [_preferred(weight, term) for weight, term in constraints.preferred if weight > 0],
        "podAntiAffinity": [_preferred(-weight, term) for weight, term in constraints.preferred if weight < 0],
    }
    written = {kind: {"preferredDuringSchedulingIgnoredDuringExecution": each} for kind, each in wanted.items() if each}
    if apart:
        rule = {"requiredDuringSchedulingIgnoredDuringExecution": apart}
        written["podAntiAffinity"] = {**written.get("podAntiAffinity", {}), **rule}
    return written


def _preferred(weight: int, term: AffinityTerm) -> dict[str, Any]:
    return {"weight": weight, "podAffinityTerm": _selected(term)}


def _selected(term: AffinityTerm) -> dict[str, Any]:
    expressions = [
        {"key": each.key, "operator": each.operator, **({"values": list(each.values)} if each.values else {})}
        for each in term.selector
    ]
    return {"labelSelector": {"matchExpressions": expressions}, "topologyKey": term.topology_key}


def _claims(lab: Lab, service: Service) -> dict[str, Manifest]:
    if isinstance(service, PostgresService):
        return {"data": claim_spec(lab, Volume(storage_class=service.storage_class, size=service.size))}
    return {name: claim_spec(lab, each) for name, each in service.volumes.items()}
