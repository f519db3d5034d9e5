"""Policies on namespaces: the tier's label, and what each tier's namespaces get."""

import json
from collections.abc import Iterable, Mapping

from config.lab import Lab
from plan.model import Manifest, Tier
from plan.model.metadata import LIMIT_RANGE_LABEL, OPT_OUT, QUOTA_LABEL, TIER_LABEL
from plan.tiers.policies.kyverno import NEVER_IN_THE_WAY, label_of, policy, resource_rules


def label_namespaces(lab: Lab) -> Manifest:
    """New namespaces are labelled as they come, existing ones by the background controller; for these Kyverno
    looks at the conditions on targets alone."""
    label, tiers = lab.cluster.platform.tier_label, ", ".join(f"'{tier}'" for tier in lab.tiers)
    has_the_prefix = {
        "name": "has-the-prefix-of-a-tier",
        "expression": f"[{tiers}].exists(tier, object.metadata.name.startsWith(tier + '-')\n"
        f"&& {label_of(label)} != tier)",
    }
    return policy(
        "MutatingPolicy",
        "tier-label",
        "Label of the tier",
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
                        f"Object.metadata.labels{{{label}: variables.tiers[0]}}}}}}"
                    },
                }
            ],
        },
    )


def govern_namespaces(tiers: Iterable[Tier], label: str = TIER_LABEL) -> tuple[Manifest, ...]:
    """The LimitRange and the ResourceQuota of a namespace are those of its tier, which is in its `label`."""
    tiers = tuple(tiers)
    return (
        _generate("limit-range", {tier.name: tier.limit_range for tier in tiers}, label, LIMIT_RANGE_LABEL),
        _generate("resource-quota", {tier.name: tier.quota for tier in tiers}, label, QUOTA_LABEL),
    )


def _generate(name: str, contents: Mapping[str, Manifest], label: str, opt_out: str) -> Manifest:
    """`contents` is what a namespace gets, by tier. One policy for all tiers, and what it makes is named after the
    tier: of policies for one tier each, that of the old one deletes what that of the new one made when a namespace
    changes its tier; and an object that is changed instead of replaced is sometimes taken for edited, and set back.

    Synchronised: an edited or deleted object comes back, and an edit of the policy reaches it. Should the
    policy itself be deleted, what it generated stays: quotas must not vanish for a moment. Requests of Kyverno's
    background controller count: it is the one that labels existing namespaces.

    Conditions instead of a selector, which would match the namespace as it was, too: what was generated goes when
    a namespace opts out."""
    kind: str = next(iter(contents.values()))["kind"]
    by_tier = ",\n".join(f"'{tier}': {_cel(content)}" for tier, content in contents.items())
    return policy(
        "GeneratingPolicy",
        name,
        f"{kind} of the tier",
        f"A namespace gets the {kind} of its tier. Opt out with the label {opt_out}: {OPT_OUT}.",
        {
            "evaluation": {
                "synchronize": {"enabled": True},
                "generateExisting": {"enabled": True},
                "orphanDownstreamOnPolicyDelete": {"enabled": True},
                "skipBackgroundRequests": False,
            },
            "matchConstraints": {"resourceRules": resource_rules("namespaces", "CREATE", "UPDATE")},
            "matchConditions": [
                {"name": "is-of-a-tier", "expression": f"{label_of(label)} in {list(contents)}"},
                {"name": "has-not-opted-out", "expression": f"{label_of(opt_out)} != '{OPT_OUT}'"},
            ],
            "variables": [
                {"name": "content", "expression": f"{{\n{by_tier}\n}}[object.metadata.labels['{label}']]"},
            ],
            "generate": [{"expression": "generator.Apply(object.metadata.name, variables.content)"}],
        },
    )


def _cel(content: Manifest) -> str:
    """A list of one object as a CEL expression, with a line for each field."""
    fields = ",\n".join(f'  "{key}": {json.dumps(value)}' for key, value in content.items())
    return f"[{{\n{fields}\n}}]"
