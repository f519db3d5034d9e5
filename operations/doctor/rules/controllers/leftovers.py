"""Objects that were deleted and do not go, and custom kinds that say themselves that they are not well."""

import re
from collections.abc import Iterator
from datetime import timedelta

from observation.kinds import RESOURCE_OF
from observation.model import Observation
from observation.objects import (
    Condition,
    Reference,
    condition,
    conditions,
    created,
    deleted,
    name_of,
    namespace_of,
    reference,
)
from operations.doctor.ages import ago, length
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import is_young
from plan.model import Manifest
from plan.model.fields import entries, mapping, text, values

_OWN = frozenset(("Pod", "PersistentVolumeClaim", "VolumeAttachment", "Namespace", "Node", "Event"))
"""Kinds with a rule of their own for this."""
_SEE_APIS = "see which API does not answer: kubectl get apiservices"
_BRING_BACK = (
    "bring back the controller that takes these finalizers away, or take them away by hand when what they "
    "stand for is gone"
)
_REMAINS = {
    "NamespaceDeletionDiscoveryFailure": _SEE_APIS,
    "NamespaceDeletionGroupVersionParsingFailure": _SEE_APIS,
    "NamespaceFinalizersRemaining": _BRING_BACK,
    "NamespaceDeletionContentFailure": "correct what the message names; the deletion is tried again by itself",
    "NamespaceContentRemaining": "see why these objects are not deleted: a finalizer, or a webhook that refuses it",
}
"""Conditions of a namespace that is not empty, the cause before its consequence, with the fix of each."""
_GOOD = (
    *("Ready", "Available", "Healthy", "Synced", "Reconciled", "Accepted", "Programmed", "ResolvedRefs"),
    *("AllReplicasReady", "ClusterAvailable", "ReconcileSuccess"),
)
"""Conditions that are True on a healthy object of any kind."""
_BROKEN = ("Failed", "Error")
"""Ends of a sync of Argo CD."""
_FAILED = ("CreateFailed", "Error", "Failed", "SyncFailed", "UpdateFailed", "error", "failed")
"""Phases and states of what runs on and does not."""
_ONE_TIME = re.compile(
    r"(Attempt|Backup|Dump|Export|Import|Job|Operation|Report|Request|Restore|Run|Snapshot|Task|Workflow)$"
)
"""Kinds that stand for one act: one that failed long ago is no ailment; rules of backups and jobs judge the last."""
_JUDGED = frozenset(
    ("Certificate", "Issuer", "ClusterIssuer", "CertificateRequest", "Order", "Challenge", "ExternalSecret",
     "SecretStore", "ClusterSecretStore", "CustomResourceDefinition")
)  # fmt: skip
"""Custom kinds with rules of their own."""


def namespace_findings(observed: Observation) -> Iterator[Finding]:
    """Namespaces that were deleted and are still there."""
    for namespace in observed.of("Namespace"):
        due = deleted(namespace)
        if due is None or is_young(observed, due, timedelta(minutes=10)):
            continue
        said = [each for each in conditions(namespace) if each.status == "True" and each.message]
        held = [
            (each, values(each, "metadata", "finalizers"))
            for objects in observed.resources.values()
            for each in objects
            if namespace_of(each) == name_of(namespace) and values(each, "metadata", "finalizers") and deleted(each)
        ]
        names = ", ".join(f"{reference(each)} ({', '.join(map(str, finalizers))})" for each, finalizers in held[:5])
        cause = next((each for name in _REMAINS for each in said if each.type == name), None)
        why = f"; {names} still has finalizers" if held else f": {cause.message}" if cause else ""
        yield Finding(
            "NAMESPACE-STUCK",
            "error",
            reference(namespace),
            f"It was deleted {length(observed.now - due)} ago and is still Terminating{why}",
            _BRING_BACK if held else _REMAINS[cause.type] if cause else _SEE_APIS,
            (
                *(Evidence(reference(namespace), f"{each.type}: {each.message}") for each in said),
                *(Evidence(reference(each), f"finalizers {', '.join(map(str, f))}") for each, f in held[:5]),
            ),
            covers=frozenset((reference(namespace), *(reference(each) for each, _ in held))),
            upstream=frozenset(reference(each) for each in observed.of("APIService")),
        )


def finalizer_findings(observed: Observation) -> Iterator[Finding]:
    """Other objects that were deleted long ago and are held by a finalizer."""
    for objects in observed.resources.values():
        for each in objects:
            due = deleted(each)
            if due is None or each["kind"] in _OWN or is_young(observed, due, timedelta(minutes=30)):
                continue
            finalizers = ", ".join(str(one) for one in values(each, "metadata", "finalizers"))
            if finalizers:
                namespace = namespace_of(each)
                yield Finding(
                    "FINALIZER-STUCK",
                    "warning",
                    reference(each),
                    f"It was deleted {length(observed.now - due)} ago and is held by the finalizer {finalizers}",
                    f"see why the controller of {finalizers} does not take it away",
                    (Evidence(reference(each), f"finalizers {finalizers}"),),
                    covers=frozenset((reference(each),)),
                    upstream=frozenset((Reference("Namespace", None, namespace),)) if namespace else frozenset(),
                )


def custom_findings(observed: Observation) -> Iterator[Finding]:
    """Objects of custom kinds whose own status says that something is wrong."""
    for objects in observed.resources.values():
        for each in objects:
            kind = each["kind"]
            if kind in RESOURCE_OF or kind in _JUDGED or deleted(each) or _is_off(each):
                continue
            yield from _unwell(observed, each)


def _is_off(manifest: Manifest) -> bool:
    """Whether its owner switched it off: then it is not ready on purpose."""
    spec = mapping(manifest, "spec")
    halted = spec.get("runStrategy") == "Halted" or spec.get("running") is False
    return halted or any(spec.get(each) is True for each in ("paused", "stopped", "suspend", "suspended"))


def _unwell(observed: Observation, manifest: Manifest) -> Iterator[Finding]:
    base = Finding(
        "NOT-READY",
        "warning",
        reference(manifest),
        "",
        f"kubectl describe {manifest['kind'].lower()} {name_of(manifest)}"
        + (f" -n {namespace_of(manifest)}" if namespace_of(manifest) else ""),
        covers=frozenset((reference(manifest),)),
        upstream=frozenset(
            reference(each)
            for kind in ("Pod", "PersistentVolumeClaim", "Job", "HelmRelease", "Kustomization")
            for each in observed.in_namespace(kind, namespace_of(manifest))
            if any(
                text(o, "uid") == text(manifest, "metadata", "uid")
                for o in entries(each, "metadata", "ownerReferences")
            )
        )
        | _source(manifest),
    )
    for name in _GOOD:
        state = condition(manifest, name)
        if (
            state is not None
            and state.status == "False"
            and not is_young(observed, state.since or created(manifest), timedelta(minutes=10))
        ):
            if manifest["kind"] in ("PodMonitor", "ScaledObject") and name != "Ready":
                continue
            yield base._replace(
                message=f"{name} is False{ago(observed.now, state.since)}: {_why(manifest, state)}",
                evidence=(Evidence(reference(manifest), f"{name} is False, {state.reason}: {state.message}"),),
            )
            return
    if (failed := _failure(manifest)) is not None:
        yield base._replace(message=failed, evidence=(Evidence(reference(manifest), failed),))
        return
    health = text(manifest, "status", "health", "status") or text(manifest, "status", "ceph", "health")
    if health in ("Degraded", "Missing", "HEALTH_ERR", "HEALTH_WARN"):
        details = mapping(manifest, "status", "ceph", "details")
        said = text(manifest, "status", "health", "message") or ", ".join(details)
        yield base._replace(
            message=f"Its health is {health}{f': {said}' if said else ''}",
            evidence=(Evidence(reference(manifest), f"health {health}"),),
        )
        return
    if (told := _told(manifest)) is not None:
        said = text(manifest, "status", "message") or text(manifest, "status", "reason")
        message = f"{told}{f': {said}' if said else ''}"
        yield base._replace(message=message, evidence=(Evidence(reference(manifest), told),))
        return
    robustness = text(manifest, "status", "robustness")
    if (
        manifest["kind"] == "Volume"
        and robustness in ("degraded", "faulted")
        and (robustness == "faulted" or text(manifest, "status", "state") == "attached")
    ):
        claim = _claim_of(manifest)
        yield base._replace(
            severity="error" if robustness == "faulted" else "warning",
            message=f"Its replicas are {robustness}{f': it is the volume of {claim}' if claim else ''}",
            evidence=(Evidence(reference(manifest), f"robustness {robustness}"),),
            covers=base.covers | ({claim} if claim and robustness == "faulted" else frozenset()),
        )


def _why(manifest: Manifest, state: Condition) -> str:
    """The reason of a condition, and the word by which a virtual machine says more."""
    shown = text(manifest, "status", "printableStatus")
    return ", ".join(filter(None, (shown, state.reason, state.message)))


def _told(manifest: Manifest) -> str | None:
    """A phase, a state or a colour by which an operator says that something does not run."""
    if _ONE_TIME.search(manifest["kind"]):
        return None
    for field in ("phase", "state", "PostgresClusterStatus"):
        if (said := text(manifest, "status", field)) in _FAILED:
            return f"Its {field} is {said}"
    return "Its health is red" if text(manifest, "status", "health") == "red" else None


def _claim_of(manifest: Manifest) -> Reference | None:
    """The claim of a volume of Longhorn."""
    name = text(manifest, "status", "kubernetesStatus", "pvcName")
    namespace = text(manifest, "status", "kubernetesStatus", "namespace")
    return Reference("PersistentVolumeClaim", namespace, name) if name and namespace else None


def _failure(manifest: Manifest) -> str | None:
    """The error of an Argo CD Application, whose conditions have a type and a message, and no status."""
    if manifest["kind"] != "Application":
        return None
    errors = [each for each in conditions(manifest) if each.type.endswith("Error") and not each.status]
    if errors:
        return f"{errors[-1].type}: {errors[-1].message}"
    phase = text(manifest, "status", "operationState", "phase")
    return (
        f"Its last sync is {phase}: {text(manifest, 'status', 'operationState', 'message')}"
        if phase in _BROKEN
        else None
    )


def _source(manifest: Manifest) -> frozenset[Reference]:
    """The object of a GitOps tool that this one is made from."""
    found: set[Reference] = set()
    for path in (("spec", "sourceRef"), ("spec", "chart", "spec", "sourceRef"), ("spec", "chartRef")):
        kind, name = text(manifest, *path, "kind"), text(manifest, *path, "name")
        if name:
            found.add(Reference(kind, text(manifest, *path, "namespace") or namespace_of(manifest), name))
    for each in entries(manifest, "spec", "dependsOn"):
        found.add(Reference(manifest["kind"], text(each, "namespace") or namespace_of(manifest), text(each, "name")))
    return frozenset(found)
