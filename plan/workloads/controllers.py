"""Controllers: Deployment, StatefulSet, DaemonSet and CronJob, and what keeps their pods available."""

from collections.abc import Iterator
from typing import Any

from config.service.common import SizedService
from config.service.container import Autoscale, GpuWorkload
from config.service.container import Workload as WorkloadConfig
from config.source import Path
from plan.metadata import manifest, selector
from plan.model import Controller, Manifest, Pod, Workload
from plan.nodes import nodes_for
from plan.resources import oom_score_adj, qos_class
from plan.scope import Scope
from plan.workloads.pods import Template
from plan.workloads.volumes import block_volumes, claim_spec

CONTROLLERS: dict[str, Controller] = {
    "deployment": "Deployment",
    "statefulset": "StatefulSet",
    "daemonset": "DaemonSet",
    "cronjob": "CronJob",
    "job": "Job",
}


def planned_workload(scope: Scope, name: str, kind: Controller, replicas: int, pod: Pod, path: Path) -> Workload:
    """A workload and what follows from its pod; a daemonset has one for each node that lets it in."""
    return Workload(
        name=name,
        service=scope.name,
        namespace=scope.namespace,
        controller=kind,
        replicas=len(nodes_for(scope.nodes, pod)) if kind == "DaemonSet" else replicas,
        pod=pod,
        path=path,
        qos=qos_class(pod),
        oom_score_adj=oom_score_adj(pod, scope.smallest_node_memory),
    )


def per_replica_volumes(scope: Scope, config: WorkloadConfig) -> tuple[str, ...]:
    """Volumes that a statefulset makes for each of its replicas: those on block storage."""
    return block_volumes(scope, config) if config.runs_as == "statefulset" else ()


def controller(scope: Scope, name: str, config: WorkloadConfig, template: Template) -> Manifest:
    """The controller of a workload."""
    kind = CONTROLLERS[config.runs_as]
    specification = {
        "Deployment": _deployment,
        "StatefulSet": _stateful_set,
        "DaemonSet": _daemon_set,
        "CronJob": _cron_job,
    }[kind]
    return manifest(
        "batch/v1" if kind == "CronJob" else "apps/v1",
        kind,
        name,
        scope.namespace,
        labels=scope.labels(name),
        spec=specification(scope, name, config, template),
    )


def _deployment(scope: Scope, name: str, config: WorkloadConfig, template: Template) -> dict[str, Any]:
    spec = {
        "selector": {"matchLabels": selector(name)},
        "revisionHistoryLimit": 3,
        "strategy": _strategy(scope, config, template),
        "template": template.manifest,
    }
    return spec if _autoscale(config) else {"replicas": config.replicas, **spec}


def _strategy(scope: Scope, config: WorkloadConfig, template: Template) -> dict[str, Any]:
    """Old and new pod side by side, but where that cannot work: the old one holds the block volume or the
    video memory that the new one needs, or the service must never run twice."""
    holds_gpu = isinstance(config, GpuWorkload) and config.gpu is not None
    if scope.service.singleton or template.pod.block_volumes or holds_gpu:
        return {"type": "Recreate"}
    return {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}


def _stateful_set(scope: Scope, name: str, config: WorkloadConfig, template: Template) -> dict[str, Any]:
    volumes = scope.service.volumes
    spec: dict[str, Any] = {
        "serviceName": name,
        "selector": {"matchLabels": selector(name)},
        "revisionHistoryLimit": 3,
        "podManagementPolicy": "OrderedReady",
        "updateStrategy": {"type": "RollingUpdate"},
        "template": template.manifest,
        "volumeClaimTemplates": [
            {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": {"name": volume, "labels": scope.labels(name)},
                "spec": claim_spec(scope.lab, volumes[volume].storage_class, volumes[volume].size),
            }
            for volume in per_replica_volumes(scope, config)
        ],
    }
    return spec if _autoscale(config) else {"replicas": config.replicas, **spec}


def _daemon_set(scope: Scope, name: str, config: WorkloadConfig, template: Template) -> dict[str, Any]:
    return {
        "selector": {"matchLabels": selector(name)},
        "revisionHistoryLimit": 3,
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}},
        "template": template.manifest,
    }


def _cron_job(scope: Scope, name: str, config: WorkloadConfig, template: Template) -> dict[str, Any]:
    pod = template.manifest
    return {
        "schedule": config.schedule,
        "timeZone": scope.lab.site.timezone,
        "concurrencyPolicy": "Forbid",
        "startingDeadlineSeconds": 600,
        "successfulJobsHistoryLimit": 1,
        "failedJobsHistoryLimit": 2,
        "jobTemplate": {
            "spec": {
                "backoffLimit": 2,
                "ttlSecondsAfterFinished": 86400,
                "template": {**pod, "spec": {**pod["spec"], "restartPolicy": "Never"}},
            }
        },
    }


def availability(scope: Scope, name: str, config: WorkloadConfig) -> Iterator[Manifest]:
    """PodDisruptionBudget for what runs more than once, and the autoscaler where one is wanted."""
    if config.runs_as in ("daemonset", "cronjob"):
        return
    autoscale = _autoscale(config)
    if config.replicas > 1 or autoscale:
        yield manifest(
            "policy/v1",
            "PodDisruptionBudget",
            name,
            scope.namespace,
            labels=scope.labels(name),
            spec={
                "maxUnavailable": 1,
                "unhealthyPodEvictionPolicy": "AlwaysAllow",
                "selector": {"matchLabels": selector(name)},
            },
        )
    if autoscale:
        target = {"type": "Utilization", "averageUtilization": autoscale.cpu_percent}
        yield manifest(
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            name,
            scope.namespace,
            labels=scope.labels(name),
            spec={
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": CONTROLLERS[config.runs_as], "name": name},
                "minReplicas": config.replicas,
                "maxReplicas": autoscale.max_replicas,
                "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
            },
        )


def _autoscale(config: WorkloadConfig) -> Autoscale | None:
    """How a workload is scaled; what is switched off stays off."""
    return config.autoscale if config.replicas else None


def recommendation(scope: Scope, name: str, api_version: str, kind: str) -> Iterator[Manifest]:
    """The workload's VerticalPodAutoscaler. It changes nothing in mode `Off` alone."""
    service = scope.service
    if scope.lab.cluster.platform.recommender is not None and isinstance(service, SizedService):
        yield manifest(
            "autoscaling.k8s.io/v1",
            "VerticalPodAutoscaler",
            name,
            scope.namespace,
            labels=scope.labels(name),
            spec={
                "targetRef": {"apiVersion": api_version, "kind": kind, "name": name},
                "updatePolicy": {"updateMode": service.recommendation},
            },
        )
