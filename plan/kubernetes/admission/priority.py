"""The priority of a pod."""

from collections.abc import Mapping
from typing import Any

from config.lab import Lab
from plan.kubernetes.admission.policies import governing_tier
from plan.model import Namespace, Pod
from plan.model.resources import NODE_CRITICAL_PRIORITY
from plan.tiers.objects import SYSTEM_CRITICAL_PRIORITY

SYSTEM_PRIORITY_CLASSES: Mapping[str, int] = {
    "system-cluster-critical": SYSTEM_CRITICAL_PRIORITY,
    "system-node-critical": NODE_CRITICAL_PRIORITY,
}


NEVER, PREEMPTS = "Never", "PreemptLowerPriority"


class PriorityRefused(Exception):
    """The pod names a priority class that there is not, or states itself what its class says; the message is the API
    server's."""


def with_priority(lab: Lab, namespace: Namespace, spec: Mapping[str, Any], pod: Pod) -> tuple[str, Pod]:
    """The pod's priority class and the pod with its value; one that names none gets its tier's, by the policy, after
    the API server has given it none. Raises PriorityRefused.
    """
    values = {**{name: tier.priority for name, tier in lab.tiers.items()}, **SYSTEM_PRIORITY_CLASSES}
    stated = spec.get("priorityClassName") or ""
    if stated and stated not in values:
        raise PriorityRefused(f"no PriorityClass with name {stated} was found")
    computed = values.get(stated, 0)
    if spec.get("priority", computed) != computed:
        raise PriorityRefused(
            f"the integer value of priority ({spec['priority']}) must not be provided in pod spec; priority admission "
            f"controller computed {computed} from the given PriorityClass name"
        )
    never = stated in lab.tiers and not lab.tiers[stated].preempts
    policy = NEVER if never else PREEMPTS
    if spec.get("preemptionPolicy", policy) != policy:
        raise PriorityRefused(
            f"the string value of PreemptionPolicy ({spec['preemptionPolicy']}) must not be provided in pod spec; "
            f"priority admission controller computed {policy} from the given PriorityClass name"
        )
    priority_class = stated or governing_tier(lab, namespace) or ""
    return priority_class, pod._replace(priority=values.get(priority_class, 0))
