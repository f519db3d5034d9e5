"""Secrets and ConfigMaps that a pod refers to, and that are not there, or lack a key."""

from collections.abc import Iterator

from config.suggest import did_you_mean
from observation.model import Observation
from observation.objects import Reference, created, reference
from operations.doctor.ages import length
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import (
    Container,
    containers,
    is_over,
    is_ready,
    is_young,
    lineage,
    ready_of,
    unready_since,
    workload,
)
from operations.doctor.rules.containers.secrets import external_secret_of
from operations.pod_references import Wanted, wanted_by
from plan.model import Manifest
from plan.model.fields import mapping, text


def configuration_findings(observed: Observation) -> Iterator[Finding]:
    """Missing references of waiting pods, and of running pods that would not start again."""
    for pod in observed.of("Pod"):
        if is_over(pod) or is_ready(pod) or is_young(observed, unready_since(pod)):
            continue
        waiting = [
            each
            for each in containers(pod)
            if each.waiting in ("CreateContainerConfigError", "ContainerCreating", "PodInitializing")
        ]
        if not waiting or not text(pod, "spec", "nodeName"):
            continue
        lost = [each for each in wanted_by(pod) if lacks(observed, each)]
        for each in _distinct(observed, lost):
            yield _lost(observed, pod, each)
        if not lost:
            yield from (
                _as_the_kubelet_says(observed, pod, each)
                for each in waiting
                if each.waiting == "CreateContainerConfigError"
            )


def lacks(observed: Observation, wanted: Wanted) -> bool:
    """Whether it is known to be missing."""
    kind, namespace, name = wanted.object
    if not observed.knows(kind):
        return False
    found = observed.get(kind, name, namespace)
    return found is None or bool(wanted.key and wanted.key not in keys_of(found))


def keys_of(manifest: Manifest) -> frozenset[str]:
    """The keys of a Secret or ConfigMap."""
    return frozenset(
        {**mapping(manifest, "data"), **mapping(manifest, "binaryData"), **mapping(manifest, "stringData")}
    )


def _distinct(observed: Observation, lost: list[Wanted]) -> list[Wanted]:
    """Each missing object once, and each missing key of one that exists."""
    keys = {each: each.key if observed.get(*_place(each.object)) else "" for each in lost}
    return list({(each.object, keys[each]): each for each in reversed(lost)}.values())[::-1]


def _place(object_: Reference) -> tuple[str, str, str | None]:
    return object_.kind, object_.name, object_.namespace


def _lost(observed: Observation, pod: Manifest, lost: Wanted) -> Finding:
    kind, namespace, name = lost.object
    found = observed.get(*_place(lost.object))
    source = external_secret_of(observed, lost.object) if kind == "Secret" else None
    top = observed.top(pod)
    since = unready_since(pod)
    age = f" for {length(observed.now - since)}" if since else ""
    said = next((each.waiting_message for each in containers(pod) if lost.object.name in each.waiting_message), "")
    evidence = [Evidence(reference(pod), f"does not start{age}{f': {said}' if said else ''}")]
    if standing := ready_of(observed, top):
        evidence.append(Evidence(reference(top), standing))
    if text(top, "spec", "strategy", "type") == "Recreate":
        evidence.append(Evidence(reference(top), "its strategy is Recreate: no pod of the revision before serves"))
    undo = f"kubectl rollout undo {top['kind'].lower()}/{top['metadata']['name']} -n {namespace}"
    back = f"; until then: {undo}" if top["kind"] in ("Deployment", "StatefulSet", "DaemonSet") else ""
    if found is None:
        alike = did_you_mean(name, (each["metadata"]["name"] for each in observed.in_namespace(kind, namespace)))
        alike = alike if alike.startswith("; did") else ""
        evidence.append(Evidence(lost.object, "does not exist"))
        code, message = f"{kind.upper()}-MISSING", f"{lost.by} takes {lost.object}, which does not exist{alike}"
        fix = f"create {lost.object}, or correct its name in {workload(observed, pod)}{back}"
    else:
        keys = keys_of(found)
        alike = did_you_mean(lost.key, keys) if lost.key else ""
        alike = alike if alike.startswith("; did") else ""
        evidence.append(Evidence(lost.object, f"has the keys {', '.join(sorted(keys)) or 'none'}, and no {lost.key}"))
        code = f"{kind.upper()}-KEY-MISSING"
        message = f"{lost.by} takes key {lost.key} of {lost.object}, which has no such key{alike}"
        fix = f"add {lost.key} to {lost.object}, or correct the key in {workload(observed, pod)}{back}"
    upstream: frozenset[Reference] = frozenset((lost.object,))
    if source is not None:
        upstream |= {source.object}
        if found is None:
            evidence.append(Evidence(source.object, f"{source.sentence}, and would write it"))
            fix = (
                f"have External Secrets write it again: kubectl annotate externalsecret {source.object.name} "
                f"-n {namespace} force-sync=$(date +%s) --overwrite"
                if source.is_ready
                else f"see why {source.object} does not bring it: kubectl describe externalsecret {source.object.name} "
                f"-n {namespace}"
            )
        elif lost.key and source.keys:
            evidence.append(Evidence(source.object, f"{source.sentence}, but does not fetch {lost.key}"))
            fix = f"add {lost.key} to {source.object} and to its source ({source.origin}){back}"
        else:
            evidence.append(Evidence(source.object, source.sentence))
            fix = f"see why {source.object} does not bring it{back}"
    return Finding(
        code,
        "error",
        workload(observed, pod),
        message[0].upper() + message[1:],
        fix,
        tuple(evidence),
        covers=lineage(observed, pod),
        upstream=upstream - lineage(observed, pod),
        cause=f"{lost.object} {lost.key if found is not None else ''}".strip(),
    )


def _as_the_kubelet_says(observed: Observation, pod: Manifest, container: Container) -> Finding:
    """A container that is not created for a reason that the objects do not show."""
    since = created(pod)
    age = f" for {length(observed.now - since)}" if since else ""
    return Finding(
        "CONTAINER-CONFIGURATION",
        "error",
        workload(observed, pod),
        f"Container {container.name} cannot be created{age}: {container.waiting_message}",
        f"correct what the kubelet names in the template of {workload(observed, pod)}",
        (Evidence(reference(pod), f"{container.waiting}: {container.waiting_message}"),),
        covers=lineage(observed, pod),
    )
