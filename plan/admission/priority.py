"""The priority of a pod."""

from collections.abc import Mapping
from typing import Any

from config.lab import Lab
from plan.admission.policies import governing_tier
from plan.model import Namespace, Pod
from plan.tiers import SYSTEM_CRITICAL_PRIORITY

SYSTEM_PRIORITY_CLASSES: Mapping[str, int] = {
    "system-cluster-critical": SYSTEM_CRITICAL_PRIORITY,
    "system-node-critical": SYSTEM_CRITICAL_PRIORITY + 1000,
}


class UnknownPriorityClass(Exception):
    """The pod names a priority class that there is not; the message is the API server's."""


def with_priority(lab: Lab, namespace: Namespace, spec: Mapping[str, Any], pod: Pod) -> tuple[str, Pod]:
    """The pod's priority class and the pod with its value; one that names none gets its tier's, by the policy.

    Raises UnknownPriorityClass.
    """
    values = {**{name: tier.priority for name, tier in lab.tiers.items()}, **SYSTEM_PRIORITY_CLASSES}
    stated = spec.get("priorityClassName") or ""
    if stated and stated not in values:
        raise UnknownPriorityClass(f"no PriorityClass with name {stated} was found")
    priority_class = stated or governing_tier(lab, namespace) or ""
    return priority_class, pod._replace(priority=values.get(priority_class, 0))
