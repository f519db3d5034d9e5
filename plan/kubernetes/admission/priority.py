"""The priority of a pod."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from config.lab import Lab
from plan.kubernetes.admission.policies import governing_tier
from plan.model import Namespace, Pod
from plan.model.fields import number, text
from plan.model.resources import NODE_CRITICAL_PRIORITY
from plan.tiers.objects import SYSTEM_CRITICAL_PRIORITY

NEVER, PREEMPTS = "Never", "PreemptLowerPriority"


class PriorityClass(NamedTuple):
    """A priority class, as far as it matters to its pods."""

    value: int
    preempts: bool = True


_SYSTEM: Mapping[str, PriorityClass] = {
    "system-cluster-critical": PriorityClass(SYSTEM_CRITICAL_PRIORITY),
    "system-node-critical": PriorityClass(NODE_CRITICAL_PRIORITY),
}


def priority_classes(lab: Lab) -> dict[str, PriorityClass]:
    """The priority classes of a lab: those of its tiers, those that services state as objects, and Kubernetes' own."""
    stated = {
        each.name: PriorityClass(number(each.content, "value"), text(each.content, "preemptionPolicy") != NEVER)
        for each in lab.objects_by_kind.get("PriorityClass", ())
    }
    tiers = {name: PriorityClass(tier.priority, tier.preempts) for name, tier in lab.tiers.items()}
    return {**stated, **tiers, **_SYSTEM}


class PriorityRefused(Exception):
    """The pod names a priority class that there is not, or states itself what its class says; the message is the API
    server's."""


def with_priority(
    lab: Lab, namespace: Namespace, spec: Mapping[str, Any], pod: Pod, *, classes_of_others: bool
) -> tuple[str, Pod]:
    """The pod's priority class and the pod with its value; one that names none gets its tier's, by the policy, after
    the API server has given it none. Raises PriorityRefused; with `classes_of_others`, not for a class that no file
    states: its value is not known, and counts as 0.
    """
    classes = priority_classes(lab)
    stated = spec.get("priorityClassName") or ""
    if stated and stated not in classes and not classes_of_others:
        raise PriorityRefused(f"no PriorityClass with name {stated} was found")
    own = classes.get(stated, PriorityClass(0))
    computed = own.value
    if spec.get("priority", computed) != computed:
        raise PriorityRefused(
            f"the integer value of priority ({spec['priority']}) must not be provided in pod spec; priority admission "
            f"controller computed {computed} from the given PriorityClass name"
        )
    policy = PREEMPTS if own.preempts else NEVER
    if spec.get("preemptionPolicy", policy) != policy:
        raise PriorityRefused(
            f"the string value of PreemptionPolicy ({spec['preemptionPolicy']}) must not be provided in pod spec; "
            f"priority admission controller computed {policy} from the given PriorityClass name"
        )
    priority_class = stated or governing_tier(lab, namespace) or ""
    return priority_class, pod._replace(priority=classes.get(priority_class, PriorityClass(0)).value)
