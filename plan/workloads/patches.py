"""Patches of objects that the program writes."""

from collections.abc import Sequence

from pydantic import ValidationError

from config.objects import as_lists
from config.pod import POD_TEMPLATES, PodTemplate
from plan.model import Manifest, Workload
from plan.model.fields import mapping
from plan.model.merging import merged
from plan.workloads.context import ServiceContext
from plan.workloads.reading import read_workload, scaled


def patched(context: ServiceContext, manifests: Sequence[Manifest]) -> list[Manifest]:
    """The objects of a service with its patches."""
    patches = context.service.patch
    return [
        merged(each, as_lists(patches[target].merge)) if (target := target_of(each)) in patches else each
        for each in manifests
    ]


def target_of(manifest: Manifest) -> str:
    """How a patch calls an object, for example `deployment/immich`."""
    return f"{manifest['kind'].lower()}/{manifest['metadata']['name']}"


def replanned(context: ServiceContext, workloads: Sequence[Workload], manifests: Sequence[Manifest]) -> list[Workload]:
    """The workloads of a service, those whose controllers are patched as their manifests say."""
    patches = context.service.patch
    changed = {
        (each["metadata"]["name"], workload.controller): workload
        for each in manifests
        if target_of(each) in patches
        and wrong_pod(each) is None
        and (workload := read_workload(context, each, context.path, manifests))
    }
    return [
        _scaled(changed.get((workload.name, workload.controller), workload)._replace(path=workload.path), manifests)
        for workload in workloads
    ]


def _scaled(workload: Workload, manifests: Sequence[Manifest]) -> Workload:
    """One that the program writes, as the autoscalers among the service's objects in files make it."""
    if workload.max_replicas is None:
        called = (workload.name, workload.controller)
        for own in (each for each in manifests if (each["metadata"]["name"], each["kind"]) == called):
            for each in manifests:
                workload = scaled(workload, own, each)
    return workload


def wrong_pod(manifest: Manifest) -> str | None:
    """Where the pods of an object are not what they should be; None where they are, or there are none."""
    where = POD_TEMPLATES.get(manifest["kind"])
    if where is None:
        return None
    try:
        PodTemplate.model_validate(mapping(manifest, *where), strict=False)
    except ValidationError as error:
        return ".".join(str(part) for part in (*where, *error.errors()[0]["loc"]))
    return None
