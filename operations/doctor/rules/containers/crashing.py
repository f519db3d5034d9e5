"""Containers that end again and again: for memory, by a probe, or by themselves."""

from collections.abc import Iterator
from datetime import timedelta

from observation.events import Event
from observation.model import Observation
from observation.objects import Reference, condition, created, namespace_of, reference
from observation.times import read_time
from operations.doctor.ages import length, stamp
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
    where,
    workload,
)
from operations.doctor.revisions import Previous, previous
from operations.doctor.rules.containers.dependencies import needs
from operations.doctor.rules.containers.last_words import explained
from operations.doctor.rules.containers.memory import oom_finding
from operations.doctor.rules.containers.probes import shown_probe
from operations.doctor.rules.containers.starting import patience_of
from plan.model import Manifest
from plan.model.fields import Fields, mapping, text, values

_FEW = 3
"""Restarts below which a container may have waited for something once."""
_OFTEN = timedelta(days=3)
"""A container that is killed for memory more seldom than this, on average, is not killed now."""
_TODAY = timedelta(days=1)
_REBOOTED = 255
"""Exit code of what a reboot of the node ended."""
_SIGKILL, _SIGTERM = 137, 143
_MEANINGS = {
    0: "it ended without an error, and is started again: its command does not stay",
    126: "the command may not be executed (126)",
    127: "the command was not found in the image (127)",
    132: "it ran an instruction that its processor does not offer (132, SIGILL): the image is built for newer ones, or "
    "the machine's CPU type hides what the host has",
    134: "it aborted (134)",
    135: "it met a bus error (135): a mapped file was cut off, or its disk or shared memory is full",
    136: "it met an arithmetic error (136)",
    139: "it broke off with a memory access error (139)",
}


def crash_findings(observed: Observation) -> Iterator[Finding]:
    """A finding for each container that ends again and again."""
    for pod in observed.of("Pod"):
        if is_over(pod):
            continue
        for container in containers(pod):
            if _cannot_start(container):
                yield _not_started(observed, pod, container)
            elif is_crashing(observed, pod, container):
                yield _crash(observed, pod, container)


def _cannot_start(container: Container) -> bool:
    stuck = ("RunContainerError", "CreateContainerError", "StartError", "PostStartHookError")
    started = text(container.ended, "reason") in ("StartError", "ContainerCannotRun") and bool(container.waiting)
    return container.waiting in stuck or started


def is_crashing(observed: Observation, pod: Manifest, container: Container) -> bool:
    """Whether it is still at it. A container that now runs longer than twice its last run has come right."""
    begun = read_time(text(pod, "status", "startTime")) or created(pod)
    if container.waiting == "CrashLoopBackOff":
        return not (is_young(observed, begun) and container.restarts < _FEW)
    if not container.restarts or not container.ended or container.exit_code == _REBOOTED:
        return False
    last, since = container.last_run, container.running_since
    if container.is_init and container.is_ready:
        return False
    age, up = observed.age(begun), observed.age(since)
    if last is None or age is None or (up is not None and up > max(2 * last, timedelta(minutes=10))):
        return False
    interval = age / container.restarts
    if text(container.ended, "reason") == "OOMKilled":
        again = interval <= _OFTEN or last < timedelta(hours=2)
        return (container.restarts >= 2 and again) or (container.restarts >= _FEW and is_young(observed, since, _TODAY))
    return (
        container.restarts >= _FEW
        and (interval <= timedelta(days=1) or last < timedelta(hours=2))
        and (not _came_up(observed, pod))
    )


def _came_up(observed: Observation, pod: Manifest) -> bool:
    """Whether its node became Ready only now: everything on it starts, and some things more than once."""
    node = observed.get("Node", node_of(pod))
    ready = condition(node, "Ready") if node else None
    return ready is not None and ready.status == "True" and is_young(observed, ready.since, timedelta(minutes=30))


def _base(observed: Observation, pod: Manifest, container: Container) -> Finding:
    top = observed.top(pod)
    evidence: list[Evidence] = []
    if standing := ready_of(observed, top):
        evidence.append(Evidence(reference(top), standing))
    if said := text(container.ended, "message").strip():
        evidence.append(Evidence(reference(pod), f"container {container.name} left the message: {said[-300:]}"))
    return Finding(
        "CONTAINER-CRASHES",
        "error",
        workload(observed, pod),
        "",
        "",
        tuple(evidence),
        covers=lineage(observed, pod),
        upstream=frozenset((Reference("Node", None, node_of(pod)), reference(pod))),
    )


def _not_started(observed: Observation, pod: Manifest, container: Container) -> Finding:
    ended = text(container.ended, "message")
    said = ended if container.waiting == "CrashLoopBackOff" and ended else container.waiting_message or ended
    base = _base(observed, pod, container)
    code, fix = "CONTAINER-NOT-STARTED", f"correct the command or the mounts of container {container.name}"
    if "executable file not found" in said or "no such file or directory" in said:
        code = "COMMAND-NOT-FOUND"
        command = " ".join(
            str(each) for each in (*values(container.wanted, "command"), *values(container.wanted, "args"))
        )
        fix = f"correct command and args of container {container.name}" + (f" ({command})" if command else "")
    shown = f"container {container.name}: {container.waiting or 'StartError'}, {said.strip()}"
    finding = _with(base, reference(pod), shown)._replace(
        code=code,
        message=f"Container {container.name} ({container.image}) cannot be started: {said.strip()}",
        fix=fix,
    )
    return _with_changes(observed, pod, explained(finding, observed, pod, container, said), container)


def _crash(observed: Observation, pod: Manifest, container: Container) -> Finding:
    base = _base(observed, pod, container)
    if text(container.ended, "reason") == "OOMKilled":
        return oom_finding(observed, pod, container, base)
    base = _with(base, reference(pod), _how(observed, container))
    kill = _killed_by_probe(observed, pod, container)
    if kill is not None:
        return _with_changes(observed, pod, _probe_kills(observed, pod, container, base, kill), container)
    code = container.exit_code
    meaning = _MEANINGS.get(code, f"it exits with code {code}")
    what = "Init container" if container.is_init else "Container"
    pod_name, namespace = pod["metadata"]["name"], namespace_of(pod)
    message = f"{what} {container.name} ({container.image}) crashes{where(observed, pod)}, "
    message += f"{container.restarts} restarts: {meaning}"
    if left := text(container.ended, "message").strip():
        message += f"; it said: {left[-300:]}"
    finding = base._replace(
        message=message,
        fix=f"read why: kubectl logs {pod_name} -n {namespace} -c {container.name} --previous",
        upstream=base.upstream | needs(observed, pod, container),
    )
    finding = explained(finding, observed, pod, container, text(container.ended, "message"))
    return _with_changes(observed, pod, finding, container)


def _how(observed: Observation, container: Container) -> str:
    last = f", after {length(container.last_run)}" if container.last_run else ""
    state = f"waits with {container.waiting}" if container.waiting else "runs again"
    reason = text(container.ended, "reason") or "Error"
    return (
        f"container {container.name} {state}; it ended at {stamp(container.ended_at)}{last}, {reason}, "
        f"exit code {container.exit_code}, {container.restarts} restarts"
    )


def _with(finding: Finding, about: Reference, shows: str) -> Finding:
    return finding._replace(evidence=(*finding.evidence, Evidence(about, shows)))


def _killed_by_probe(observed: Observation, pod: Manifest, container: Container) -> tuple[str, Event | None] | None:
    """The probe for which the kubelet ends a container: it says so, or every sign points to it."""
    for event in reversed(observed.events_of(pod)):
        for kind in ("liveness", "startup"):
            said = event.message.lower()
            if (
                event.reason in ("Killing", "Unhealthy")
                and f"{kind} probe" in said
                and _is_about(event, pod, container)
            ):
                return f"{kind}Probe", _unhealthy(observed, pod, kind) or event
    if container.exit_code not in (_SIGKILL, _SIGTERM):
        return None
    probe = next((k for k in ("startupProbe", "livenessProbe") if mapping(container.wanted, k)), None)
    if container.has_started and mapping(container.wanted, "livenessProbe"):
        probe = "livenessProbe"
    return (probe, None) if probe and _lasts_as_long(container, mapping(container.wanted, probe)) else None


def _is_about(event: Event, pod: Manifest, container: Container) -> bool:
    """Whether an event means this container: of several, it names one."""
    return container.name in event.message or len(list(containers(pod))) == 1 or event.reason == "Unhealthy"


def _unhealthy(observed: Observation, pod: Manifest, kind: str) -> Event | None:
    said = [each for each in observed.events_of(pod) if each.reason == "Unhealthy" and kind in each.message.lower()]
    return said[-1] if said else None


def _lasts_as_long(container: Container, probe: Fields) -> bool:
    """Whether each run ends about when the probe would end it, the grace period included."""
    last, patience = container.last_run, patience_of(probe)
    return last is not None and patience * 0.6 <= last <= patience + timedelta(seconds=75)


def _probe_kills(
    observed: Observation, pod: Manifest, container: Container, base: Finding, kill: tuple[str, Event | None]
) -> Finding:
    kind, event = kill
    probe = mapping(container.wanted, kind)
    word = "liveness" if kind == "livenessProbe" else "startup"
    asks = shown_probe(probe, container)
    said = f": {event.message.strip()}" if event else ""
    evidence = [*base.evidence, Evidence(reference(pod), f"{kind} of container {container.name}: {asks}")]
    if event:
        evidence.append(Evidence(reference(pod), f"event {event.reason}, {event.times} times: {event.message.strip()}"))
    hint = f"; it gives up after {length(patience_of(probe))}"
    return base._replace(
        code=f"{word.upper()}-PROBE-KILLS",
        message=f"The kubelet ends container {container.name} again and again ({container.restarts} restarts, "
        f"exit code {container.exit_code}), because its {word} probe fails ({asks}{hint}){said}",
        fix=f"correct the {kind} of container {container.name} in {base.subject}: path, port, timeoutSeconds, or "
        + ("a higher failureThreshold" if word == "startup" else "a startupProbe that gives it time"),
        evidence=tuple(evidence),
        upstream=base.upstream | needs(observed, pod, container),
    )


def _with_changes(observed: Observation, pod: Manifest, finding: Finding, container: Container) -> Finding:
    """The finding with the changes of the newest revision, where the one before is still known."""
    owner = template_owner(observed, pod)
    before = previous(observed, owner) if owner else None
    if before is None or not before.changes or not _is_newest(observed, pod, before):
        return finding
    evidence = [Evidence(before.object, f"the revision before; since then: {each}") for each in before.changes[:6]]
    undo = f"kubectl rollout undo {finding.subject.kind.lower()}/{finding.subject.name} -n {finding.subject.namespace}"
    own = [str(each) for each in before.changes if f".{container.name}." in each.field]
    note = f"; the newest revision changed {', '.join(own[:3])}" if own else ""
    return finding._replace(
        message=finding.message + note,
        evidence=(*finding.evidence, *evidence),
        fix=f"{finding.fix}; or go back: {undo}",
    )


def _is_newest(observed: Observation, pod: Manifest, before: Previous) -> bool:
    above = observed.controller(pod)
    return above is not None and reference(above) != before.object
