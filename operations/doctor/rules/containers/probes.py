"""Containers that run and do not become ready: what their readiness or startup probe asks."""

from collections.abc import Iterator

from observation.model import Observation
from observation.objects import Reference, condition, deleted, namespace_of, reference
from operations.doctor.ages import GRACE, length
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import (
    Container,
    containers,
    is_over,
    is_young,
    lineage,
    node_of,
    ready_of,
    template_owner,
    workload,
)
from operations.doctor.revisions import previous
from operations.doctor.rules.containers.dependencies import needs
from operations.doctor.rules.containers.starting import patience_of
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, number, text, value, values


def readiness_findings(observed: Observation) -> Iterator[Finding]:
    """A finding for each container that has run for long and still does not serve."""
    for pod in observed.of("Pod"):
        ready = condition(pod, "Ready")
        if is_over(pod) or deleted(pod) or ready is None or ready.status == "True":
            continue
        for container in containers(pod):
            if container.is_init or container.is_ready or container.running_since is None:
                continue
            probe = mapping(container.wanted, "readinessProbe")
            patience = GRACE
            if not container.has_started:
                probe = mapping(container.wanted, "startupProbe") or probe
                patience = max(GRACE, patience_of(mapping(container.wanted, "startupProbe")))
            if probe and not is_young(observed, container.running_since, patience):
                yield _not_ready(observed, pod, container, probe)


def shown_probe(probe: Fields, container: Container) -> str:
    """The question of a probe, in a few words."""
    timeout = f", timeout {number(probe, 'timeoutSeconds', default=1)} s"
    http = mapping(probe, "httpGet")
    if http:
        scheme = text(http, "scheme") or "HTTP"
        return f"{scheme} GET {text(http, 'path') or '/'} on port {text(http, 'port')}{timeout}"
    if tcp := mapping(probe, "tcpSocket"):
        return f"TCP port {text(tcp, 'port')}{timeout}"
    if grpc := mapping(probe, "grpc"):
        return f"gRPC on port {text(grpc, 'port')}{timeout}"
    command = " ".join(str(each) for each in values(probe, "exec", "command"))
    return f"command {command}{timeout}"


def _port_of(probe: Fields) -> object:
    for kind in ("httpGet", "tcpSocket", "grpc"):
        if (port := value(probe, kind, "port")) is not None:
            return port
    return None


def _undeclared(probe: Fields, container: Container) -> str:
    """That a probe asks at a port that the container does not name, if it names any."""
    ports = entries(container.wanted, "ports")
    port = _port_of(probe)
    declared = [number(each, "containerPort") for each in ports]
    names = [text(each, "name") for each in ports]
    if port is None or not ports or port in declared or port in names:
        return ""
    return f"port {port} is none of its own, which {'is' if len(declared) == 1 else 'are'} " + ", ".join(
        map(str, declared)
    )


def _not_ready(observed: Observation, pod: Manifest, container: Container, probe: Fields) -> Finding:
    top = observed.top(pod)
    ready = condition(pod, "Ready")
    since = ready.since if ready else None
    age = f" for {length(observed.now - since)}" if since else ""
    asks, wrong = shown_probe(probe, container), _undeclared(probe, container)
    said = [each for each in observed.events_of(pod) if each.reason == "Unhealthy" and "iveness" not in each.message]
    evidence = [Evidence(reference(pod), f"container {container.name} runs and is not ready{age}; its probe: {asks}")]
    if said:
        evidence.append(
            Evidence(reference(pod), f"event Unhealthy, {said[-1].times} times: {said[-1].message.strip()}")
        )
    if standing := ready_of(observed, top):
        evidence.append(Evidence(reference(top), standing))
    if wrong:
        evidence.append(Evidence(reference(pod), f"{wrong} (containerPort of {container.name})"))
    changed = ""
    owner = template_owner(observed, pod)
    before = previous(observed, owner) if owner else None
    above = observed.controller(pod)
    if before and above is not None and reference(above) != before.object:
        evidence += [Evidence(before.object, f"the revision before; since then: {each}") for each in before.changes[:6]]
        probes = [str(each) for each in before.changes if "Probe" in each.field]
        changed = f"; the newest revision changed {', '.join(probes[:2])}" if probes else ""
    words = f": {said[-1].message.strip()}" if said else ""
    code = "READINESS-PORT-WRONG" if wrong else "READINESS-FAILS" if container.has_started else "STARTUP-FAILS"
    message = f"Container {container.name} runs{age} without becoming ready, as its probe fails ({asks})"
    return Finding(
        code,
        "error",
        workload(observed, pod),
        f"{message}{f'; {wrong}' if wrong else ''}{changed}{words}",
        f"correct the probe of container {container.name} in {workload(observed, pod)}"
        if wrong or changed
        else f"see what it says: kubectl logs {pod['metadata']['name']} -n {namespace_of(pod)} -c {container.name}",
        tuple(evidence),
        covers=lineage(observed, pod),
        upstream=needs(observed, pod, container) | {Reference("Node", None, node_of(pod))},
    )
