"""Alerts on what the policies should have generated: quotas and LimitRanges of each tier's namespaces."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from config.lab import Lab
from plan.model import Namespace
from plan.tiers.objects import generated_name
from plan.watching.rule import Alert, any_of


def governance_alerts(lab: Lab, namespaces: Iterable[Namespace]) -> Iterator[Alert]:
    """For each tier: quota and LimitRange missing, or other than the tier's row says."""
    with_quota: dict[str, list[str]] = defaultdict(list)
    with_range: dict[str, list[str]] = defaultdict(list)
    for namespace in namespaces:
        if namespace.quota is not None:
            with_quota[namespace.tier].append(namespace.name)
        if namespace.limit_range is not None:
            with_range[namespace.tier].append(namespace.name)
    for tier, row in lab.tiers.items():
        name = generated_name(tier)
        if names := with_quota[tier]:
            hard = f'type="hard",resource="requests.memory",namespace=~"{any_of(names)}",resourcequota="{name}"'
            yield _differs("Quota", tier, names, f"kube_resourcequota{{{hard}}}", int(row.quota.memory))
        if names := with_range[tier]:
            most = f'constraint="max",resource="memory",namespace=~"{any_of(names)}",limitrange="{name}"'
            yield _differs("LimitRange", tier, names, f"kube_limitrange{{{most}}}", int(row.container.max_memory))


def _differs(kind: str, tier: str, names: Iterable[str], series: str, planned: int) -> Alert:
    is_there = f'max by (namespace) (kube_namespace_status_phase{{phase="Active",namespace=~"{any_of(names)}"}}) == 1'
    generated = f"max by (namespace) ({series})"
    return Alert(
        f"{kind}NotAsPlanned",
        f"({is_there} unless on (namespace) {generated}) or on (namespace) ({generated} != {planned})",
        "30m",
        "warning",
        f"the {kind} of {{{{ $labels.namespace }}}} is missing, or not that of tier {tier}",
        "Kyverno generates it and puts it right: see whether its background controller runs, and homelab doctor --lab.",
        (("tier", tier),),
    )
