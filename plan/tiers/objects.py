"""From a row of `tiers.yaml`: the PriorityClass, the LimitRange and the ResourceQuota."""

from collections.abc import Iterator, Mapping

from config.lab import Lab
from config.tier import Tier as TierRow
from plan.model import Edit, Finding, Manifest, Remedy, Tier
from plan.model.findings import Rule
from plan.model.metadata import MANAGED_BY_LABEL, manifest
from plan.wording import listed

SHUTDOWN_TOO_SHORT = Rule(
    "SHUTDOWN-TOO-SHORT",
    "warning",
    title="A machine is switched off before its pods have ended",
    meaning=(
        "At shutdown the kubelet ends pods tier by tier, each tier with its grace period. Proxmox waits "
        "down_seconds and then switches the machine off: databases that still write are cut."
    ),
    remedy="Raise down_seconds of the machine, or shorten shutdown_grace_seconds of a tier.",
)


SYSTEM_CRITICAL_GRACE_SECONDS = 10
"""Left for Kubernetes' own pods at the end of a node's shutdown."""

SYSTEM_CRITICAL_PRIORITY = 2_000_000_000

_GENERATED = {MANAGED_BY_LABEL: "kyverno"}


def plan_tiers(lab: Lab) -> tuple[Tier, ...]:
    """The tiers, in the order of the file."""
    return tuple(plan_tier(name, row) for name, row in lab.tiers.items())


def plan_tier(name: str, row: TierRow) -> Tier:
    """One tier, of its row."""
    return Tier(name, row.priority, _priority_class(name, row), _limit_range(name, row), _quota(name, row))


def generated_name(tier: str) -> str:
    """Of the LimitRange and the ResourceQuota in the namespaces of a tier."""
    return f"tier-{tier}"


def _priority_class(name: str, row: TierRow) -> Manifest:
    return manifest(
        "scheduling.k8s.io/v1",
        "PriorityClass",
        name,
        value=row.priority,
        preemptionPolicy="PreemptLowerPriority" if row.preempts else "Never",
        description=row.description,
    )


def _limit_range(tier: str, row: TierRow) -> Manifest:
    """Never `default.cpu` or `max.cpu`: the API server would turn both into a CPU limit of every container."""
    memory = str(row.container.default_memory)
    limit = {
        "type": "Container",
        "default": {"memory": memory},
        "defaultRequest": {"cpu": str(row.container.default_cpu_request), "memory": memory},
        "max": {"memory": str(row.container.max_memory)},
    }
    if row.container.max_memory_ratio is not None:
        limit["maxLimitRequestRatio"] = {"memory": str(row.container.max_memory_ratio)}
    return manifest("v1", "LimitRange", generated_name(tier), labels=_GENERATED, spec={"limits": [limit]})


def _quota(tier: str, row: TierRow) -> Manifest:
    """On what the tier states. A quota on `limits.cpu` would stop every pod that has no CPU limit."""
    stated = {
        "requests.cpu": row.quota.cpu,
        "requests.memory": row.quota.memory,
        "pods": row.quota.pods,
        "limits.memory": row.quota.memory_limits,
        "requests.ephemeral-storage": row.quota.ephemeral_storage,
    }
    spec: Manifest = {"hard": {field: str(amount) for field, amount in stated.items() if amount is not None}}
    if row.quota.priority_classes:
        counted = {"scopeName": "PriorityClass", "operator": "In", "values": list(row.quota.priority_classes)}
        spec["scopeSelector"] = {"matchExpressions": [counted]}
    return manifest("v1", "ResourceQuota", generated_name(tier), labels=_GENERATED, spec=spec)


def shutdown_grace_periods(tiers: Mapping[str, TierRow]) -> list[dict[str, int]]:
    """The kubelet's `shutdownGracePeriodByPodPriority`: one entry per priority value, lowest first.

    A pod belongs to the highest entry that is not above its priority, and a pod below all of them to the lowest.
    """
    rows = sorted(tiers.values(), key=lambda row: row.priority)
    periods = {row.priority: row.shutdown_grace_seconds for row in rows}
    periods[SYSTEM_CRITICAL_PRIORITY] = SYSTEM_CRITICAL_GRACE_SECONDS
    return [{"priority": value, "shutdownGracePeriodSeconds": seconds} for value, seconds in periods.items()]


def shutdown_seconds(tiers: Mapping[str, TierRow]) -> int:
    """Seconds that all pods of a node have together before it is switched off."""
    return sum(period["shutdownGracePeriodSeconds"] for period in shutdown_grace_periods(tiers))


def shutdown_findings(lab: Lab) -> Iterator[Finding]:
    """Machines that are switched off before their pods have had their time: one cause, reported once."""
    needed = shutdown_seconds(lab.tiers)
    short = {
        name: machine.start
        for name, machine in lab.machines.items()
        if machine.role != "appliance" and machine.start.down_seconds < needed
    }
    if not short:
        return
    by_seconds: dict[int, list[str]] = {}
    for name, start in short.items():
        by_seconds.setdefault(start.down_seconds, []).append(name)
    after = ", ".join(
        f"{listed(names)} {'is' if len(names) == 1 else 'are'} switched off after {seconds} s"
        for seconds, names in by_seconds.items()
    )
    change = tuple(
        Edit(("machines", name, "start"), start.model_dump() | {"down_seconds": needed})
        for name, start in short.items()
    )
    words = f"write down_seconds: {needed} for {listed(list(short))}"
    yield SHUTDOWN_TOO_SHORT.finding(
        ("machines", next(iter(short)), "start", "down_seconds"),
        f"{after}, but the tiers' shutdown_grace_seconds add up to {needed} s ({SYSTEM_CRITICAL_GRACE_SECONDS} s for "
        "system pods included): pods that need their time are killed",
        f"{words}, or shorten shutdown_grace_seconds of a tier",
        facts={"machines": tuple(short), "needed_seconds": needed},
        remedies=(Remedy(words, change),),
    )
