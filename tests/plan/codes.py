"""The codes of rules, read out of the modules that hold them."""

import importlib

from plan.findings.registry import rules_in


def codes_made_in(package: str) -> set[str]:
    """The codes of the rules in a package, for example `plan.live`."""
    return set(rules_in(importlib.import_module(package)))


def codes_of_the_planner() -> set[str]:
    """Codes that a plan may hold; the others in `plan` belong to its comparison with live machines."""
    return codes_made_in("plan") - codes_made_in("plan.live")
