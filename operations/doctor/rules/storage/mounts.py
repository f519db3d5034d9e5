"""Pods that wait for a volume to be attached or mounted, and attachments that are stuck."""

from collections.abc import Iterator

from observation.model import Observation
from observation.objects import Reference, deleted, is_true, name_of, namespace_of, reference
from operations.doctor.ages import length
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import containers, is_over, is_ready, is_young, lineage, node_of, unready_since, workload
from operations.doctor.rules.containers.configuration import lacks
from operations.doctor.rules.containers.sandboxes import REASON as SANDBOX_REASON
from operations.doctor.rules.containers.sandboxes import sandbox_error
from operations.doctor.rules.containers.starting import is_starting
from operations.doctor.rules.placement.blockers import claims_of
from operations.doctor.rules.storage.mount_errors import mount_error
from operations.pod_references import wanted_by
from plan.model import Manifest
from plan.model.fields import mapping, text

_REASONS = ("FailedMount", "FailedAttachVolume", "FailedMapVolume")
_CREATING = ("ContainerCreating", "PodInitializing", "")


def mount_findings(observed: Observation) -> Iterator[Finding]:
    """A finding for each pod whose volumes do not come."""
    for pod in observed.of("Pod"):
        if is_over(pod) or is_ready(pod) or not node_of(pod) or is_starting(observed, pod):
            continue
        states = list(containers(pod))
        if any(each.waiting not in _CREATING for each in states) or any(each.running_since for each in states):
            continue
        if any(each.ended for each in states if not each.is_init):
            continue
        yield from _waiting(observed, pod)


def _waiting(observed: Observation, pod: Manifest) -> Iterator[Finding]:
    said = [each for each in observed.events_of(pod) if each.reason in _REASONS]
    since = unready_since(pod)
    age = length(observed.now - since) if since else "long"
    evidence = [Evidence(reference(pod), f"ContainerCreating on {node_of(pod)} for {age}")]
    evidence += [Evidence(reference(pod), f"event {each.reason}: {each.message.strip()}") for each in said[-3:]]
    base = Finding(
        "MOUNT-FAILS",
        "error",
        workload(observed, pod),
        f"Its pod waits on {node_of(pod)} for {age} for a volume{f': {said[-1].message.strip()}' if said else ''}",
        f"kubectl describe pod {name_of(pod)} -n {namespace_of(pod)}",
        tuple(evidence),
        covers=lineage(observed, pod),
        upstream=frozenset((Reference("Node", None, node_of(pod)),)),
    )
    for claim, manifest in claims_of(observed, pod):
        if manifest is None:
            continue
        volume = observed.get("PersistentVolume", text(manifest, "spec", "volumeName"))
        if volume is not None and (found := _attachment(observed, pod, base, claim, manifest, volume)) is not None:
            yield found
            return
    if _is_other(observed, pod):
        return
    unmade = [each for each in observed.events_of(pod) if each.reason == SANDBOX_REASON]
    if unmade and not said:
        yield sandbox_error(observed, pod, base, [each.message for each in unmade])
    elif said:
        yield mount_error(observed, pod, base, [each.message.strip() for each in said])
    else:
        yield base._replace(
            code="CONTAINERS-NOT-CREATED",
            message=f"Its containers have not been created on {node_of(pod)} for {age}, and no event says why any more",
        )


def _is_other(observed: Observation, pod: Manifest) -> bool:
    """Whether another rule is about it: configuration that lacks something."""
    return any(lacks(observed, each) for each in wanted_by(pod))


def _attachments(observed: Observation, volume: str) -> list[Manifest]:
    return [
        each
        for each in observed.of("VolumeAttachment")
        if text(each, "spec", "source", "persistentVolumeName") == volume
    ]


def _attachment(
    observed: Observation, pod: Manifest, base: Finding, claim: Reference, manifest: Manifest, volume: Manifest
) -> Finding | None:
    """Obstacle to attaching a volume to the pod's node."""
    node, name = node_of(pod), name_of(volume)
    attachments = _attachments(observed, name)
    for each in attachments:
        error = text(each, "status", "attachError", "message")
        if text(each, "spec", "nodeName") == node and error:
            return _attach_error(base, claim, volume, each, error)
    single = not {"ReadWriteMany", "ReadOnlyMany"} & set(mapping(manifest, "spec").get("accessModes") or ())
    elsewhere = [each for each in attachments if text(each, "spec", "nodeName") != node]
    if not single or not elsewhere or any(text(each, "spec", "nodeName") == node for each in attachments):
        return None
    return _multi_attach(observed, pod, base, claim, volume, elsewhere[0])


def _attach_error(base: Finding, claim: Reference, volume: Manifest, attachment: Manifest, error: str) -> Finding:
    node = text(attachment, "spec", "nodeName")
    fix = f"see what the driver {text(attachment, 'spec', 'attacher')} and its storage say of {name_of(volume)}"
    if "lun" in error.lower() or "max" in error.lower():
        fix = f"no slot is free on {node}: move a pod with a volume away, or detach unused disks"
    return base._replace(
        code="ATTACH-FAILS",
        message=f"{claim} ({reference(volume)}) cannot be attached to {node}: {error.strip()}",
        fix=fix,
        evidence=(
            *base.evidence,
            Evidence(reference(attachment), f"attachError: {error.strip()}"),
            Evidence(claim, f"is bound to {reference(volume)}"),
        ),
        covers=base.covers | {reference(attachment)},
    )


def _multi_attach(
    observed: Observation, pod: Manifest, base: Finding, claim: Reference, volume: Manifest, attachment: Manifest
) -> Finding:
    other_node = text(attachment, "spec", "nodeName")
    there = observed.get("Node", other_node)
    holders = [
        each
        for each in observed.in_namespace("Pod", namespace_of(pod))
        if node_of(each) == other_node and not is_over(each) and any(c == claim for c, _ in claims_of(observed, each))
    ]
    evidence = (
        *base.evidence,
        Evidence(reference(attachment), f"{reference(volume)} is attached to {other_node}"),
        *(Evidence(reference(each), f"uses {claim} on {other_node}") for each in holders),
    )
    gone = there is None or not is_true(there, "Ready")
    upstream = frozenset((Reference("Node", None, other_node),))
    message = f"{claim} can be attached to one node at a time and is attached to {other_node}, not to {node_of(pod)}"
    if gone:
        why, fix = (
            f"; {other_node} {'does not exist any more' if there is None else 'is not ready, so nothing detaches it'}",
            f"when {other_node} is surely off: kubectl taint node {other_node} "
            "node.kubernetes.io/out-of-service=nodeshutdown:NoExecute"
            if there is not None
            else f"kubectl delete volumeattachment {name_of(attachment)}",
        )
    elif holders and deleted(holders[0]) is None:
        same = workload(observed, holders[0]) == workload(observed, pod)
        why = f", where {reference(holders[0])} {'of the revision before ' if same else ''}uses it"
        fix = (
            f"write strategy: Recreate in {base.subject}, as its volume is for one node; now: kubectl delete pod "
            f"{name_of(holders[0])} -n {namespace_of(pod)}"
        )
    elif holders:
        why, fix = (
            f", where {reference(holders[0])} is being deleted",
            f"see why {reference(holders[0])} does not end",
        )
    else:
        why, fix = (
            ", where no pod uses it any more",
            f"kubectl delete volumeattachment {name_of(attachment)}, when no pod on {other_node} has it mounted",
        )
    return base._replace(
        code="MULTI-ATTACH",
        message=message + why,
        fix=fix,
        evidence=evidence,
        covers=base.covers | {reference(attachment)},
        upstream=base.upstream | upstream,
    )


def stuck_findings(observed: Observation) -> Iterator[Finding]:
    """Attachments that should be gone, or whose node is gone; and volumes without a claim."""
    for attachment in observed.of("VolumeAttachment"):
        node = text(attachment, "spec", "nodeName")
        due, error = deleted(attachment), text(attachment, "status", "detachError", "message")
        lost = observed.knows("Node") and observed.get("Node", node) is None
        if (due is not None and not is_young(observed, due)) or (error and due) or lost:
            why = f"; the driver says: {error.strip()}" if error else ""
            state = (
                f"its node {node} does not exist any more"
                if lost
                else f"it was to be gone by {text(attachment, 'metadata', 'deletionTimestamp')}"
            )
            yield Finding(
                "ATTACHMENT-STUCK",
                "warning",
                reference(attachment),
                f"{Reference('PersistentVolume', None, text(attachment, 'spec', 'source', 'persistentVolumeName'))} is "
                f"still attached to {node}: {state}{why}",
                f"when no pod on {node} has it mounted and the disk is detached there: kubectl patch volumeattachment "
                f'{name_of(attachment)} --type merge -p \'{{"metadata":{{"finalizers":null}}}}\'',
                (
                    Evidence(
                        reference(attachment), f"node {node}, attached {mapping(attachment, 'status').get('attached')}"
                    ),
                ),
                covers=frozenset((reference(attachment),)),
                upstream=frozenset((Reference("Node", None, node), reference(attachment))),
            )
    for volume in observed.of("PersistentVolume"):
        phase = text(volume, "status", "phase")
        if phase == "Failed":
            yield Finding(
                "VOLUME-FAILED",
                "warning",
                reference(volume),
                f"It could not be reclaimed: {text(volume, 'status', 'message') or text(volume, 'status', 'reason')}",
                "see what its driver says, then delete it and its data by hand",
                (Evidence(reference(volume), "phase Failed"),),
            )
        elif phase == "Released":
            holder = mapping(volume, "spec", "claimRef")
            yield Finding(
                "VOLUME-RELEASED",
                "info",
                reference(volume),
                f"Nobody claims it since PersistentVolumeClaim/{text(holder, 'namespace')}/{text(holder, 'name')} was "
                f"deleted; its {text(volume, 'spec', 'capacity', 'storage')} are kept",
                f"kubectl delete pv {name_of(volume)}, and its disk, when the data is not wanted",
                (Evidence(reference(volume), "phase Released"),),
                upstream=frozenset((reference(volume),)),
            )
