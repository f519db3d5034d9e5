"""Pods that a kubelet evicted, and what used up the node."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from config.quantity import Memory
from observation.model import Observation
from observation.objects import Condition, Reference, condition, is_true, name_of, namespace_of, reference
from observation.times import read_time
from operations.doctor.ages import length, stamp
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import containers, is_over, is_ready, lineage, node_of, phase, ready_of, workload
from operations.doctor.rules.containers.memory import Leak, leak_of, memory_limit, usage_of
from operations.doctor.rules.nodes.node_memory import pressure_of, shares_of, used_by_pods
from plan.model import Manifest
from plan.model.fields import text
from plan.model.resources import MEMORY, read_amount
from plan.wording import gib, listed, plural

_USED = re.compile(r"Container (\S+) was using (\S+?),")
_MANY = 3
_RECENT = timedelta(hours=1)


class Suspect(NamedTuple):
    """A container that nothing keeps from growing."""

    pod: Manifest
    workload: Reference
    container: str
    used: float
    """MiB that it used at most on its last day; 0 where that is not known."""
    leak: Leak | None


def evicted_on(observed: Observation, node: str) -> list[Manifest]:
    """The pods that were evicted from a node and are still listed."""
    return [
        each
        for each in observed.pods_on(node)
        if phase(each) == "Failed" and text(each, "status", "reason") == "Evicted"
    ]


def evicted_at(pod: Manifest) -> datetime | None:
    """When a pod was evicted."""
    for name in ("DisruptionTarget", "Ready"):
        found = condition(pod, name)
        if found and found.since:
            return found.since
    ends = [each.ended_at for each in containers(pod) if each.ended_at]
    return max(ends, default=read_time(text(pod, "status", "startTime")))


def pressure_finding(observed: Observation, node: Manifest, pressure: Condition) -> Finding:
    """The resource that a node runs out of, the evicted pods, and the users of it."""
    name = name_of(node)
    since = pressure.since
    recent = [
        each for each in evicted_on(observed, name) if since is None or (evicted_at(each) or since) >= since - _RECENT
    ]
    age = f" for {length(observed.now - since)}" if since else ""
    evidence = [Evidence(reference(node), f"{pressure.type} is True{age}, {pressure.reason}: {pressure.message}")]
    consequences: list[Evidence] = []
    amounts: dict[Reference, int] = {}
    for pod in recent:
        message = text(pod, "status", "message").strip()
        evidence.append(Evidence(reference(pod), f"Evicted at {stamp(evicted_at(pod))}: {message}"))
        top = observed.top(pod)
        served = "; " + ready_of(observed, top) if ready_of(observed, top) else ""
        consequences.append(Evidence(reference(top), f"{reference(pod)} was evicted from {name}{served}"))
        amounts[reference(top)] = sum(_bytes(each) for _, each in _USED.findall(message))
    taken = sum(amounts.values())
    victims = f"; {plural(len(recent), 'pod')} {'was' if len(recent) == 1 else 'were'} evicted" if recent else ""
    if taken:
        victims += f", which used {gib(taken)} in all"
    base = Finding(
        f"NODE-{pressure.type.removesuffix('Pressure').upper()}-PRESSURE",
        "error",
        reference(node),
        f"{name} has {pressure.type}{age}{victims}",
        f"see what uses it up on {name}",
        tuple(evidence),
        tuple(consequences),
        covers=frozenset(each for pod in recent for each in lineage(observed, pod)),
    )
    match pressure.type:
        case "MemoryPressure":
            return _memory(observed, node, base, taken)
        case "DiskPressure":
            return _disk(observed, node, base, recent)
        case _:
            return base._replace(
                fix=f"find what starts so many processes on {name} (ps -eLf), and set podPidsLimit in the "
                "kubelet's file"
            )


def _bytes(amount: str) -> int:
    try:
        return read_amount(MEMORY, amount)
    except ValueError:
        return 0


def _memory(observed: Observation, node: Manifest, base: Finding, taken: int) -> Finding:
    name = name_of(node)
    suspects = sorted(_suspects(observed, name), key=lambda each: (each.leak is None, -each.used))
    whole = _bytes(text(node, "status", "allocatable", "memory"))
    share = f", of {gib(whole)} allocatable" if taken and whole else ""
    base = base._replace(message=base.message + share)
    grown = next((each for each in suspects if each.leak), None)
    if grown is None:
        big = next((each for each in suspects if each.used * (1 << 20) > whole / 10), None)
        if big is None and (outside := _outside_pods(observed, name, base, whole)) is not None:
            return outside
        if big is None:
            named = [f"{each.workload} ({each.container})" for each in suspects]
            shown = tuple(
                Evidence(each.workload, f"container {each.container} has no memory limit") for each in suspects
            )
            return base._replace(
                message=f"{base.message}; containers without a memory limit are the suspects: {listed(named, 8)}"
                if named
                else base.message,
                fix=f"see what uses the memory of {name}: kubectl top pods -A --containers, and on the node "
                "systemd-cgtop; give containers without a memory limit one",
                evidence=(*base.evidence, *shown),
            )
        grown = big
    growth = ""
    if grown.leak is not None:
        growth = (
            f", grew by {grown.leak.per_day:.0f} MiB a day, from {grown.leak.first:g} to {grown.leak.last:g} MiB in "
            f"{grown.leak.days} days"
        )
    priority = text(grown.pod, "spec", "priorityClassName")
    spared = f" and, being {priority}, is never evicted itself" if priority.startswith("system-") else ""
    used = f"{grown.used / 1024:.1f} GiB"
    return base._replace(
        message=f"{base.message}; {grown.workload} (container {grown.container}) has no memory limit{growth} "
        f"and uses up to {used}{spared}",
        fix=f"restart its pod on {name}: kubectl delete pod {name_of(grown.pod)} -n {namespace_of(grown.pod)}; give "
        f"{grown.workload} a memory limit, and report the leak",
        evidence=(
            *base.evidence,
            Evidence(
                grown.workload, f"container {grown.container} has no memory limit, priority class {priority or 'none'}"
            ),
            Evidence(reference(grown.pod), f"runs on {name}"),
        ),
        covers=base.covers | {grown.workload, reference(grown.pod)},
    )


def _outside_pods(observed: Observation, node: str, base: Finding, whole: int) -> Finding | None:
    """Pressure that its pods do not make, as far as the kubelet or the usage of all of them shows it."""
    shares, used = shares_of(observed, node), used_by_pods(observed, node)
    if shares is not None and shares.is_outside_pods:
        shown = f"{shares}{pressure_of(observed, node)}"
    elif shares is None and used is not None and used < whole // 2:
        shown = f"its pods used {gib(used)} at most on the last day, so kernel and system services use the rest"
    else:
        return None
    return base._replace(
        message=f"{base.message}; {shown}",
        fix=f"on {node}: systemd-cgtop -m, and slabtop for the kernel; systemctl restart kubelet, or containerd, frees "
        "what is theirs; reserve more for them (kubeReserved, systemReserved)",
        evidence=(*base.evidence, Evidence(Reference("Node", None, node), shown)),
    )


def _suspects(observed: Observation, node: str) -> Iterator[Suspect]:
    for pod in observed.pods_on(node):
        if is_over(pod):
            continue
        top = workload(observed, pod)
        for each in containers(pod):
            if each.is_init or memory_limit(each.wanted):
                continue
            usage = usage_of(observed, top, each.name)
            used = usage.memory_daily[-1] if usage and usage.memory_daily else usage.memory.max if usage else 0
            yield Suspect(pod, top, each.name, used, leak_of(usage) if usage else None)


def _disk(observed: Observation, node: Manifest, base: Finding, recent: list[Manifest]) -> Finding:
    name = name_of(node)
    worst: tuple[int, Manifest, str] | None = None
    for pod in recent:
        for container, amount in _USED.findall(text(pod, "status", "message")):
            used = _bytes(amount)
            if worst is None or used > worst[0]:
                worst = used, pod, container
    said = [
        each
        for each in observed.events_of(node)
        if each.reason in ("FreeDiskSpaceFailed", "ImageGCFailed", "EvictionThresholdMet", "InvalidDiskCapacity")
    ]
    evidence = [
        *base.evidence,
        *(Evidence(reference(node), f"event {each.reason}: {each.message}") for each in said[-2:]),
    ]
    fix = f"free the disk of {name} (crictl rmi --prune, journalctl --vacuum-size=1G), or grow it"
    message = base.message
    if worst is not None:
        used, pod, container = worst
        top = workload(observed, pod)
        message += f"; {top} (container {container}) had written {Memory(used)} ({gib(used)}) to it"
        fix = f"give container {container} of {top} a volume for what it writes, or a limit of ephemeral-storage; {fix}"
    return base._replace(message=message, fix=fix, evidence=tuple(evidence))


def eviction_findings(observed: Observation) -> Iterator[Finding]:
    """Evictions without pressure now: those that go on, and limits of a pod's own."""
    by_top: dict[Reference, list[Manifest]] = {}
    for pod in observed.of("Pod"):
        if phase(pod) == "Failed" and text(pod, "status", "reason") in (
            "Evicted",
            "UnexpectedAdmissionError",
            "NodeAffinity",
            "OutOfcpu",
            "OutOfmemory",
        ):
            by_top.setdefault(workload(observed, pod), []).append(pod)
    for top, pods in by_top.items():
        yield from _failed_pods(observed, top, pods)


def _failed_pods(observed: Observation, top: Reference, pods: list[Manifest]) -> Iterator[Finding]:
    newest = max(pods, key=lambda each: str(evicted_at(each)))
    at = evicted_at(newest)
    reason, message = text(newest, "status", "reason"), text(newest, "status", "message").strip()
    manifest = observed.get(top.kind, top.name, top.namespace)
    serving = (
        manifest is not None
        and bool(observed.pods_of(manifest))
        and any(is_ready(p) for p in observed.pods_of(manifest))
    )
    recent = at is not None and observed.now - at < timedelta(days=1)
    own = "ephemeral local storage usage exceeds" in message or "exceeds the limit" in message
    node = observed.get("Node", node_of(newest))
    pressed = node is not None and any(is_true(node, f"{each}Pressure") for each in ("Memory", "Disk", "PID"))
    if pressed and not own:
        return
    again = len(pods) >= _MANY and recent
    evidence = tuple(
        Evidence(
            reference(p),
            f"{text(p, 'status', 'reason')} at {stamp(evicted_at(p))}: {text(p, 'status', 'message').strip()}",
        )
        for p in pods[-4:]
    )
    covers = frozenset(reference(each) for each in pods)
    if not serving or again:
        covers |= lineage(observed, newest)
    if own and recent and (again or not serving or len(pods) > 1):
        yield Finding(
            "EPHEMERAL-LIMIT-EXCEEDED",
            "error" if not serving else "warning",
            top,
            f"Its pods write more than they may and are evicted, {len(pods)} times, the last at {stamp(at)}: {message}",
            f"give {top} a volume for what it writes, or raise the limit that the message names",
            evidence,
            covers=covers,
        )
    elif reason == "UnexpectedAdmissionError" and not serving:
        yield Finding(
            "NODE-REFUSES-POD",
            "error",
            top,
            f"The kubelet of {node_of(newest)} refuses its pods, {len(pods)} times: {message}",
            f"see whether the devices of {node_of(newest)} are healthy, and restart its device plugin",
            evidence,
            covers=covers,
            upstream=frozenset((Reference("Node", None, node_of(newest)),)),
        )
    elif again and not serving:
        yield Finding(
            "EVICTED-AGAIN-AND-AGAIN",
            "error",
            top,
            f"Its pods are evicted again and again, {len(pods)} times, the last at {stamp(at)}: {message}",
            f"request in {top} what it needs, so that it is not evicted first",
            evidence,
            covers=covers,
            upstream=frozenset((Reference("Node", None, node_of(newest)),)),
        )
    else:
        yield Finding(
            "EVICTED-PODS-LEFT",
            "info",
            top,
            f"{plural(len(pods), 'evicted pod')} of it {'is' if len(pods) == 1 else 'are'} still listed, the last of "
            f"{stamp(at)}, and use nothing",
            f"kubectl delete pods -n {top.namespace} --field-selector status.phase=Failed",
            evidence,
        )
