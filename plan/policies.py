"""The Kyverno policies that hold the tiers up, for what the program writes and for what people make by hand.

All are `policies.kyverno.io/v1`. Those on pods find nothing to change or refuse in what the program writes:
it writes the final form itself, since a mutation of it would be drift for ever. Hence none of them holds a
request up while Kyverno is away, as it is after a power cut: limit ranges and quotas are the API server's own
and hold meanwhile, and what Kyverno missed of namespaces it makes up for.
"""

import json
from collections.abc import Collection, Iterable
from typing import Any

from config.lab import Lab
from plan.conventions import GPU_NODE_LABEL, GPU_TAINT
from plan.metadata import (
    EXCEPTION_LABEL,
    LIMIT_RANGE_LABEL,
    OPT_OUT,
    QUOTA_LABEL,
    TIER_LABEL,
    manifest,
    namespace_of,
)
from plan.model import Manifest, Tier
from plan.resources import GPU

API_VERSION = "policies.kyverno.io/v1"

_NEVER_IN_THE_WAY = {"failurePolicy": "Ignore", "webhookConfiguration": {"timeoutSeconds": 5}}
"""Without an answer within 5 seconds the request goes on. A request that is answered is still refused."""

_PODS_ONLY = {"podControllers": {"controllers": []}}
"""LimitRange defaults reach pods, never the templates of their controllers."""

_CONTROLLERS_TOO = {
    "podControllers": {"controllers": ["cronjobs", "daemonsets", "deployments", "jobs", "statefulsets"]}
}
"""Whoever applies a Deployment is told, and not only an event of its ReplicaSet."""

_HAS_A_NEW_SPEC = {
    "name": "has-a-new-spec",
    "expression": "request.operation == 'CREATE' || object.spec != oldObject.spec",
}
"""What runs already may still be labelled, scaled and finalised."""

_CONTAINERS = "object.spec.containers + object.spec.?initContainers.orValue([])"


def plan_policies(lab: Lab, tiers: Iterable[Tier]) -> tuple[Manifest, ...]:
    """All policies of a lab."""
    tiers = tuple(tiers)
    generating = (
        _generate(tier, kind, content, label)
        for tier in tiers
        for kind, content, label in (
            ("limit-range", tier.limit_range, LIMIT_RANGE_LABEL),
            ("resource-quota", tier.quota, QUOTA_LABEL),
        )
    )
    return (
        _label_namespaces(lab),
        *generating,
        _default_priority(tiers, lab),
        _refuse_cpu_limits(),
        _require_requests(),
        _require_guaranteed_memory(lab),
        _cap_cpu_requests(lab),
        *(_gpu_policies(lab)),
    )


def _policy(kind: str, name: str, description: str, spec: dict[str, Any]) -> Manifest:
    return manifest(API_VERSION, kind, name, annotations={"policies.kyverno.io/description": description}, spec=spec)


def _rules(resources: str, *operations: str, group: str = "") -> list[dict[str, Any]]:
    return [{"apiGroups": [group], "apiVersions": ["v1"], "operations": list(operations), "resources": [resources]}]


def _label(name: str) -> str:
    """The value of the object's label, or nothing, in CEL."""
    return f"object.metadata.?labels[?'{name}'].orValue('')"


def _label_namespaces(lab: Lab) -> Manifest:
    """New namespaces are labelled as they come, existing ones by the background controller; for these Kyverno
    looks at the conditions on targets alone."""
    tiers = ", ".join(f"'{tier}'" for tier in lab.tiers)
    has_the_prefix = {
        "name": "has-the-prefix-of-a-tier",
        "expression": f"[{tiers}].exists(tier, object.metadata.name.startsWith(tier + '-') "
        f"&& {_label(TIER_LABEL)} != tier)",
    }
    return _policy(
        "MutatingPolicy",
        "tier-label",
        "A namespace whose name begins with a tier belongs to that tier: it gets the label that all other rules match.",
        {
            **_NEVER_IN_THE_WAY,
            "evaluation": {"mutateExisting": {"enabled": True}},
            "matchConstraints": {"resourceRules": _rules("namespaces", "CREATE", "UPDATE")},
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


def _generate(tier: Tier, kind: str, content: Manifest, opt_out: str) -> Manifest:
    """Synchronised: an edited or deleted object comes back, and an edit of the policy reaches it. Should the
    policy itself be deleted, what it generated stays: quotas must not vanish for a moment. Requests of Kyverno's
    background controller count: it is the one that labels existing namespaces.

    Conditions instead of a selector, which would match the namespace as it was, too: what was generated goes when
    a namespace opts out."""
    return _policy(
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
            "matchConstraints": {"resourceRules": _rules("namespaces", "CREATE", "UPDATE")},
            "matchConditions": [
                {"name": "is-of-the-tier", "expression": f"{_label(TIER_LABEL)} == '{tier.name}'"},
                {"name": "has-not-opted-out", "expression": f"{_label(opt_out)} != '{OPT_OUT}'"},
            ],
            "variables": [{"name": "content", "expression": f"[{_cel(content)}]"}],
            "generate": [{"expression": "generator.Apply(object.metadata.name, variables.content)"}],
        },
    )


def _cel(content: Manifest) -> str:
    """An object as a CEL expression; `dyn` because its fields are of different types."""
    return "{" + ", ".join(f'"{key}": dyn({json.dumps(value)})' for key, value in content.items()) + "}"


def _default_priority(tiers: Iterable[Tier], lab: Lab) -> Manifest:
    """The admission plugin has put priority 0 on the pod by then, so all three fields must be set."""
    values = ", ".join(f"'{tier.name}': {tier.priority}" for tier in tiers)
    preemption = ", ".join(f"'{tier.name}': '{tier.priority_class['preemptionPolicy']}'" for tier in tiers)
    return _policy(
        "MutatingPolicy",
        "tier-priority",
        "A pod without a priority class gets the one of its tier.",
        {
            **_NEVER_IN_THE_WAY,
            "autogen": _PODS_ONLY,
            "matchConstraints": {
                "resourceRules": _rules("pods", "CREATE"),
                "namespaceSelector": {
                    "matchExpressions": [{"key": TIER_LABEL, "operator": "In", "values": list(lab.tiers)}]
                },
            },
            "matchConditions": [
                {"name": "has-no-priority-class", "expression": "object.spec.?priorityClassName.orValue('') == ''"}
            ],
            "variables": [
                {"name": "tier", "expression": f"namespaceObject.metadata.labels['{TIER_LABEL}']"},
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


def _validating(
    name: str,
    description: str,
    validation: dict[str, str],
    *,
    exception: str | None = None,
    tiers: Iterable[str] | None = None,
    judge_controllers: bool = False,
    exclude_namespaces: Collection[str] = (),
) -> Manifest:
    """A policy on the pods of tier namespaces that carry no `exception`, as pod or as namespace.

    The pod's label is a condition and no selector, since with a selector Kyverno leaves the controllers out.
    """
    selected: list[dict[str, Any]] = [{"key": TIER_LABEL, "operator": "Exists"}]
    if tiers is not None:
        selected = [{"key": TIER_LABEL, "operator": "In", "values": list(tiers)}]
    if exclude_namespaces:
        names = list(exclude_namespaces)
        selected.append({"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": names})
    conditions = [_HAS_A_NEW_SPEC]
    if exception is not None:
        label = f"{EXCEPTION_LABEL}{exception}"
        selected.append({"key": label, "operator": "DoesNotExist"})
        conditions.append(
            {"name": "is-not-excused", "expression": f"!('{label}' in object.metadata.?labels.orValue({{}}))"}
        )
    spec: dict[str, Any] = {
        **_NEVER_IN_THE_WAY,
        "autogen": _CONTROLLERS_TOO if judge_controllers else _PODS_ONLY,
        "validationActions": ["Deny"],
        "matchConstraints": {
            "resourceRules": _rules("pods", "CREATE", "UPDATE"),
            "namespaceSelector": {"matchExpressions": selected},
        },
        "matchConditions": conditions,
        "variables": [{"name": "containers", "expression": _CONTAINERS}],
        "validations": [validation],
    }
    return _policy("ValidatingPolicy", name, description, spec)


def _no_container(offends: str, message: str) -> dict[str, str]:
    """A validation: `offends` says in CEL what no `container` may do, `message` what to write instead."""
    offenders = f"variables.containers.filter(container, {offends})"
    return {
        "expression": f"size({offenders}) == 0",
        "messageExpression": f"'In ' + {offenders}.map(container, container.name).join(', ') + ': ' + {message}",
    }


def _refuse_cpu_limits() -> Manifest:
    return _validating(
        "no-cpu-limits",
        "CPU limits throttle a container although the CPU is idle. Requests share it out already.",
        _no_container(
            "'cpu' in container.?resources.?limits.orValue({})",
            "'this lab uses no CPU limits. Remove resources.limits.cpu and keep requests.cpu. For exclusive cores "
            "write exceptions.guaranteed-cpu with a reason in the file of the service.'",
        ),
        exception="guaranteed-cpu",
        judge_controllers=True,
    )


def _require_requests() -> Manifest:
    return _validating(
        "requests-required",
        "The scheduler can only plan with what is stated: every container states CPU and memory requests and a "
        "memory limit.",
        _no_container(
            "!('cpu' in container.?resources.?requests.orValue({})) || "
            "!('memory' in container.?resources.?requests.orValue({})) || "
            "!('memory' in container.?resources.?limits.orValue({}))",
            "'write resources.requests.cpu, resources.requests.memory and resources.limits.memory; in the file of a "
            "service cpu and memory.'",
        ),
    )


def _require_guaranteed_memory(lab: Lab) -> Manifest:
    tiers = [name for name, tier in lab.tiers.items() if tier.memory == "guaranteed"]
    return _validating(
        "memory-guaranteed",
        f"In the tiers {', '.join(tiers)} the memory request equals the limit, so that a pod has what it may use.",
        _no_container(
            "quantity(container.?resources.?requests[?'memory'].orValue('0'))"
            ".compareTo(quantity(container.?resources.?limits[?'memory'].orValue('0'))) != 0",
            "'in this tier the memory request is the limit. Write resources.requests.memory equal to "
            "resources.limits.memory; in the file of a service only memory, or exceptions.burstable-memory with a "
            "reason.'",
        ),
        exception="burstable-memory",
        tiers=tiers,
    )


def _cap_cpu_requests(lab: Lab) -> Manifest:
    caps = ", ".join(f"'{name}': '{tier.container.max_cpu_request}'" for name, tier in lab.tiers.items())
    policy = _validating(
        "cpu-request-cap",
        "One container may request so much CPU and no more. A LimitRange maximum would force a CPU limit instead.",
        _no_container(
            "quantity(container.?resources.?requests[?'cpu'].orValue('0')).isGreaterThan(quantity(variables.cap))",
            "'in tier ' + variables.tier + ' a container may request ' + variables.cap + ' CPU. Write a lower "
            "resources.requests.cpu; in the file of a service a lower cpu, or exceptions.cpu-above-cap with a reason.'",
        ),
        exception="cpu-above-cap",
        tiers=lab.tiers,
        judge_controllers=True,
    )
    policy["spec"]["variables"] += [
        {"name": "tier", "expression": f"namespaceObject.metadata.labels['{TIER_LABEL}']"},
        {"name": "cap", "expression": f"{{{caps}}}[variables.tier]"},
    ]
    return policy


def _gpu_policies(lab: Lab) -> Iterable[Manifest]:
    """Asking for a GPU, tolerating its taint and selecting its node belong together. Who tolerates whatever there
    is, as agents on every node do, need not ask. The operator's own pods run on the node without asking."""
    if lab.cluster.platform.gpu is None:
        return
    operators = (lab.cluster.platform.gpu.operator, lab.cluster.platform.gpu.feature_discovery)
    policy = _validating(
        "gpu-together",
        "A GPU is asked for, its taint tolerated and its node selected together, or not at all.",
        {
            "expression": "variables.asks ? variables.tolerates && variables.selects "
            ": !variables.selects && !variables.toleratesByName",
            "message": f"A pod on the GPU node needs all three: resources.limits {GPU}, a toleration of {GPU_TAINT} "
            f"(operator Exists) and the nodeSelector {GPU_NODE_LABEL}: 'true'. In the file of a service (kind: gpu) "
            "write gpu, and all three follow.",
        },
        judge_controllers=True,
        exclude_namespaces=sorted({namespace_of(name, lab.services[name]) for name in operators}),
    )
    tolerations = "object.spec.?tolerations.orValue([])"
    asks = f"variables.containers.exists(container, '{GPU}' in container.?resources.?limits.orValue({{}}))"
    by_name = f"{tolerations}.exists(toleration, toleration.?key.orValue('') == '{GPU_TAINT}')"
    tolerates = (
        f"{tolerations}.exists(toleration, toleration.?key.orValue('{GPU_TAINT}') == '{GPU_TAINT}' "
        "&& toleration.?effect.orValue('NoSchedule') == 'NoSchedule' "
        "&& (toleration.?operator.orValue('Equal') == 'Exists' || toleration.?value.orValue('') == 'true'))"
    )
    selects = f"object.spec.?nodeSelector[?'{GPU_NODE_LABEL}'].orValue('') == 'true'"
    policy["spec"]["variables"] += [
        {"name": "asks", "expression": asks},
        {"name": "toleratesByName", "expression": by_name},
        {"name": "tolerates", "expression": tolerates},
        {"name": "selects", "expression": selects},
    ]
    yield policy
