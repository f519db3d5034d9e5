"""Controllers: Deployment, StatefulSet, DaemonSet and CronJob, and what keeps their pods available."""

from collections.abc import Iterator, Mapping
from typing import Any

from config.service.common import SizedService
from config.service.container import Autoscale
from config.service.container import Workload as WorkloadConfig
from config.service.runs import ENDING
from config.source import Path
from plan.cluster.nodes import nodes_for
from plan.model import Controller, Manifest, Pod, Workload
from plan.model.metadata import NOT_AWAITED, manifest
from plan.model.resources import oom_score_adj, qos_class
from plan.workloads.context import ServiceContext
from plan.workloads.identity import identity
from plan.workloads.jobs import cron_job, job
from plan.workloads.pods import Template
from plan.workloads.volumes import claim_spec, one_node_claims, one_node_volumes, zones_of_volumes

CONTROLLERS: dict[str, Controller] = {
    "deployment": "Deployment",
    "statefulset": "StatefulSet",
    "daemonset": "DaemonSet",
    "cronjob": "CronJob",
    "job": "Job",
}
SURGE = 1
"""Pods more than wanted while a deployment is rolled out."""
DEFAULT_SURGE_PERCENT = 25
"""The same where nothing is stated, as Kubernetes does it."""
MAX_UNAVAILABLE = 1
"""Pods that may be missing while nodes are drained."""


def planned_workload(
    context: ServiceContext, name: str, kind: Controller, replicas: int, pod: Pod, path: Path
) -> Workload:
    """A workload and what follows from its pod; a daemonset has one for each node that lets it in."""
    existing = pod.constraints.volume_zones
    if (zones := zones_of_volumes(context, pod)) and not existing:
        pod = pod._replace(constraints=pod.constraints._replace(volume_zones=zones, volumes_are_new=True))
    return Workload(
        name=name,
        service=context.name,
        namespace=context.namespace,
        controller=kind,
        replicas=len(nodes_for(context.nodes, pod)) if kind == "DaemonSet" else replicas,
        pod=pod,
        path=path,
        qos=qos_class(pod),
        oom_score_adj=oom_score_adj(pod, context.smallest_node_memory),
    )


def per_replica_volumes(context: ServiceContext, config: WorkloadConfig) -> tuple[str, ...]:
    """Volumes that a statefulset makes for each of its replicas: those that are on one node at a time, that do not
    exist already, and of which no claim is named."""
    volumes = context.service.volumes
    if config.runs_as != "statefulset":
        return ()
    own = (name for name in one_node_volumes(context, config) if not volumes[name].exists)
    return tuple(name for name in own if volumes[name].claim is None)


def controller(context: ServiceContext, name: str, config: WorkloadConfig, template: Template) -> Manifest:
    """The controller of a workload."""
    kind = CONTROLLERS[config.runs_as]
    build = {
        "Deployment": _deployment,
        "StatefulSet": _stateful_set,
        "DaemonSet": _daemon_set,
        "CronJob": cron_job,
        "Job": job,
    }[kind]
    spec = build(context, name, config, template)
    return manifest(
        "batch/v1" if config.runs_as in ENDING else "apps/v1",
        kind,
        name,
        context.namespace,
        labels=config.labels.workload | ({} if config.adopt.as_it_is else context.labels(name)),
        marked=not config.adopt.as_it_is,
        annotations={**config.annotations.workload, **_not_awaited(config)},
        spec=_settled(config, spec),
    )


def _not_awaited(config: WorkloadConfig) -> Mapping[str, str]:
    """For one that is switched off: an `up` would wait for its claims, which nothing binds before its first pod."""
    return NOT_AWAITED if config.replicas == 0 and not config.adopt.as_it_is else {}


def _settled(config: WorkloadConfig, specification: dict[str, Any]) -> dict[str, Any]:
    """With what the workload states of its history and of pods that become ready; one that stays as it is leaves the
    history to the cluster otherwise."""
    settled = dict(specification)
    if config.adopt.as_it_is:
        settled.pop("revisionHistoryLimit", None)
    if config.adopt.history is not None:
        settled["revisionHistoryLimit"] = config.adopt.history
    if config.min_ready_seconds:
        settled["minReadySeconds"] = config.min_ready_seconds
    return settled


def _deployment(context: ServiceContext, name: str, config: WorkloadConfig, template: Template) -> dict[str, Any]:
    spec = {
        "selector": {"matchLabels": dict(identity(name, config).selector)},
        "revisionHistoryLimit": 3,
        "strategy": _strategy(context, config, template),
        "template": template.manifest,
    }
    return spec if _autoscale(config) else {"replicas": config.replicas, **spec}


def _strategy(context: ServiceContext, config: WorkloadConfig, template: Template) -> dict[str, Any]:
    if not _replaced_side_by_side(context, config, template.pod):
        return {"type": "Recreate"}
    return _rolling(config, {"maxSurge": SURGE, "maxUnavailable": 0})


def _rolling(config: WorkloadConfig, conventional: Mapping[str, int | str]) -> dict[str, Any]:
    """How many pods more or fewer there may be while they are replaced; one that stays as it is has no convention."""
    stated = {"maxSurge": config.adopt.surge, "maxUnavailable": config.adopt.unavailable}
    bounds = {} if config.adopt.as_it_is else dict(conventional)
    bounds |= {key: value for key, value in stated.items() if value is not None}
    return {"type": "RollingUpdate", **({"rollingUpdate": bounds} if bounds else {})}


def _surge(context: ServiceContext, config: WorkloadConfig, pod: Pod) -> int:
    """Pods more than wanted while a deployment is rolled out; a share of them is rounded up."""
    if not config.replicas or not _replaced_side_by_side(context, config, pod):
        return 0
    stated = config.adopt.surge
    if isinstance(stated, str):
        return -(-config.replicas * int(stated.removesuffix("%")) // 100)
    if stated is None and config.adopt.as_it_is:
        return -(-config.replicas * DEFAULT_SURGE_PERCENT // 100)
    return SURGE if stated is None else stated


def _replaced_side_by_side(context: ServiceContext, config: WorkloadConfig, pod: Pod) -> bool:
    """Whether old and new pod may run at once. They may not where the old one holds the block volume or the video
    memory that the new one needs, and where the service must never run twice."""
    if config.runs_as != "deployment":
        return False
    if config.adopt.strategy is not None:
        return config.adopt.strategy == "RollingUpdate"
    on_one_node = one_node_volumes(context, config) or one_node_claims(context, config)
    return not (context.service.singleton or on_one_node or config.gpu_share)


def in_motion(context: ServiceContext, config: WorkloadConfig, workload: Workload) -> Workload:
    """A workload with the number of pods that it may have more or less of while it is rolled out, scaled, drained."""
    autoscale = _autoscale(config)
    return workload._replace(
        surge=_surge(context, config, workload.pod),
        max_replicas=autoscale.max_replicas if autoscale else None,
        max_unavailable=MAX_UNAVAILABLE if _has_budget(config) else None,
    )


def _stateful_set(context: ServiceContext, name: str, config: WorkloadConfig, template: Template) -> dict[str, Any]:
    volumes, called = context.service.volumes, identity(name, config)
    spec: dict[str, Any] = {
        "serviceName": called.service,
        "selector": {"matchLabels": dict(called.selector)},
        "revisionHistoryLimit": 3,
        "podManagementPolicy": config.adopt.pod_management or "OrderedReady",
        "updateStrategy": _update_strategy(config),
        "template": template.manifest,
        "volumeClaimTemplates": [
            {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": _template_metadata(context, name, config, volume),
                "spec": claim_spec(context.lab, volumes[volume]),
            }
            for volume in per_replica_volumes(context, config)
        ],
    }
    if kept := _claim_retention(config):
        spec["persistentVolumeClaimRetentionPolicy"] = kept
    return spec if _autoscale(config) else {"replicas": config.replicas, **spec}


def _update_strategy(config: WorkloadConfig) -> dict[str, Any]:
    if config.adopt.strategy == "OnDelete":
        return {"type": "OnDelete"}
    stated = {"partition": config.adopt.partition, "maxUnavailable": config.adopt.unavailable}
    bounds = {key: value for key, value in stated.items() if value is not None}
    return {"type": "RollingUpdate", **({"rollingUpdate": bounds} if bounds else {})}


def _claim_retention(config: WorkloadConfig) -> dict[str, str]:
    stated = {"whenDeleted": config.claim_retention.deleted, "whenScaled": config.claim_retention.scaled}
    return {key: value for key, value in stated.items() if value is not None}


def _template_metadata(context: ServiceContext, name: str, config: WorkloadConfig, volume: str) -> dict[str, Any]:
    """A template of claims is immutable: one that was there keeps its labels, or has none."""
    labels = context.service.volumes[volume].labels or ({} if config.adopt.name else context.labels(name))
    called = config.adopt.volume_names.get(volume, volume)
    return {"name": called, **({"labels": dict(labels)} if labels else {})}


def _daemon_set(context: ServiceContext, name: str, config: WorkloadConfig, template: Template) -> dict[str, Any]:
    return {
        "selector": {"matchLabels": dict(identity(name, config).selector)},
        "revisionHistoryLimit": 3,
        "updateStrategy": {"type": "OnDelete"}
        if config.adopt.strategy == "OnDelete"
        else _rolling(config, {"maxUnavailable": 1}),
        "template": template.manifest,
    }


def availability(context: ServiceContext, name: str, config: WorkloadConfig) -> Iterator[Manifest]:
    """PodDisruptionBudget for what runs more than once, and the autoscaler where one is wanted."""
    autoscale = _autoscale(config)
    if _has_budget(config):
        yield manifest(
            "policy/v1",
            "PodDisruptionBudget",
            name,
            context.namespace,
            labels=context.labels(name),
            spec={
                "maxUnavailable": MAX_UNAVAILABLE,
                "unhealthyPodEvictionPolicy": "AlwaysAllow",
                "selector": {"matchLabels": dict(identity(name, config).selector)},
            },
        )
    if autoscale:
        target = {"type": "Utilization", "averageUtilization": autoscale.cpu_percent}
        yield manifest(
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            name,
            context.namespace,
            labels=context.labels(name),
            spec={
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": CONTROLLERS[config.runs_as], "name": name},
                "minReplicas": config.replicas,
                "maxReplicas": autoscale.max_replicas,
                "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
            },
        )


def _has_budget(config: WorkloadConfig) -> bool:
    is_replicated = config.replicas > 1 or _autoscale(config) is not None
    return is_replicated and not config.adopt.as_it_is and config.runs_as not in ("daemonset", *ENDING)


def _autoscale(config: WorkloadConfig) -> Autoscale | None:
    """How a workload is scaled; what is switched off stays off."""
    return config.autoscale if config.replicas else None


def recommendation(context: ServiceContext, name: str, api_version: str, kind: str) -> Iterator[Manifest]:
    """The workload's VerticalPodAutoscaler. It changes nothing in mode `Off` alone."""
    service = context.service
    if context.lab.cluster.platform.recommender is not None and isinstance(service, SizedService):
        yield manifest(
            "autoscaling.k8s.io/v1",
            "VerticalPodAutoscaler",
            name,
            context.namespace,
            labels=context.labels(name),
            spec={
                "targetRef": {"apiVersion": api_version, "kind": kind, "name": name},
                "updatePolicy": {"updateMode": service.recommendation},
            },
        )
