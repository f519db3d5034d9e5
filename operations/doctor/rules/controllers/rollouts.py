"""Workloads that are not as they should be, where no pod says why."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from observation.model import Observation
from observation.objects import Condition, Reference, condition, created, deleted, name_of, namespace_of, reference
from observation.times import read_time
from operations.doctor.ages import ago, length
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import (
    containers,
    is_over,
    is_ready,
    is_young,
    node_of,
    phase,
    ready_of,
    static_pods,
    unready_since,
)
from operations.doctor.rules.containers.dependencies import needs
from operations.doctor.rules.containers.starting import is_starting
from plan.model import Manifest
from plan.model.fields import entries, mapping, number, text, values

_ESSENTIAL = frozenset(("coredns", "kube-dns", "metrics-server"))
"""Names in kube-system whose scaling to 0 is never on purpose."""


def rollout_findings(observed: Observation) -> Iterator[Finding]:
    """Workloads short of ready pods, and rollouts that stand still. Others' findings explain most of them."""
    for kind in ("Deployment", "StatefulSet", "DaemonSet"):
        for each in observed.of(kind):
            if deleted(each) is None:
                yield from _workload(observed, each)


def terminating_findings(observed: Observation) -> Iterator[Finding]:
    """Pods that were deleted long ago and are still there."""
    for pod in observed.of("Pod"):
        due = deleted(pod)
        if due is None or is_young(observed, due):
            continue
        finalizers = [str(each) for each in values(pod, "metadata", "finalizers")]
        node = Reference("Node", None, node_of(pod))
        why = (
            f"its finalizers are still there: {', '.join(finalizers)}"
            if finalizers
            else (f"the kubelet of {node.name} has not confirmed that it ended")
        )
        yield Finding(
            "POD-STUCK-TERMINATING",
            "warning",
            reference(pod),
            f"It was to be gone {length(observed.now - due)} ago, and {why}",
            f"if {node.name} is gone for good: kubectl delete pod {name_of(pod)} -n {namespace_of(pod)} --force"
            if not finalizers
            else f"see who has to take {', '.join(finalizers)} away",
            (Evidence(reference(pod), f"deletionTimestamp {pod['metadata']['deletionTimestamp']}"),),
            covers=frozenset((reference(pod),)),
            upstream=frozenset((node,)) if node.name else frozenset(),
            symptom=True,
        )


def _short(manifest: Manifest) -> int:
    if manifest["kind"] == "DaemonSet":
        return number(manifest, "status", "desiredNumberScheduled") - number(manifest, "status", "numberReady")
    return number(manifest, "spec", "replicas", default=1) - number(manifest, "status", "readyReplicas")


def _workload(observed: Observation, manifest: Manifest) -> Iterator[Finding]:
    short = _short(manifest)
    generation, seen = number(manifest, "metadata", "generation"), number(manifest, "status", "observedGeneration")
    if seen and seen < generation and not is_young(observed, _changed(manifest)):
        yield _unseen(observed, manifest, generation, seen)
        return
    if number(manifest, "spec", "replicas", default=1) == 0 and namespace_of(manifest) == "kube-system":
        if name_of(manifest) in _ESSENTIAL:
            yield _scaled_down(manifest)
        return
    progressing = condition(manifest, "Progressing")
    if progressing is not None and progressing.reason == "DeploymentPaused":
        yield from _paused(observed, manifest, progressing)
        return
    late = progressing is not None and progressing.status == "False"
    if short <= 0 and not late:
        return
    since = _since(observed, manifest)
    if is_young(observed, since):
        return
    available = condition(manifest, "Available")
    down = number(manifest, "status", "readyReplicas") + number(manifest, "status", "numberReady") == 0
    evidence = [Evidence(reference(manifest), ready_of(observed, manifest))]
    for each in (progressing, available):
        if each is not None and each.status != "True":
            evidence.append(
                Evidence(reference(manifest), f"{each.type} is {each.status}, {each.reason}: {each.message}")
            )
    pods = observed.pods_of(manifest)
    unready = [each for each in pods if not is_over(each) and not is_ready(each)]
    if unready and not late and all(is_starting(observed, each) for each in unready):
        return
    evidence += [Evidence(reference(each), f"{phase(each)}, not ready") for each in unready[:4]]
    said = [(each, event) for each in unready for event in observed.events_of(each) if event.type == "Warning"]
    evidence += [
        Evidence(reference(each), f"event {event.reason}: {event.message.strip()}") for each, event in said[-2:]
    ]
    paused = mapping(manifest, "spec").get("paused") is True
    if paused and not unready:
        yield from _paused(observed, manifest, progressing)
        return
    yield Finding(
        "WORKLOAD-UNREADY",
        "error" if down else "warning",
        reference(manifest),
        _state(observed, manifest, short, progressing if late else None, ago(observed.now, since))
        + (f": {said[-1][1].message.strip()}" if said else _gates(unready)),
        f"kubectl describe {manifest['kind'].lower()} {name_of(manifest)} -n {namespace_of(manifest)}",
        tuple(evidence),
        covers=frozenset((reference(manifest),)),
        upstream=_upstream(observed, manifest, pods),
        symptom=True,
    )


def _gates(pods: Sequence[Manifest]) -> str:
    """The gate that keeps pods from being ready, whose containers are."""
    states = (condition(each, "Ready") for each in pods)
    return next((f": {each.message}" for each in states if each and each.reason == "ReadinessGatesNotReady"), "")


def _paused(observed: Observation, manifest: Manifest, progressing: Condition | None) -> Iterator[Finding]:
    """A rollout that somebody paused, with a change that waits."""
    updated, wanted = number(manifest, "status", "updatedReplicas"), number(manifest, "spec", "replicas", default=1)
    since = progressing.since if progressing else None
    if updated < wanted and not is_young(observed, since, timedelta(hours=1)):
        name, namespace = name_of(manifest), namespace_of(manifest)
        yield Finding(
            "ROLLOUT-PAUSED",
            "warning",
            reference(manifest),
            f"Its rollout is paused{ago(observed.now, since)} with {updated} of {wanted} pods of the new revision",
            f"kubectl rollout resume deployment/{name} -n {namespace}, or undo the change",
            (Evidence(reference(manifest), f"spec.paused is true, updatedReplicas {updated}"),),
            covers=frozenset((reference(manifest),)),
        )


def _state(observed: Observation, manifest: Manifest, short: int, stuck: Condition | None, age: str) -> str:
    """State in a sentence: a rollout that stands still may leave enough of the old pods."""
    if stuck is None:
        return f"{ready_of(observed, manifest)}{age}"
    serving = f"{ready_of(observed, manifest)}, of this revision or the one before"
    return f"Its rollout stands still{age}: {stuck.message} {serving if short <= 0 else ready_of(observed, manifest)}"


def _upstream(observed: Observation, manifest: Manifest, pods: tuple[Manifest, ...]) -> frozenset[Reference]:
    found = {reference(manifest), *(reference(each) for each in observed.controlled(manifest))}
    found |= {reference(pod) for pod in pods}
    for pod in pods:
        if not is_ready(pod) and not is_over(pod):
            found |= {Reference("Node", None, node_of(pod))} if node_of(pod) else set()
            found |= {need for each in containers(pod) for need in needs(observed, pod, each)}
    return frozenset(found)


def _since(observed: Observation, manifest: Manifest) -> datetime | None:
    """Since when it is short: since its youngest pod is not ready, or since its condition says so."""
    unready = [unready_since(each) for each in observed.pods_of(manifest) if not is_over(each) and not is_ready(each)]
    known = [each for each in unready if each]
    if known:
        return min(known)
    for name in ("Available", "Progressing"):
        stated = condition(manifest, name)
        if stated and stated.status == "False":
            return stated.since
    return _changed(manifest) or created(manifest)


def _changed(manifest: Manifest) -> datetime | None:
    """When somebody last changed what is wanted of it."""
    times = [
        read_time(text(each, "time"))
        for each in entries(manifest, "metadata", "managedFields")
        if text(each, "subresource") != "status"
    ]
    return max((each for each in times if each), default=None)


def _unseen(observed: Observation, manifest: Manifest, generation: int, seen: int) -> Finding:
    return Finding(
        "CONTROLLER-SILENT",
        "error",
        reference(manifest),
        f"No controller has acted on its last change: generation {generation}, observedGeneration {seen}",
        "see whether kube-controller-manager runs: kubectl get pods -n kube-system",
        (Evidence(reference(manifest), f"generation {generation}, observedGeneration {seen}"),),
        covers=frozenset((reference(manifest),)),
        upstream=static_pods(observed, "kube-controller-manager"),
    )


def _scaled_down(manifest: Manifest) -> Finding:
    return Finding(
        "ESSENTIAL-SCALED-DOWN",
        "error",
        reference(manifest),
        f"It is scaled to 0, and the whole cluster needs {name_of(manifest)}",
        f"kubectl scale deployment {name_of(manifest)} -n {namespace_of(manifest)} --replicas 2",
        (Evidence(reference(manifest), "spec.replicas is 0"),),
        covers=frozenset((reference(manifest),)),
    )
