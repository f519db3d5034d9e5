"""Findings from 30 days of usage of running containers: leaks, and limits that are reached."""

from collections.abc import Iterator
from datetime import timedelta

from observation.model import Observation
from observation.objects import Reference, reference
from observation.usage import ContainerUsage
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import Container, containers, is_over, workload
from operations.doctor.rules.containers.memory import leak_of, memory_limit
from plan.model import Manifest
from plan.model.fields import mapping
from plan.model.resources import CPU, MEMORY, read_amount

_AT_LIMIT_DAYS = 5
_SOON = timedelta(days=30)


def usage_findings(observed: Observation) -> Iterator[Finding]:
    """Leaks, limits that were reached for days, and CPU limits that brake."""
    if observed.usage is None:
        return
    places = {(top.namespace, f"{top.kind}/{top.name}", c.name): (top, pod, c) for top, pod, c in _running(observed)}
    for usage in observed.usage.containers:
        place = places.get((usage.namespace, usage.workload, usage.container))
        if place is not None:
            yield from _container(*place, usage)


def _running(observed: Observation) -> Iterator[tuple[Reference, Manifest, Container]]:
    for pod in observed.of("Pod"):
        if not is_over(pod):
            top = workload(observed, pod)
            for each in containers(pod):
                if not each.is_init:
                    yield top, pod, each


def _amount(resource: str, container: Container) -> int:
    stated = mapping(container.wanted, "resources", "limits").get(resource)
    try:
        return read_amount(resource, str(stated)) if stated else 0
    except ValueError:
        return 0


def _container(top: Reference, pod: Manifest, container: Container, usage: ContainerUsage) -> Iterator[Finding]:
    limit = _amount(MEMORY, container) / (1 << 20)
    written = memory_limit(container.wanted)
    leak = leak_of(usage)
    evidence = (
        Evidence(
            top,
            f"{container.name}: {usage.oom_kills} kills for memory and {usage.restarts} restarts in "
            f"{usage.days:g} days",
        ),
    )
    base = Finding(
        "MEMORY-LEAK",
        "warning",
        top,
        "",
        f"report the leak; until then restart it in time: kubectl rollout restart {top.kind.lower()}/{top.name} "
        f"-n {top.namespace}",
        evidence,
        covers=frozenset((top,)),
        upstream=frozenset((top, reference(pod))),
    )
    if leak is not None:
        left = (limit - leak.last) / leak.per_day if limit else None
        when = ""
        if left is not None:
            when = f"; its limit of {written} is reached" + (f" in {round(left)} days" if left >= 1 else "")
        killed = f"; it was killed {usage.oom_kills} times at {written}" if usage.oom_kills else ""
        near = usage.oom_kills or (left is not None and timedelta(days=left) < _SOON)
        yield base._replace(
            severity="warning" if near else "info",
            message=f"The memory of container {container.name} grows by {leak.per_day:.0f} MiB a day, from "
            f"{leak.first:g} to {leak.last:g} MiB in {leak.days} days{when}{killed}",
        )
    elif limit and usage.oom_kills and _days_at(usage, limit) >= _AT_LIMIT_DAYS:
        yield base._replace(
            code="MEMORY-AT-LIMIT",
            message=f"Container {container.name} has been at its memory limit of {written} for "
            f"{_days_at(usage, limit)} days, and was killed {usage.oom_kills} times",
            fix=f"raise its memory limit in {top}, if what it does is wanted",
        )
    cpu = _amount(CPU, container)
    if cpu and usage.cpu.p95 >= 0.95 * cpu:
        yield base._replace(
            code="CPU-LIMIT-BRAKES",
            message=f"Container {container.name} is throttled by its CPU limit of {cpu}m: it uses "
            f"{usage.cpu.p95:g}m at p95",
            fix=f"take the CPU limit of container {container.name} in {top} away, or raise it",
        )


def _days_at(usage: ContainerUsage, limit: float) -> int:
    """Days at the end of the window on which it came within 3 % of its limit."""
    days = 0
    for each in reversed(usage.memory_daily):
        if each < 0.97 * limit:
            break
        days += 1
    return days
