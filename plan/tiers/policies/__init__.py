"""The Kyverno policies that hold the tiers up, for what the program writes and for what people make by hand.

All are `policies.kyverno.io/v1`. Those on pods find nothing to change or refuse in what the program writes:
it writes the final form itself, since a mutation of it would be drift for ever. Hence none of them holds a
request up while Kyverno is away, as it is after a power cut: limit ranges and quotas are the API server's own
and hold meanwhile, and what Kyverno missed of namespaces it makes up for.
"""

from collections.abc import Iterable

from config.lab import Lab
from plan.model import Manifest, Tier
from plan.tiers.policies.gpu import gpu_policies
from plan.tiers.policies.namespaces import govern_namespaces, label_namespaces
from plan.tiers.policies.pods import (
    cap_cpu_requests,
    default_priority,
    refuse_cpu_limits,
    require_guaranteed_memory,
    require_memory_limits,
    require_requests,
)


def plan_policies(lab: Lab, tiers: Iterable[Tier]) -> tuple[Manifest, ...]:
    """All policies of a lab; none where nothing enforces them."""
    if lab.cluster.platform.policy_engine is None:
        return ()
    tiers = tuple(tiers)
    return (
        *([label_namespaces(lab)] if lab.cluster.platform.tier_of_namespaces == "label or prefix" else []),
        *govern_namespaces(tiers, lab.cluster.platform.tier_label),
        default_priority(tiers, lab),
        *refuse_cpu_limits(lab),
        require_requests(lab),
        require_memory_limits(lab),
        *require_guaranteed_memory(lab),
        *cap_cpu_requests(lab),
        *gpu_policies(lab),
    )
