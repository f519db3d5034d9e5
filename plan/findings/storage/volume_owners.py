"""Volumes that belong to root, in pods of files that run as somebody else."""

from collections.abc import Iterator, Mapping

from config.lab import Lab
from config.namespaces import namespace_of_object
from config.objects import StatedObject
from config.pod import POD_TEMPLATES
from config.storage_class import BlockStorageClass
from plan.cluster.membership import founder
from plan.model.fields import Fields, entries, mapping, text, value
from plan.model.findings import Finding, Rule
from plan.model.templates import pod_spec

VOLUME_OF_ROOT = Rule(
    "VOLUME-OF-ROOT",
    "warning",
    title="A pod may not write to its own volume",
    meaning=(
        "A new block volume has an empty file system, whose folder belongs to root and which nobody else may write "
        "to. With fsGroup the kubelet gives it to a group of the pod. Without it a program that runs as somebody else "
        "ends with `permission denied` at its first start."
    ),
    remedy="Write securityContext.fsGroup into the pod.",
)


def volume_owner_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each pod in a file that cannot write to a block volume which is made for it."""
    if founder(lab) is None:
        return  # what runs has its volumes, with their owners
    for stated in (each for found in lab.objects.values() for each in found if each.kind in POD_TEMPLATES):
        pod = pod_spec(stated.content)
        blocks = _block_volumes(lab, stated, pod)
        has_group = value(pod, "securityContext", "fsGroup") is not None
        if not blocks or has_group or entries(pod, "initContainers"):
            continue  # an init container may give it away
        for container in entries(pod, "containers"):
            own = {**mapping(pod, "securityContext"), **mapping(container, "securityContext")}
            user, group = own.get("runAsUser"), own.get("runAsGroup")
            points = [each for each in entries(container, "volumeMounts") if each.get("readOnly") is not True]
            held = [text(each, "name") for each in points if text(each, "name") in blocks]
            if held and isinstance(user, int) and user != 0:
                wanted = group if isinstance(group, int) and group else user
                yield VOLUME_OF_ROOT.finding(
                    stated.path,
                    f"{text(container, 'name')} of {stated.name} runs as {user}, and its volume {held[0]} is new and "
                    "belongs to root: it may not write to it",
                    f"write fsGroup: {wanted} into the securityContext of the pod",
                    about=f"{stated.name} {held[0]}",
                    facts={"user": user, "volume": held[0]},
                )
                break


def _block_volumes(lab: Lab, stated: StatedObject, pod: Fields) -> set[str]:
    """Names of the volumes of a pod that a block class of the lab makes."""
    own = namespace_of_object(lab, stated)
    claims: Mapping[str, Fields] = {
        each.name: each.content
        for each in lab.objects_by_kind.get("PersistentVolumeClaim", ())
        if namespace_of_object(lab, each) == own
    }
    found = {
        text(each, "name"): claims.get(text(each, "persistentVolumeClaim", "claimName"), {})
        for each in entries(pod, "volumes")
    }
    found |= {text(each, "metadata", "name"): each for each in entries(stated.content, "spec", "volumeClaimTemplates")}
    return {name for name, claim in found.items() if _is_block(lab, claim)}


def _is_block(lab: Lab, claim: Fields) -> bool:
    kept = lab.storage_classes.get(text(claim, "spec", "storageClassName"))
    is_new = not text(claim, "spec", "volumeName") and text(claim, "spec", "volumeMode") != "Block"
    return isinstance(kept, BlockStorageClass) and is_new
