"""Rollouts that go on after the engine has ended: its provider can take the pods of before for the new ones."""

from observation import Observation, Reference
from observation.objects import annotations_of, spec_of, status_of
from plan.model import Manifest
from plan.model.fields import number, text
from plan.model.metadata import NOT_AWAITED
from plan.workloads.deadlines import deadline

ROLLED_OUT = frozenset(("Deployment", "StatefulSet", "DaemonSet"))
"""Kinds whose pods are replaced by a change."""


def has_pods(of: Reference) -> bool:
    """Whether it is a kind that rolls out."""
    return of.kind in ROLLED_OUT


def seconds_to_roll_out(of: Reference, observed: Observation) -> int | None:
    """Seconds that a rollout may take; None where it is done, or nobody could be asked about it."""
    found = observed.get(of.kind, of.name, of.namespace)
    return None if found is None or is_rolled_out(found) else deadline(found)


def is_rolled_out(manifest: Manifest) -> bool:
    """Whether all its pods are new ones and ready, as `kubectl rollout status` decides; also where nobody waits for it:
    it is paused, its pods are replaced by hand, or it says that it is not to be awaited."""
    spec, status = spec_of(manifest), status_of(manifest)
    if NOT_AWAITED.items() <= annotations_of(manifest).items() or _is_left_alone(manifest):
        return True
    if number(status, "observedGeneration") < number(manifest, "metadata", "generation"):
        return False
    if manifest["kind"] == "DaemonSet":
        wanted = number(status, "desiredNumberScheduled")
        return number(status, "updatedNumberScheduled") >= wanted and number(status, "numberAvailable") >= wanted
    wanted = number(spec, "replicas", default=1)
    updated = number(status, "updatedReplicas")
    if manifest["kind"] == "StatefulSet":
        partition = number(spec, "updateStrategy", "rollingUpdate", "partition")
        is_new = text(status, "updateRevision") == text(status, "currentRevision")
        new = is_new or updated >= wanted - partition
        return new and number(status, "readyReplicas") >= wanted
    has_old = number(status, "replicas") > updated
    return updated >= wanted and not has_old and number(status, "availableReplicas") >= updated


def _is_left_alone(manifest: Manifest) -> bool:
    spec = spec_of(manifest)
    return spec.get("paused") is True or text(spec, "updateStrategy", "type") == "OnDelete"
