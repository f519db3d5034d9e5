"""Why something that an `up` waits for is not ready: what the cluster says of it and of its pods."""

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from observation import Observation, Reference
from observation.objects import annotations_of, condition, deleted, reference
from operations.doctor.pods import containers, is_over, is_ready, phase
from operations.doctor.rules.containers.dependencies import selected_pods, templates_for
from plan.changes.object_rules import RELEASE
from plan.model import Manifest
from plan.model.fields import entries, mapping, text

CONTROLLERS = ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job")
WITH_CLAIMS = (*CONTROLLERS, "PersistentVolumeClaim")
HELM_NAME = "meta.helm.sh/release-name"
SERVICE = "Service"
NO_PODS, NOT_READY, NO_ADDRESS = "NoPods", "PodsNotReady", "NoAddress"
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
    found = (_reasons_of(top, observed) for top in _objects_of(waited, observed))
    addresses = (_of_address(each, observed) for each in _services_of(waited, observed))
    return _found(reason for reasons in chain(found, addresses) for reason in reasons)


def _of_service(service: Manifest, observed: Observation) -> Iterator[Reason | None]:
    """A Service waits for a pod that answers, and a load balancer for its address as well."""
    pods = selected_pods(observed, service)
    if mapping(service, "spec", "selector") and not pods:
        yield from (_found(_reasons_of(each, observed)) for each in templates_for(observed, service))
        yield Reason(reference(service), NO_PODS, "no pod has the labels that it selects")
    if pods and not any(map(is_ready, pods)):
        yield from (_of_pod(each, observed) for each in pods)
        yield Reason(reference(service), NOT_READY, "none of its pods is ready")
    yield from _of_address(service, observed)


def _of_address(service: Manifest, observed: Observation) -> Iterator[Reason | None]:
    if text(service, "spec", "type") == "LoadBalancer" and not entries(service, "status", "loadBalancer", "ingress"):
        yield _newest_warning(service, observed)
        yield Reason(reference(service), NO_ADDRESS, "no controller of load balancers has given it an address")


def _found(reasons: Iterator[Reason | None]) -> Reason | None:
    return next(filter(None, reasons), None)


def _objects_of(waited: Reference, observed: Observation) -> Iterator[Manifest]:
    """The object itself; of a release, what its chart made that has pods or is a claim."""
    if waited.kind != RELEASE[1]:
        found = observed.get(*_key(waited))
        if found is not None:
            yield found
        return
    for kind in WITH_CLAIMS:
        yield from _made_by(waited, kind, observed)


def _services_of(waited: Reference, observed: Observation) -> Iterator[Manifest]:
    """The Services of a release: Helm waits for their addresses, and not for their pods."""
    if waited.kind == RELEASE[1]:
        yield from _made_by(waited, SERVICE, observed)


def _made_by(release: Reference, kind: str, observed: Observation) -> Iterator[Manifest]:
    for each in observed.in_namespace(kind, release.namespace):
        if annotations_of(each).get(HELM_NAME) == release.name:
            yield each


def _key(of: Reference) -> tuple[str, str, str | None]:
    return of.kind, of.name, of.namespace


def _reasons_of(top: Manifest, observed: Observation) -> Iterator[Reason | None]:
    if top["kind"] == SERVICE:
        yield from _of_service(top, observed)
        return
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
