"""Policies on pods: their priority, and what their containers may and must state."""

from collections.abc import Iterable, Iterator

from config.lab import Lab
from plan.model import Manifest, Tier
from plan.tiers.policies import sentences
from plan.tiers.policies.kyverno import (
    NEVER_IN_THE_WAY,
    PODS_ONLY,
    RESIZE_SUFFIX,
    Judged,
    file_in_cel,
    in_cel,
    no_container,
    policy,
    resource_rules,
    validating,
)


def default_priority(tiers: Iterable[Tier], lab: Lab) -> Manifest:
    """The admission plugin has put priority 0 on the pod by then, so all three fields must be set."""
    values = ", ".join(f"'{tier.name}': {tier.priority}" for tier in tiers)
    label = lab.cluster.platform.tier_label
    preemption = ", ".join(f"'{tier.name}': '{tier.priority_class['preemptionPolicy']}'" for tier in tiers)
    return policy(
        "MutatingPolicy",
        "tier-priority",
        "Priority of the tier",
        "A pod without a priority class gets the one of its tier.",
        {
            **NEVER_IN_THE_WAY,
            "autogen": PODS_ONLY,
            "matchConstraints": {
                "resourceRules": resource_rules("pods", "CREATE"),
                "namespaceSelector": {
                    "matchExpressions": [{"key": label, "operator": "In", "values": list(lab.tiers)}]
                },
            },
            "matchConditions": [
                {"name": "has-no-priority-class", "expression": "object.spec.?priorityClassName.orValue('') == ''"}
            ],
            "variables": [
                {"name": "tier", "expression": f"namespaceObject.metadata.labels['{label}']"},
                {"name": "values", "expression": f"{{{values}}}"},
                {"name": "preemption", "expression": f"{{{preemption}}}"},
            ],
            "mutations": [
                {
                    "patchType": "ApplyConfiguration",
                    "applyConfiguration": {
                        "expression": "Object{spec: Object.spec{priorityClassName: variables.tier, "
                        "priority: variables.values[variables.tier], "
                        "preemptionPolicy: variables.preemption[variables.tier]}}"
                    },
                }
            ],
        },
    )


_RESIZES: tuple[str, Judged] = RESIZE_SUFFIX, "resizes"
_OF_PODS: tuple[tuple[str, Judged], ...] = (("", "pods"), _RESIZES)
_OF_CONTROLLERS: tuple[tuple[str, Judged], ...] = (("", "pods and their controllers"), _RESIZES)


def refuse_cpu_limits(lab: Lab) -> Iterator[Manifest]:
    """No container has a CPU limit, nor gets one while it runs."""
    for suffix, judged in _OF_CONTROLLERS:
        yield validating(
            lab,
            f"no-cpu-limits{suffix}",
            "No CPU limits",
            "CPU limits throttle a container although the CPU is idle. Requests share it out already.",
            **no_container(
                "'cpu' in container.?resources.?limits.orValue({})",
                sentences.no_cpu_limits(file_in_cel()),
            ),
            exceptions=("guaranteed-cpu", "limited-cpu"),
            judged=judged,
        )


def require_requests(lab: Lab) -> Manifest:
    """Every container states what the scheduler counts. A resize cannot take that away: the API server refuses it."""
    return validating(
        lab,
        "requests-required",
        "Requests of CPU and memory",
        "The scheduler can only plan with what is stated: every container states CPU and memory requests. Where a "
        "LimitRange fills them in, they are stated.",
        **no_container(
            "\n|| ".join(
                f"!('{resource}' in container.?resources.?requests.orValue({{}}))" for resource in ("cpu", "memory")
            ),
            sentences.requests_required(file_in_cel()),
        ),
    )


def require_memory_limits(lab: Lab) -> Manifest:
    """Every container states the most memory that it may use. A resize cannot take that away either."""
    return validating(
        lab,
        "memory-limit-required",
        "A memory limit",
        "A container without a memory limit may use all that its node has, and others are evicted for it. Where a "
        "LimitRange fills the limit in, it is stated.",
        **no_container(
            "!('memory' in container.?resources.?limits.orValue({}))",
            sentences.memory_limit_required(file_in_cel()),
        ),
        exceptions=("unlimited-memory",),
    )


def require_guaranteed_memory(lab: Lab) -> Iterator[Manifest]:
    """Memory request = limit in the tiers that guarantee it, also after a resize."""
    tiers = [name for name, tier in lab.tiers.items() if tier.memory == "guaranteed"]
    for suffix, judged in _OF_PODS if tiers else ():
        yield validating(
            lab,
            f"memory-guaranteed{suffix}",
            "Guaranteed memory",
            f"In the tiers {', '.join(tiers)} the memory request equals the limit, if there is one, so that a pod has "
            "what it may use.",
            **no_container(
                "'memory' in container.?resources.?limits.orValue({})"
                "\n&& quantity(container.?resources.?requests[?'memory'].orValue('0'))"
                "\n.compareTo(quantity(container.resources.limits['memory'])) != 0",
                sentences.memory_guaranteed(file_in_cel()),
            ),
            exceptions=("burstable-memory",),
            tiers=tiers,
            judged=judged,
        )


def cap_cpu_requests(lab: Lab) -> Iterator[Manifest]:
    """No container requests more CPU than its tier admits, nor gets more while it runs."""
    label = lab.cluster.platform.tier_label
    caps = ", ".join(f"'{name}': '{tier.container.max_cpu_request}'" for name, tier in lab.tiers.items())
    for suffix, judged in _OF_CONTROLLERS:
        yield validating(
            lab,
            f"cpu-request-cap{suffix}",
            "Cap on CPU requests",
            "One container may request so much CPU and no more. A LimitRange maximum would force a CPU limit instead.",
            **no_container(
                "quantity(container.?resources.?requests[?'cpu'].orValue('0'))\n"
                ".isGreaterThan(quantity(variables.cap))",
                sentences.cpu_request_cap(in_cel("tier"), in_cel("cap"), file_in_cel()),
                {
                    "tier": f"namespaceObject.metadata.labels['{label}']",
                    "cap": f"{{{caps}}}[variables.tier]",
                },
            ),
            exceptions=("cpu-above-cap",),
            tiers=lab.tiers,
            judged=judged,
        )
