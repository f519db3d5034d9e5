"""The rules of plans, of what is asked before an `up` and of drift, for pages and explanations."""

from collections.abc import Mapping
from functools import cache

import operations.drift
import operations.preflight
import plan
from plan.findings.registry import rules_in
from plan.model.findings import Rule


@cache
def all_rules() -> Mapping[str, Rule]:
    """Every rule by its code."""
    return rules_in(plan, operations.preflight, operations.drift)
