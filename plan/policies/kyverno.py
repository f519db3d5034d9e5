"""How a Kyverno policy is put together: what matches, when it is judged, and what is said."""

from collections.abc import Collection, Iterable
from typing import Any

from plan.metadata import EXCEPTION_LABEL, TIER_LABEL, manifest
from plan.model import Manifest

API_VERSION = "policies.kyverno.io/v1"

NEVER_IN_THE_WAY = {"failurePolicy": "Ignore", "webhookConfiguration": {"timeoutSeconds": 5}}
"""Without an answer within 5 seconds the request goes on. A request that is answered is still refused."""

PODS_ONLY: dict[str, Any] = {"podControllers": {"controllers": []}}
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


def policy(kind: str, name: str, description: str, spec: dict[str, Any]) -> Manifest:
    """A policy that says what it is for."""
    return manifest(API_VERSION, kind, name, annotations={"policies.kyverno.io/description": description}, spec=spec)


def resource_rules(resources: str, *operations: str) -> list[dict[str, Any]]:
    """Requests for a resource of the core group."""
    return [{"apiGroups": [""], "apiVersions": ["v1"], "operations": list(operations), "resources": [resources]}]


def label_of(name: str) -> str:
    """The value of the object's label, or nothing, in CEL."""
    return f"object.metadata.?labels[?'{name}'].orValue('')"


def validating(
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
        **NEVER_IN_THE_WAY,
        "autogen": _CONTROLLERS_TOO if judge_controllers else PODS_ONLY,
        "validationActions": ["Deny"],
        "matchConstraints": {
            "resourceRules": resource_rules("pods", "CREATE", "UPDATE"),
            "namespaceSelector": {"matchExpressions": selected},
        },
        "matchConditions": conditions,
        "variables": [{"name": "containers", "expression": _CONTAINERS}],
        "validations": [validation],
    }
    return policy("ValidatingPolicy", name, description, spec)


def no_container(offends: str, message: str) -> dict[str, str]:
    """A validation: `offends` says in CEL what no `container` may do, `message` what to write instead."""
    offenders = f"variables.containers.filter(container, {offends})"
    return {
        "expression": f"size({offenders}) == 0",
        "messageExpression": f"'In ' + {offenders}.map(container, container.name).join(', ') + ': ' + {message}",
    }
