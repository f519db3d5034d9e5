"""Images that cannot be pulled: what registry and runtime say, and with which credentials they were asked."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from observation.model import Observation
from observation.objects import Reference, namespace_of, reference
from operations.doctor.ages import length
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import Container, containers, is_over, lineage, node_of, ready_of, unready_since, workload
from operations.doctor.rules.containers.secrets import external_secret_of
from plan.model import Manifest
from plan.model.fields import entries, text

_WAITING = frozenset(
    ("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "RegistryUnavailable")
)
Refusal = Literal["unauthorized", "denied", "rate-limit", "not-found", "platform", "certificate", "unreachable", "disk"]
_WORDS: tuple[tuple[Refusal, re.Pattern[str]], ...] = (
    ("rate-limit", re.compile(r"429|toomanyrequests|too many requests|pull rate limit", re.I)),
    ("disk", re.compile(r"no space left on device", re.I)),
    (
        "platform",
        re.compile(r"no match(ing manifest)? for (platform|\w+/\w+)|no matching manifest|exec format error", re.I),
    ),
    (
        "certificate",
        re.compile(r"x509:|certificate (signed|has expired|is not)|server gave HTTP response to HTTPS", re.I),
    ),
    ("unauthorized", re.compile(r"401|unauthorized|authentication required|no basic auth|403 forbidden", re.I)),
    ("denied", re.compile(r"pull access denied|insufficient_scope|authorization failed|denied:", re.I)),
    ("not-found", re.compile(r"not found|manifest unknown|404|does not exist|name unknown", re.I)),
    (
        "unreachable",
        re.compile(
            r"no such host|i/o timeout|connection refused|no route to host|timeout|EOF|server misbehaving", re.I
        ),
    ),
)
"""Errors of registries and containerd. The first that matches counts: a denied pull also says "does not exist"."""


class _Said(NamedTuple):
    refusal: Refusal | None
    words: str


def image_findings(observed: Observation) -> Iterator[Finding]:
    """A finding for each container whose image does not come."""
    for pod in observed.of("Pod"):
        if is_over(pod):
            continue
        for container in containers(pod):
            if container.waiting in _WAITING:
                yield _finding(observed, pod, container)


def registry_of(image: str) -> str:
    """The registry that an image names; without one it is Docker Hub."""
    first, slash, _ = image.partition("/")
    return first if slash and ("." in first or ":" in first or first == "localhost") else "docker.io"


def _said(observed: Observation, pod: Manifest, container: Container) -> _Said:
    """The registry's message: the back-off repeats it, and an event has it where that does not."""
    texts = [container.waiting_message]
    texts += [each.message for each in reversed(observed.events_of(pod)) if each.reason == "Failed"]
    for said in texts:
        for refusal, words in _WORDS:
            if words.search(said.replace(container.image, "")):
                return _Said(refusal, said)
    return _Said(None, texts[0] or container.waiting)


def _finding(observed: Observation, pod: Manifest, container: Container) -> Finding:
    said = _said(observed, pod, container)
    registry = registry_of(container.image)
    top = observed.top(pod)
    since = unready_since(pod)
    age = length(observed.now - since) if since else "some time"
    standing = ready_of(observed, top)
    shown = [
        Evidence(reference(pod), f"container {container.name} waits with {container.waiting}{f' for {age}'}"),
        Evidence(reference(pod), said.words.strip()),
    ]
    if standing:
        shown.append(Evidence(reference(top), standing))
    finding = Finding(
        "IMAGE-NOT-PULLED",
        "error",
        workload(observed, pod),
        f"The image {container.image} of container {container.name} cannot be pulled: {said.words.strip()}",
        f"read what the registry says: kubectl describe pod {pod['metadata']['name']} -n {namespace_of(pod)}",
        tuple(shown),
        covers=lineage(observed, pod),
    )
    match said.refusal:
        case "unauthorized" | "denied":
            return _unauthorized(observed, pod, container, finding, said.refusal)
        case "not-found":
            return finding._replace(
                code="IMAGE-NOT-FOUND",
                message=f"{registry} has no image {container.image} (404, not found): "
                f"the name or the tag of container {container.name} is wrong, or it was never pushed",
                fix=f"write a tag that exists, or push {container.image}{_going_back(observed, pod)}",
            )
        case "rate-limit":
            return finding._replace(
                code="IMAGE-RATE-LIMIT",
                cause=registry,
                message=f"{registry} refuses further pulls of {container.image} for now: 429, its rate limit is "
                "reached",
                fix=f"pull with an account (imagePullSecrets) or through a mirror of {registry}; "
                "the kubelet tries again by itself",
            )
        case "platform":
            return _platform(observed, pod, container, finding)
        case "certificate":
            return finding._replace(
                code="REGISTRY-CERTIFICATE",
                cause=registry,
                message=f"containerd does not trust {registry}, from which {container.image} comes: "
                f"{said.words.strip()}",
                fix=f"renew the certificate of {registry}, or give the nodes its authority (containerd's certs.d)",
            )
        case "unreachable":
            return finding._replace(
                code="REGISTRY-UNREACHABLE",
                cause=registry,
                message=f"{node_of(pod)} does not reach {registry}, from which {container.image} comes: "
                f"{said.words.strip()}",
                fix=f"see whether {registry} runs, and whether {node_of(pod)} resolves its name and reaches its port",
                upstream=frozenset((Reference("Node", None, node_of(pod)),)),
            )
        case "disk":
            return finding._replace(
                code="NODE-DISK-FULL",
                subject=Reference("Node", None, node_of(pod)),
                message=f"The disk of {node_of(pod)} is full: {container.image} does not fit on it",
                fix=f"free the disk of {node_of(pod)} (crictl rmi --prune), or grow it",
                covers=finding.covers,
            )
        case None:
            if container.waiting == "InvalidImageName":
                return finding._replace(
                    code="IMAGE-NAME-INVALID",
                    message=f"{container.image!r} of container {container.name} is no name of an image",
                    fix="write REGISTRY/NAME:TAG, all in lower case",
                )
            if container.waiting == "ErrImageNeverPull":
                return finding._replace(
                    code="IMAGE-NEVER-PULLED",
                    message=f"{node_of(pod)} does not have {container.image}, and imagePullPolicy Never forbids "
                    "to pull it",
                    fix="write imagePullPolicy: IfNotPresent",
                )
            return finding


def _going_back(observed: Observation, pod: Manifest) -> str:
    """How to get the revision before again, for kinds that keep one."""
    top = observed.top(pod)
    if top["kind"] not in ("Deployment", "StatefulSet", "DaemonSet"):
        return ""
    return f"; until then: kubectl rollout undo {top['kind'].lower()}/{top['metadata']['name']} -n {namespace_of(pod)}"


def _platform(observed: Observation, pod: Manifest, container: Container, finding: Finding) -> Finding:
    node = observed.get("Node", node_of(pod))
    architecture = text(node, "status", "nodeInfo", "architecture") if node else "another architecture"
    shown = (Evidence(Reference("Node", None, node_of(pod)), f"its architecture is {architecture}"),)
    return finding._replace(
        code="IMAGE-PLATFORM",
        message=f"There is no {container.image} for {architecture}, the architecture of {node_of(pod)}",
        fix=f"use an image that is built for {architecture}, or keep the pod on other nodes: "
        "nodeSelector kubernetes.io/arch",
        evidence=(*finding.evidence, *shown),
    )


def _unauthorized(
    observed: Observation, pod: Manifest, container: Container, finding: Finding, refusal: Refusal
) -> Finding:
    """Which credentials the registry refuses: none, those of a missing Secret, or of one that is no longer valid."""
    registry, namespace = registry_of(container.image), namespace_of(pod)
    named = [text(each, "name") for each in entries(pod, "spec", "imagePullSecrets")]
    secrets = [Reference("Secret", namespace, name) for name in named]
    lost = [
        each for each in secrets if observed.knows("Secret") and observed.get("Secret", each.name, namespace) is None
    ]
    answer = "401 Unauthorized" if "401" in str(finding.message) else "access denied"
    if not named:
        others = [
            reference(each)
            for each in observed.in_namespace("Secret", namespace)
            if text(each, "type") in ("kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg")
        ]
        missing = ", or there is no such image" if refusal == "denied" else ""
        return finding._replace(
            code="IMAGE-UNAUTHORIZED",
            message=f"{registry} answers {answer} for {container.image}: the pod names no pull secret{missing}",
            fix=f"name a Secret with credentials for {registry} in imagePullSecrets"
            + (f", for example {others[0]}" if others else ""),
            evidence=(*finding.evidence, *(Evidence(each, "is a pull secret of this namespace") for each in others)),
        )
    if lost:
        return finding._replace(
            code="PULL-SECRET-MISSING",
            cause=str(lost[0]),
            message=f"{registry} answers {answer} for {container.image}: the pull secret {lost[0]} does not exist",
            fix=f"create {lost[0]}, of type kubernetes.io/dockerconfigjson, with credentials for {registry}",
            evidence=(*finding.evidence, Evidence(lost[0], "does not exist")),
            upstream=frozenset(lost),
        )
    evidence = [*finding.evidence, *(Evidence(each, "is the pull secret, and exists") for each in secrets)]
    source = external_secret_of(observed, secrets[0])
    if source is None:
        remedy = f"put valid credentials for {registry} into {secrets[0]}, then delete the pod"
    else:
        evidence.append(Evidence(source.object, source.sentence))
        remedy = (
            f"put valid credentials for {registry} into {source.origin}; {source.object} brings them"
            f"{f' within {source.interval}' if source.interval else ''}, then delete the pod"
        )
    return finding._replace(
        code="PULL-SECRET-REFUSED",
        cause=str(secrets[0]),
        message=f"{registry} answers {answer}: it refuses the credentials in {secrets[0]} with which "
        f"{container.image} is pulled; they have expired or were changed",
        fix=remedy,
        evidence=tuple(evidence),
        upstream=frozenset((source.object,) if source and not source.is_ready else ()),
    )
