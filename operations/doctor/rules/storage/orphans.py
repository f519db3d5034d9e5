"""Claims that nothing mounts and volumes without a claim: they cost room, and may hold data that somebody misses."""

from collections.abc import Iterator
from datetime import timedelta

from config.pod import POD_TEMPLATES
from observation.kinds import RESOURCE_OF
from observation.model import Observation
from observation.objects import Reference, created, deleted, name_of, namespace_of, reference
from observation.times import read_time
from operations.doctor.ages import length
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import is_young
from plan.model import Manifest
from plan.model.fields import entries, mapping, text

_PATIENCE = timedelta(days=1)
"""Time in which a claim or a volume may still be on its way to a pod, or to the bin."""


def orphan_findings(observed: Observation) -> Iterator[Finding]:
    """Notes about released volumes, and about claims that nothing mounts, one for each namespace."""
    yield from _released(observed)
    yield from _unmounted(observed)


def _released(observed: Observation) -> Iterator[Finding]:
    for volume in observed.of("PersistentVolume"):
        since = read_time(text(volume, "status", "lastPhaseTransitionTime")) or created(volume)
        if text(volume, "status", "phase") != "Released" or deleted(volume) or is_young(observed, since, _PATIENCE):
            continue
        claim = f"{text(volume, 'spec', 'claimRef', 'namespace')}/{text(volume, 'spec', 'claimRef', 'name')}"
        size = text(volume, "spec", "capacity", "storage")
        policy = text(volume, "spec", "persistentVolumeReclaimPolicy")
        yield Finding(
            "VOLUME-RELEASED",
            "info",
            reference(volume),
            f"Its claim {claim} {_gone(observed, volume)}, and its {size} are kept with their data ({policy})",
            f"keep the data, or delete them: kubectl delete pv {name_of(volume)}, and the disk in the storage",
            (Evidence(reference(volume), f"phase Released, {policy}, {size}, claimRef {claim}"),),
            covers=frozenset((reference(volume),)),
            cause="released volumes",
        )


def _gone(observed: Observation, volume: Manifest) -> str:
    since = read_time(text(volume, "status", "lastPhaseTransitionTime"))
    return f"has been gone for {length(observed.now - since)}" if since else "is gone"


def _unmounted(observed: Observation) -> Iterator[Finding]:
    refused = {gap.subject for gap in observed.gaps if gap.why != "absent"}
    if not observed.knows("Pod") or refused & {RESOURCE_OF[kind] for kind in POD_TEMPLATES}:
        return
    mounted = set(_mounted(observed))
    for claim in observed.of("PersistentVolumeClaim"):
        one = reference(claim)
        if (
            one in mounted
            or text(claim, "status", "phase") != "Bound"
            or deleted(claim)
            or entries(claim, "metadata", "ownerReferences")
            or is_young(observed, created(claim), _PATIENCE)
            or _is_of_statefulset(observed, claim)
            or _is_named_by_another(observed, claim)
        ):
            continue
        size = text(claim, "status", "capacity", "storage")
        yield Finding(
            "CLAIM-NOT-MOUNTED",
            "info",
            one,
            f"Nothing mounts it: no pod and no workload names it, and it takes {size}",
            f"delete it if nobody misses its data: kubectl delete pvc {one.name} -n {one.namespace}",
            (Evidence(one, f"phase Bound, {size}, volume {text(claim, 'spec', 'volumeName')}"),),
            covers=frozenset((one,)),
            cause=f"unmounted claims of {one.namespace}",
        )


def _mounted(observed: Observation) -> Iterator[Reference]:
    """The claims that pods and the templates of workloads name, whether these run or not."""
    for kind, template in POD_TEMPLATES.items():
        for manifest in observed.of(kind):
            namespace = namespace_of(manifest)
            for volume in entries(manifest, *template, "spec", "volumes"):
                if claim := text(volume, "persistentVolumeClaim", "claimName"):
                    yield Reference("PersistentVolumeClaim", namespace, claim)
                elif "ephemeral" in volume:
                    claim = f"{name_of(manifest)}-{text(volume, 'name')}"
                    yield Reference("PersistentVolumeClaim", namespace, claim)


def _is_of_statefulset(observed: Observation, claim: Manifest) -> bool:
    """Whether a template of a StatefulSet made it: it waits for its replica, which may come back."""
    stem, _, number = name_of(claim).rpartition("-")
    return number.isdecimal() and any(
        stem == f"{text(template, 'metadata', 'name')}-{name_of(each)}"
        for each in observed.in_namespace("StatefulSet", namespace_of(claim))
        for template in entries(each, "spec", "volumeClaimTemplates")
    )


def _is_named_by_another(observed: Observation, claim: Manifest) -> bool:
    """Whether a claim made from it or an object of a custom kind names it: an operator may mount it later."""
    name, namespace = name_of(claim), namespace_of(claim)
    for other in observed.in_namespace("PersistentVolumeClaim", namespace):
        if name in (text(other, "spec", key, "name") for key in ("dataSource", "dataSourceRef")):
            return True
    return any(
        namespace_of(each) == namespace and each["kind"] not in RESOURCE_OF and name in str(mapping(each, "spec"))
        for objects in observed.resources.values()
        for each in objects
    )
