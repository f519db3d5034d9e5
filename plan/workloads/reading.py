"""Workloads read out of manifests that the program does not write itself: the pods that their controllers make."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from config.source import Path
from plan.kubernetes.admission.containers import read_pod
from plan.kubernetes.admission.defaults import defaulted_by_api, defaulted_by_limit_range
from plan.kubernetes.admission.priority import PriorityClass, priority_classes
from plan.model import Controller, Manifest, Pod, Workload
from plan.model.constraints import read_constraints, read_tolerations
from plan.model.fields import Fields, entries, mapping, number, text, value
from plan.model.templates import pod_template
from plan.tiers.objects import plan_tier
from plan.workloads.context import ServiceContext
from plan.workloads.controllers import planned_workload
from plan.workloads.volume_classes import is_block

CONTROLLERS: Mapping[str, Controller] = {
    "Deployment": "Deployment",
    "StatefulSet": "StatefulSet",
    "DaemonSet": "DaemonSet",
    "ReplicaSet": "ReplicaSet",
    "Job": "Job",
    "CronJob": "CronJob",
    "Pod": "Pod",
}

DEFAULT_SURGE = "25%"
"""Of a deployment that states no `maxSurge`."""


def read_workload(
    context: ServiceContext, manifest: Manifest, path: Path, beside: Iterable[Manifest]
) -> Workload | None:
    """The workload of a controller; None for a kind that makes no pods. `beside` are the objects around it: its
    claims, its autoscaler and its disruption budget."""
    kind = CONTROLLERS.get(manifest["kind"])
    if kind is None:
        return None
    template = pod_template(manifest)
    around = tuple(beside)
    pod = _pod(context, manifest, template, around)
    workload = planned_workload(context, text(manifest, "metadata", "name"), kind, _replicas(manifest), pod, path)
    return _in_motion(manifest, template, workload, around)


def _replicas(manifest: Manifest) -> int:
    if value(manifest, "spec", "suspend"):
        return 0
    field = {"Job": "parallelism", "CronJob": "", "Pod": ""}.get(manifest["kind"], "replicas")
    return number(manifest, "spec", field, default=1)


def _pod(context: ServiceContext, manifest: Manifest, template: Fields, beside: Iterable[Manifest]) -> Pod:
    """The pod as it is stored: with the defaults of the API and of the tier's LimitRange, and the tier's priority."""
    spec = mapping(template, "spec")
    name = context.service.tier
    ranges = (plan_tier(name, context.lab.tiers[name]).limit_range,) if context.has_limit_range else ()
    pod = defaulted_by_limit_range(defaulted_by_api(read_pod(spec)), ranges)
    stated = text(spec, "priorityClassName") or context.service.tier
    priority_class = priority_classes(context.lab).get(stated, PriorityClass(0))
    return pod._replace(
        priority=priority_class.value,
        node_selector=mapping(spec, "nodeSelector"),
        tolerated_taints=read_tolerations(entries(spec, "tolerations")),
        block_volumes=tuple(_block_volumes(context, manifest, spec, beside)),
        temporary_volumes=tuple(_temporary_volumes(context, spec)),
        constraints=read_constraints(mapping(template, "metadata"), spec, preempts=priority_class.preempts),
    )


def _block_volumes(
    context: ServiceContext, manifest: Manifest, spec: Fields, beside: Iterable[Manifest]
) -> Iterator[str]:
    """Volumes that take a slot of the node: those of claims whose storage class is block storage of the lab."""
    classes = {
        text(each, "metadata", "name"): text(each, "spec", "storageClassName")
        for each in beside
        if each["kind"] == "PersistentVolumeClaim"
    }
    own = {context.claim(volume): (volume, row.storage_class) for volume, row in context.service.volumes.items()}
    for each in entries(spec, "volumes"):
        claim = text(each, "persistentVolumeClaim", "claimName")
        volume, storage_class = own.get(claim, (claim, classes.get(claim)))
        if is_block(context.lab, storage_class):
            yield volume
    for each in entries(manifest, "spec", "volumeClaimTemplates"):
        if is_block(context.lab, text(each, "spec", "storageClassName")):
            yield text(each, "metadata", "name")


def _temporary_volumes(context: ServiceContext, spec: Fields) -> Iterator[str]:
    for each in entries(spec, "volumes"):
        if is_block(context.lab, text(each, "ephemeral", "volumeClaimTemplate", "spec", "storageClassName")):
            yield text(each, "name")


class Bounds(NamedTuple):
    """Fields of an autoscaler, and the least number of pods where none is stated."""

    least: str
    most: str
    default: int


SCALERS: Mapping[str, Bounds] = {
    "HorizontalPodAutoscaler": Bounds("minReplicas", "maxReplicas", 1),
    "ScaledObject": Bounds("minReplicaCount", "maxReplicaCount", 0),
}
"""Kinds of autoscalers: they own the number of pods of what they scale. A ScaledObject of KEDA may go down to none."""


def _in_motion(manifest: Manifest, template: Fields, workload: Workload, beside: Iterable[Manifest]) -> Workload:
    """With the number of pods that there may be more or less of while it is rolled out, scaled, drained."""
    labels = mapping(template, "metadata", "labels")
    for each in beside:
        workload = scaled(workload, manifest, each)
        if each["kind"] == "PodDisruptionBudget" and isinstance(value(each, "spec", "maxUnavailable"), int):
            selected = mapping(each, "spec", "selector", "matchLabels")
            if selected and selected.items() <= labels.items():
                workload = workload._replace(max_unavailable=number(each, "spec", "maxUnavailable"))
    return workload._replace(surge=_surge(manifest, workload.replicas))


def scaled(workload: Workload, manifest: Manifest, beside: Manifest) -> Workload:
    """A workload with the most pods that an object makes of it, if that is an autoscaler of it."""
    bounds = SCALERS.get(beside["kind"])
    if bounds is None or not scales(beside, manifest):
        return workload
    least = number(beside, "spec", bounds.least, default=bounds.default)
    stated = number(manifest, "spec", "replicas", default=least)
    most = number(beside, "spec", bounds.most, default=max(least, 1))
    return workload._replace(replicas=max(least, stated), max_replicas=most)


def scales(autoscaler: Manifest, manifest: Manifest) -> bool:
    """Whether a workload is what an autoscaler of its namespace scales."""
    target = mapping(autoscaler, "spec", "scaleTargetRef")
    return (target.get("kind", "Deployment"), target.get("name")) == (manifest["kind"], manifest["metadata"]["name"])


def _surge(manifest: Manifest, replicas: int) -> int:
    """Pods more than wanted while a deployment is rolled out; a share of them is rounded up."""
    if manifest["kind"] != "Deployment" or not replicas:
        return 0
    if text(manifest, "spec", "strategy", "type") == "Recreate":
        return 0
    stated = value(manifest, "spec", "strategy", "rollingUpdate", "maxSurge")
    if isinstance(stated, int):
        return stated
    return -(-replicas * int(str(stated or DEFAULT_SURGE).removesuffix("%")) // 100)
