"""The quota of each namespace."""

import htpy as h

from cli.html.tables import table
from plan.cluster.nodes import PODS
from plan.model import NamespaceUse, Plan, Tier
from plan.model.resources import CPU, MEMORY
from plan.wording import cores, gib, percent, plural


def quotas_section(plan: Plan) -> h.Element:
    """The namespaces of each tier, fullest first."""
    return h.section(id="quotas")[
        h.h2["Quotas"],
        h.p(".soft")["Requests against the quota of the namespace's tier, the fullest first."],
        (_tier(plan, tier) for tier in plan.tiers),
    ]


def _tier(plan: Plan, tier: Tier) -> h.Element | None:
    uses = sorted((use for use in plan.capacity.namespaces if use.tier == tier.name), key=_fullest, reverse=True)
    if not uses:
        return None
    worst = uses[0]
    return h.details[
        h.summary[
            h.strong[tier.name],
            f": {plural(len(uses), 'namespace')}; the fullest is {worst.name}, {_fullest(worst):.0%}",
        ],
        table(
            ("namespace", "CPU", "memory", "pods"),
            ((use.name, *_cells(use)) for use in uses),
            numbers=(1, 2, 3),
        ),
    ]


def _fullest(use: NamespaceUse) -> float:
    quota = use.quota or {}
    return max((use.requests.get(name, 0) / hard for name, hard in quota.items() if hard), default=0)


def _cells(use: NamespaceUse) -> tuple[str, ...]:
    quota = use.quota
    if quota is None:
        return ("no quota", "no quota", "no quota")
    shown = ((CPU, cores), (MEMORY, gib), (PODS, str))
    return tuple(
        f"{form(use.requests.get(name, 0))} of {form(quota[name])} ({percent(use.requests.get(name, 0), quota[name])})"
        for name, form in shown
    )
