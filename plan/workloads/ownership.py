"""Fields of objects that something else owns: an update of the program leaves them alone."""

from collections.abc import Mapping, Sequence

from config.service.container import OwnedField
from config.service.container import Workload as WorkloadConfig
from plan.model import Manifest, Release
from plan.workloads.context import ServiceContext
from plan.workloads.controllers import CONTROLLERS
from plan.workloads.patches import target_of

_POD = "spec.template"
_JOB_POD = "spec.jobTemplate.spec.template"

FIELDS: Mapping[OwnedField, tuple[str, ...]] = {
    "image": ("{pod}.spec.containers[*].image", "{pod}.spec.initContainers[*].image"),
    "replicas": ("spec.replicas",),
    "resources": ("{pod}.spec.containers[*].resources", "{pod}.spec.initContainers[*].resources"),
    "env": ("{pod}.spec.containers[*].env", "{pod}.spec.initContainers[*].env"),
    "labels": ("metadata.labels", "{pod}.metadata.labels"),
    "annotations": ("metadata.annotations", "{pod}.metadata.annotations"),
    "schedule": ("spec.schedule", "spec.timeZone"),
}
"""Paths of the fields in a controller; `{pod}` is the template of its pods."""


def release_target(name: str) -> str:
    """How a service calls its release of Helm, whose `values.` it may leave alone."""
    return f"release/{name}"


def ignored(
    context: ServiceContext, manifests: Sequence[Manifest], release: Release | None
) -> dict[str, tuple[str, ...]]:
    """Paths that an update leaves alone, by object (`deployment/immich`) or release (`release/grafana`)."""
    found = {target: tuple(paths) for target, paths in context.service.ignore_fields.items()}
    for _, name, config in context.service.parts(context.name):
        target = f"{CONTROLLERS[config.runs_as].lower()}/{name}"
        if config.ignore:
            found[target] = (*found.get(target, ()), *_paths(config))
    known = {target_of(each) for each in manifests} | ({release_target(release.name)} if release else set[str]())
    return {target: paths for target, paths in found.items() if target in known}


def _paths(config: WorkloadConfig) -> tuple[str, ...]:
    pod = _JOB_POD if config.runs_as == "cronjob" else _POD
    return tuple(path.format(pod=pod) for field in config.ignore for path in FIELDS[field])
