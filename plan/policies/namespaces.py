"""Policies on namespaces: the tier's label, and what each tier's namespaces get."""

import json

from config.lab import Lab
from plan.metadata import LIMIT_RANGE_LABEL, OPT_OUT, QUOTA_LABEL, TIER_LABEL
from plan.model import Manifest, Tier
from plan.policies.kyverno import NEVER_IN_THE_WAY, label_of, policy, resource_rules


def label_namespaces(lab: Lab) -> Manifest:
    """New namespaces are labelled as they come, existing ones by the background controller; for these Kyverno
    looks at the conditions on targets alone."""
    tiers = ", ".join(f"'{tier}'" for tier in lab.tiers)
    has_the_prefix = {
        "name": "has-the-prefix-of-a-tier",
        "expression": f"[{tiers}].exists(tier, object.metadata.name.startsWith(tier + '-') "
        f"&& {label_of(TIER_LABEL)} != tier)",
    }
    return policy(
        "MutatingPolicy",
        "tier-label",
        "A namespace whose name begins with a tier belongs to that tier: it gets the label that all other rules match.",
        {
            **NEVER_IN_THE_WAY,
            "evaluation": {"mutateExisting": {"enabled": True}},
            "matchConstraints": {"resourceRules": resource_rules("namespaces", "CREATE", "UPDATE")},
            "variables": [
                {"name": "tiers", "expression": f"[{tiers}].filter(tier, object.metadata.name.startsWith(tier + '-'))"}
            ],
            "matchConditions": [has_the_prefix],
            "targetMatchConditions": [has_the_prefix],
            "mutations": [
                {
                    "patchType": "ApplyConfiguration",
                    "applyConfiguration": {
                        "expression": "Object{metadata: Object.metadata{labels: "
                        f"Object.metadata.labels{{{TIER_LABEL}: variables.tiers[0]}}}}}}"
                    },
                }
            ],
        },
    )


def govern_namespaces(tier: Tier) -> tuple[Manifest, ...]:
    """The LimitRange and the ResourceQuota of a tier's namespaces."""
    return (
        _generate(tier, "limit-range", tier.limit_range, LIMIT_RANGE_LABEL),
        _generate(tier, "resource-quota", tier.quota, QUOTA_LABEL),
    )


def _generate(tier: Tier, kind: str, content: Manifest, opt_out: str) -> Manifest:
    """Synchronised: an edited or deleted object comes back, and an edit of the policy reaches it. Should the
    policy itself be deleted, what it generated stays: quotas must not vanish for a moment. Requests of Kyverno's
    background controller count: it is the one that labels existing namespaces.

    Conditions instead of a selector, which would match the namespace as it was, too: what was generated goes when
    a namespace opts out."""
    return policy(
        "GeneratingPolicy",
        f"{kind}-{tier.name}",
        f"Namespaces of tier {tier.name} get its {content['kind']}. Opt out with the label {opt_out}: {OPT_OUT}.",
        {
            "evaluation": {
                "synchronize": {"enabled": True},
                "generateExisting": {"enabled": True},
                "orphanDownstreamOnPolicyDelete": {"enabled": True},
                "skipBackgroundRequests": False,
            },
            "matchConstraints": {"resourceRules": resource_rules("namespaces", "CREATE", "UPDATE")},
            "matchConditions": [
                {"name": "is-of-the-tier", "expression": f"{label_of(TIER_LABEL)} == '{tier.name}'"},
                {"name": "has-not-opted-out", "expression": f"{label_of(opt_out)} != '{OPT_OUT}'"},
            ],
            "variables": [{"name": "content", "expression": f"[{_cel(content)}]"}],
            "generate": [{"expression": "generator.Apply(object.metadata.name, variables.content)"}],
        },
    )


def _cel(content: Manifest) -> str:
    """An object as a CEL expression; `dyn` because its fields are of different types."""
    return "{" + ", ".join(f'"{key}": dyn({json.dumps(value)})' for key, value in content.items()) + "}"
