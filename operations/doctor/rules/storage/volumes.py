"""Claims without a volume, volumes that cannot be attached or mounted, and disks that are full."""

import re
from collections.abc import Iterator
from datetime import timedelta

from observation.events import Event
from observation.model import Observation
from observation.objects import Reference, annotations_of, condition, created, deleted, name_of, namespace_of, reference
from operations.doctor.ages import length, stamp
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import is_over, is_young, lineage, node_of, workload
from operations.doctor.rules.placement.blockers import claims_of
from plan.model import Manifest
from plan.model.fields import entries, mapping, number, text, values
from plan.model.resources import MEMORY, read_amount
from plan.wording import listed

_DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
_NO_PROVISIONER = "kubernetes.io/no-provisioner"
_COMMON = frozenset(("csi", "com", "dev", "org", "net", "k8s", "kubernetes", "sigs", "storage", "rancher"))


def claim_findings(observed: Observation) -> Iterator[Finding]:
    """A finding for each claim that has no volume, lost it, or does not grow."""
    for claim in observed.of("PersistentVolumeClaim"):
        phase = text(claim, "status", "phase")
        if deleted(claim):
            yield from _terminating(observed, claim)
        elif phase == "Lost":
            yield _lost(claim)
        elif phase == "Pending" and not is_young(observed, created(claim)):
            yield _pending(observed, claim)
        elif phase == "Bound":
            yield from _growth(observed, claim)


def _users(observed: Observation, claim: Manifest) -> list[Manifest]:
    name = name_of(claim)
    return [
        pod
        for pod in observed.in_namespace("Pod", namespace_of(claim))
        if not is_over(pod) and any(each.name == name for each, _ in claims_of(observed, pod))
    ]


def _lost(claim: Manifest) -> Finding:
    volume = Reference("PersistentVolume", None, text(claim, "spec", "volumeName"))
    return Finding(
        "CLAIM-LOST",
        "error",
        reference(claim),
        f"Its volume {volume} is gone: the claim is Lost, and no pod that mounts it starts",
        f"restore {volume} (its data may still be on the disk), or the data from a backup into a new claim",
        (Evidence(reference(claim), "phase Lost"), Evidence(volume, "does not exist")),
        covers=frozenset((reference(claim),)),
    )


def _terminating(observed: Observation, claim: Manifest) -> Iterator[Finding]:
    users = _users(observed, claim)
    if is_young(observed, deleted(claim)) or not users:
        return
    yield Finding(
        "CLAIM-TERMINATING",
        "warning",
        reference(claim),
        f"It was deleted at {text(claim, 'metadata', 'deletionTimestamp')} and is kept only as long as "
        f"{listed([str(reference(each)) for each in users])} uses it: with the last pod its volume goes",
        "if that was a mistake, copy the data while the pod runs, and set the volume to Retain: "
        f"kubectl patch pv {text(claim, 'spec', 'volumeName')} "
        '-p \'{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}\'',
        (Evidence(reference(claim), f"finalizers {', '.join(map(str, values(claim, 'metadata', 'finalizers')))}"),),
        covers=frozenset((reference(claim),)),
    )


def _pending(observed: Observation, claim: Manifest) -> Finding:
    name = text(claim, "spec", "storageClassName")
    users = _users(observed, claim)
    said = [each for each in observed.events_of(claim) if each.type == "Warning"]
    since = created(claim)
    age = length(observed.now - since) if since else "long"
    evidence = [Evidence(reference(claim), f"Pending for {age}, storage class {name or 'none'}")]
    evidence += [Evidence(reference(claim), f"event {each.reason}: {each.message.strip()}") for each in said[-2:]]
    storage_class = observed.get("StorageClass", name)
    base = Finding(
        "CLAIM-PENDING",
        "error" if users else "warning",
        reference(claim),
        f"It has no volume for {age}{f': {said[-1].message.strip()}' if said else ''}",
        f"kubectl describe pvc {name_of(claim)} -n {namespace_of(claim)}",
        tuple(evidence),
        tuple(Evidence(workload(observed, each), f"{reference(each)} waits for it") for each in users),
        covers=frozenset((reference(claim),)),
    )
    if name and storage_class is None and observed.knows("StorageClass"):
        known = [name_of(each) for each in observed.of("StorageClass")]
        volumes = [v for v in observed.of("PersistentVolume") if text(v, "spec", "storageClassName") == name]
        if not volumes:
            return base._replace(
                code="STORAGE-CLASS-MISSING",
                message=f"It asks for storage class {name}, which does not exist; there is {listed(known) or 'none'}",
                fix="a claim's class cannot be changed: delete the claim and recreate it with "
                f"{listed(known) or 'a class'}",
                evidence=(*evidence, Evidence(Reference("StorageClass", None, name), "does not exist")),
            )
    if "storageClassName" not in mapping(claim, "spec") and not _has_default(observed):
        return base._replace(
            code="STORAGE-CLASS-NOT-STATED",
            message="It states no storage class, and the cluster has no default one",
            fix="recreate the claim with a storage class, or mark one as default",
        )
    if not users and not observed.knows("StorageClass"):
        return base._replace(severity="info")
    if (binding := _static(observed, claim, base)) is not None:
        return binding
    if storage_class is not None and text(storage_class, "volumeBindingMode") == "WaitForFirstConsumer" and not said:
        chosen = any(key.endswith("/selected-node") for key in annotations_of(claim))
        waits = [] if chosen else [each for each in users if not node_of(each)]
        if not users:
            return base._replace(
                code="CLAIM-UNUSED",
                severity="info",
                message=f"It is Pending for {age} because no pod uses it (WaitForFirstConsumer): it waits for "
                "the first one",
                fix=f"kubectl delete pvc {name_of(claim)} -n {namespace_of(claim)}, if nothing is to use it",
            )
        if waits:
            return base._replace(
                message=f"It waits for {reference(waits[0])} to be placed (WaitForFirstConsumer)",
                upstream=frozenset(each for pod in waits for each in lineage(observed, pod)),
            )
    return _provisioning(observed, claim, base, said)


def _has_default(observed: Observation) -> bool:
    return not observed.knows("StorageClass") or any(
        annotations_of(each).get(_DEFAULT_CLASS) == "true" for each in observed.of("StorageClass")
    )


def _static(observed: Observation, claim: Manifest, base: Finding) -> Finding | None:
    """A claim that names its volume, or asks for one that somebody made by hand."""
    named = text(claim, "spec", "volumeName")
    volume = observed.get("PersistentVolume", named) if named else None
    if named and volume is None and observed.knows("PersistentVolume"):
        lost = Reference("PersistentVolume", None, named)
        return base._replace(
            code="VOLUME-MISSING",
            message=f"It names {lost}, which does not exist",
            fix=f"create {lost}, or recreate the claim without volumeName",
            evidence=(*base.evidence, Evidence(lost, "does not exist")),
        )
    if volume is not None and text(volume, "status", "phase") in ("Released", "Bound", "Failed"):
        holder = mapping(volume, "spec", "claimRef")
        mine = text(holder, "uid") == text(claim, "metadata", "uid")
        other = f"PersistentVolumeClaim/{text(holder, 'namespace')}/{text(holder, 'name')}"
        state = text(volume, "status", "phase")
        if not mine:
            return base._replace(
                code="VOLUME-TAKEN",
                message=f"It names {reference(volume)}, which is {state} and still bound to {other} "
                f"(uid {text(holder, 'uid')})",
                fix=f"if that claim is gone: kubectl patch pv {named} --type json "
                '-p \'[{"op":"remove","path":"/spec/claimRef/uid"}]\'',
                evidence=(*base.evidence, Evidence(reference(volume), f"phase {state}, claimRef {other}")),
                covers=base.covers | {reference(volume)},
            )
    return None


def _provisioning(observed: Observation, claim: Manifest, base: Finding, said: list[Event]) -> Finding:
    storage_class = observed.get("StorageClass", text(claim, "spec", "storageClassName"))
    provisioner = text(storage_class, "provisioner") if storage_class else ""
    if not provisioner:
        return base
    failed = [each for each in said if each.reason == "ProvisioningFailed"]
    served = [
        each
        for each in observed.of("Deployment")
        if is_of_driver(name_of(each), provisioner) or _mentions(each, provisioner)
    ]
    upstream = frozenset(reference(x) for each in served for x in (each, *observed.pods_of(each)))
    if failed:
        return base._replace(
            code="PROVISIONING-FAILS",
            message=f"{provisioner} cannot make its volume: {failed[-1].message.strip()}",
            fix=f"see what the storage behind {reference(storage_class) if storage_class else provisioner} says",
            upstream=upstream,
        )
    if provisioner == _NO_PROVISIONER:
        return base._replace(
            message=f"No PersistentVolume fits it: {text(claim, 'spec', 'storageClassName')} makes none by itself",
            fix="create a PersistentVolume of that class, size and access mode",
        )
    off = [each for each in served if number(each, "spec", "replicas", default=1) == 0]
    if off and len(off) == len(served):
        first = reference(off[0])
        return base._replace(
            code="PROVISIONER-SILENT",
            subject=first,
            message=f"{first} is scaled to 0 replicas, so nothing makes volumes of {provisioner}",
            fix=f"kubectl scale deployment/{first.name} -n {first.namespace} --replicas=1",
            evidence=(*base.evidence, Evidence(first, "spec.replicas is 0")),
            upstream=upstream,
        )
    return base._replace(
        code="PROVISIONER-SILENT",
        message=f"{provisioner} has not made its volume, and says nothing of it",
        fix=f"see whether the provisioner {provisioner} runs"
        + (f": {listed([str(reference(each)) for each in served])}" if served else ""),
        upstream=upstream,
    )


def is_of_driver(name: str, driver: str) -> bool:
    """Whether a workload's name has what is particular in a driver's: `proxmox` of `csi.proxmox.sinextra.dev`."""
    words = [each for each in re.split(r"[./]", driver) if len(each) > 2 and each not in _COMMON]
    return any(each in name for each in words)


def _mentions(deployment: Manifest, provisioner: str) -> bool:
    return any(
        provisioner in str(part)
        for container in entries(deployment, "spec", "template", "spec", "containers")
        for part in (*values(container, "args"), *(text(each, "value") for each in entries(container, "env")))
    )


def _growth(observed: Observation, claim: Manifest) -> Iterator[Finding]:
    """A claim that asks for more than it has, and does not get it."""
    wanted, has = text(claim, "spec", "resources", "requests", "storage"), text(claim, "status", "capacity", "storage")
    if not wanted or not has or _size(wanted) <= _size(has):
        return
    storage_class = observed.get("StorageClass", text(claim, "spec", "storageClassName"))
    states = {
        each: condition(claim, each)
        for each in ("Resizing", "FileSystemResizePending", "ControllerResizeError", "NodeResizeError")
    }
    said = [each for each in observed.events_of(claim) if "esize" in each.reason or "xpand" in each.message]
    since = min((each.since for each in states.values() if each and each.since), default=None)
    if (since is None and not said) or is_young(observed, since, timedelta(minutes=15)):
        return
    why = (
        f": {said[-1].message.strip()}"
        if said
        else next((f": {e.message}" for e in states.values() if e and e.message), "")
    )
    forbidden = storage_class is not None and mapping(storage_class).get("allowVolumeExpansion") is not True
    pending = states["FileSystemResizePending"] is not None
    yield Finding(
        "CLAIM-NOT-GROWN",
        "warning",
        reference(claim),
        f"It asks for {wanted} and has {has}{f' since {stamp(since)}' if since else ''}{why}",
        "the file system grows when a pod mounts it again: restart its pod"
        if pending
        else "set allowVolumeExpansion: true in its storage class"
        if forbidden
        else "see what the driver's resizer says, and whether the storage has room",
        (Evidence(reference(claim), f"requests {wanted}, capacity {has}"),),
        covers=frozenset((reference(claim),)),
    )


def _size(amount: str) -> int:
    try:
        return read_amount(MEMORY, amount)
    except ValueError:
        return 0
