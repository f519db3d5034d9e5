"""Why something that an `up` waits for is not ready: what the cluster says of it and of its pods."""

from collections.abc import Iterator
from typing import NamedTuple

from observation import Observation, Reference
from observation.objects import annotations_of, condition, deleted, reference
from operations.doctor.pods import containers, is_over, is_ready, phase
from plan.changes.object_rules import RELEASE
from plan.model import Manifest
from plan.model.fields import text

CONTROLLERS = ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job")
WITH_CLAIMS = (*CONTROLLERS, "PersistentVolumeClaim")
HELM_NAME = "meta.helm.sh/release-name"
STARTING = frozenset(("ContainerCreating", "PodInitializing", ""))
"""States of a container that pass by themselves: an event says where they do not."""


class Reason(NamedTuple):
    """Why something is not ready."""

    about: Reference
    """The object that the cluster says it of."""
    code: str
    """For example `FailedScheduling`, `FailedCreate`, `ImagePullBackOff`."""
    message: str
    """In the words of the scheduler, a controller or the kubelet; may be empty."""


def reason_for(waited: Reference, observed: Observation) -> Reason | None:
    """The first reason that the cluster gives; None where it gives none yet."""
    return next(
        (reason for top in _objects_of(waited, observed) for reason in _reasons_of(top, observed) if reason), None
    )


def _objects_of(waited: Reference, observed: Observation) -> Iterator[Manifest]:
    """The object itself; of a release, what its chart made that has pods or is a claim."""
    if waited.kind != RELEASE[1]:
        found = observed.get(*_key(waited))
        if found is not None:
            yield found
        return
    for kind in WITH_CLAIMS:
        for each in observed.in_namespace(kind, waited.namespace):
            if annotations_of(each).get(HELM_NAME) == waited.name:
                yield each


def _key(of: Reference) -> tuple[str, str, str | None]:
    return of.kind, of.name, of.namespace


def _reasons_of(top: Manifest, observed: Observation) -> Iterator[Reason | None]:
    pods = [each for each in observed.pods_of(top) if not is_ready(each) and not is_over(each) and not deleted(each)]
    for pod in sorted(pods, key=lambda each: text(each, "metadata", "creationTimestamp"), reverse=True):
        yield _of_pod(pod, observed)
    for each in _tree(top, observed):
        if each["kind"] in WITH_CLAIMS and not (each["kind"] == "PersistentVolumeClaim" and phase(each) == "Bound"):
            yield None if _has_all_pods(each, observed) else _newest_warning(each, observed)
    failing = condition(top, "ReplicaFailure")
    if failing and failing.status == "True":
        yield Reason(reference(top), failing.reason, failing.message)


def _tree(top: Manifest, observed: Observation) -> Iterator[Manifest]:
    yield top
    for each in observed.controlled(top):
        if each["kind"] in CONTROLLERS:
            yield from _tree(each, observed)


def _has_all_pods(manifest: Manifest, observed: Observation) -> bool:
    """A ReplicaSet of before, of which nothing is wanted, is not what is waited for."""
    if manifest["kind"] != "ReplicaSet":
        return False
    return len(observed.controlled(manifest)) >= int(manifest.get("spec", {}).get("replicas", 1))


def _of_pod(pod: Manifest, observed: Observation) -> Reason | None:
    placed = condition(pod, "PodScheduled")
    if placed and placed.status == "False":
        return Reason(reference(pod), "FailedScheduling", placed.message)
    for each in containers(pod):
        if each.waiting not in STARTING:
            return Reason(reference(pod), each.waiting, each.waiting_message)
    return _newest_warning(pod, observed)


def _newest_warning(manifest: Manifest, observed: Observation) -> Reason | None:
    """The newest warning about this very object, not about one of the same name before it."""
    uid = text(manifest, "metadata", "uid")
    for event in reversed(observed.events_of(manifest)):
        if event.type == "Warning" and event.uid in ("", uid):
            return Reason(event.about, event.reason, event.message)
    return None
