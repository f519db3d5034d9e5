"""Parts of a Kyverno policy: what it matches, when it is evaluated, and its message."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from textwrap import wrap
from typing import Any, Literal

from config.lab import Lab
from plan.model import Manifest
from plan.model.metadata import EXCEPTION_LABEL, SERVICE_LABEL, manifest
from plan.tiers.policies.sentences import UNKNOWN_SERVICE, service_file

API_VERSION = "policies.kyverno.io/v1"

RESIZE = "pods/resize"
"""The only request that changes the resources of a pod that runs; a rule for `pods` does not see it."""
RESIZE_SUFFIX = "-on-resize"
"""End of the names of policies that judge resizes."""

Judged = Literal["pods", "pods and their controllers", "resizes"]
"""Resizes need a policy of their own: Kyverno adds controllers only to one that matches `pods` and nothing else, and
its reports ask for all that a policy matches, which nobody can list of a resize."""

NOT_REPORTED = {"background": {"enabled": False}}
"""A resize is judged when it is asked for; there is none to list afterwards."""

NEVER_IN_THE_WAY = {"failurePolicy": "Ignore", "webhookConfiguration": {"timeoutSeconds": 5}}
"""Without an answer within 5 seconds the request continues. A request that is answered can still be refused."""

PODS_ONLY: dict[str, Any] = {"podControllers": {"controllers": []}}
"""LimitRange defaults reach pods, never the templates of their controllers."""

_CONTROLLERS_TOO = {
    "podControllers": {"controllers": ["cronjobs", "daemonsets", "deployments", "jobs", "statefulsets"]}
}
"""Whoever applies a Deployment sees the refusal, and not only an event of its ReplicaSet."""

_HAS_A_NEW_SPEC = {
    "name": "has-a-new-spec",
    "expression": "request.operation == 'CREATE' || object.spec != oldObject.spec",
}
"""Objects that exist already may still be labelled, scaled and finalised."""

_CONTAINERS = "object.spec.containers + object.spec.?initContainers.orValue([])"


def policy(kind: str, name: str, title: str, description: str, spec: dict[str, Any]) -> Manifest:
    """A policy that says what it is for, in the annotations that Kyverno's own tools read."""
    (rule,) = spec["matchConstraints"]["resourceRules"]
    (resources,) = rule["resources"]
    subject = resources.partition("/")[0]
    about = {
        "policies.kyverno.io/title": title,
        "policies.kyverno.io/subject": subject.removesuffix("s").capitalize(),
        "policies.kyverno.io/description": description,
    }
    return manifest(API_VERSION, kind, name, annotations=about, spec=spec)


def resource_rules(resources: str, *operations: str) -> list[dict[str, Any]]:
    """Requests for a resource of the core group."""
    return [{"apiGroups": [""], "apiVersions": ["v1"], "operations": list(operations), "resources": [resources]}]


def label_of(name: str) -> str:
    """The value of the object's label, or nothing, in CEL."""
    return f"object.metadata.?labels[?'{name}'].orValue('')"


def in_cel(variable: str) -> str:
    """The value of a policy's variable amid a sentence. Without a space, at which a sentence may be broken."""
    return f"'+variables.{variable}+'"


def file_in_cel() -> str:
    """The file of the service of the pod that is judged, amid a sentence."""
    return service_file(in_cel("service"))


def validating(
    lab: Lab,
    name: str,
    title: str,
    description: str,
    *,
    variables: Mapping[str, str],
    expression: str,
    sentence: str,
    exceptions: Sequence[str] = (),
    tiers: Iterable[str] | None = None,
    judged: Judged = "pods",
    exclude_namespaces: Collection[str] = (),
) -> Manifest:
    """A policy on the pods of tier namespaces that carry none of the `exceptions`, as pod or as namespace.

    `expression` says in CEL what must be so, `sentence` what to write instead; both may use the `variables`, and
    these the ones before them, `containers` and `service` among them.

    The pod's label is a condition and no selector, since with a selector Kyverno leaves the controllers out.
    """
    label, governed = lab.cluster.platform.tier_label, list(lab.tiers if tiers is None else tiers)
    selected: list[dict[str, Any]] = [{"key": label, "operator": "In", "values": governed}]
    if exclude_namespaces:
        names = list(exclude_namespaces)
        selected.append({"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": names})
    conditions = [_HAS_A_NEW_SPEC]
    if excuses := [f"{EXCEPTION_LABEL}{exception}" for exception in exceptions]:
        description += f" The label {' or '.join(excuses)} on a pod or its namespace excuses from it."
        selected += [{"key": excuse, "operator": "DoesNotExist"} for excuse in excuses]
        absent = (f"!('{excuse}' in object.metadata.?labels.orValue({{}}))" for excuse in excuses)
        conditions.append({"name": "is-not-excused", "expression": "\n&& ".join(absent)})
    service = f"object.metadata.?labels[?'{SERVICE_LABEL}'].orValue('{UNKNOWN_SERVICE}')"
    spec: dict[str, Any] = {
        **NEVER_IN_THE_WAY,
        "autogen": _CONTROLLERS_TOO if judged == "pods and their controllers" else PODS_ONLY,
        **({"evaluation": NOT_REPORTED} if judged == "resizes" else {}),
        "validationActions": ["Deny" if lab.cluster.platform.policies == "deny" else "Audit"],
        "matchConstraints": {
            "resourceRules": _requests(judged),
            "namespaceSelector": {"matchExpressions": selected},
        },
        "matchConditions": conditions,
        "variables": [
            {"name": variable, "expression": value}
            for variable, value in {"containers": _CONTAINERS, "service": service, **variables}.items()
        ],
        "validations": [{"expression": expression, "messageExpression": _quoted(sentence)}],
    }
    return policy("ValidatingPolicy", name, title, description, spec)


def _requests(judged: Judged) -> list[dict[str, Any]]:
    match judged:
        case "pods" | "pods and their controllers":
            return resource_rules("pods", "CREATE", "UPDATE")
        case "resizes":
            return resource_rules(RESIZE, "UPDATE")


def no_container(offends: str, sentence: str, variables: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Validation of each container: `offends` says in CEL what no `container` may do."""
    offenders = f"variables.containers.filter(container, {offends})\n.map(container, container.name).join(', ')"
    return {
        "variables": {**(variables or {}), "offenders": offenders},
        "expression": "variables.offenders == ''",
        "sentence": f"In {in_cel('offenders')}: {sentence}",
    }


def _quoted(sentence: str) -> str:
    """A sentence as an expression that a person can read in a file."""
    lines = wrap(sentence, 100, drop_whitespace=False, break_long_words=False, break_on_hyphens=False)
    return "'" + "' +\n'".join(lines) + "'"
