"""Admission webhooks in files that the API server asks about every pod, and cannot do without."""

from collections.abc import Iterator

from config.lab import Lab
from plan.findings.services.service import WEBHOOK_FAILS_CLOSED
from plan.model.fields import Fields, entries, mapping, text, values
from plan.model.findings import Finding

_KINDS = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
_NAME = "kubernetes.io/metadata.name"
_CONTROL_PLANE = "kube-system"


def webhook_in_file_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each webhook of a Service that is asked about its own pods or those of the control plane."""
    for stated in (each for kind in _KINDS for each in lab.objects_by_kind.get(kind, ())):
        for webhook in entries(stated.content, "webhooks"):
            own = text(webhook, "clientConfig", "service", "namespace")
            fails = text(webhook, "failurePolicy") in ("", "Fail")
            asked = [each for each in dict.fromkeys((_CONTROL_PLANE, own)) if _is_asked(webhook, each)]
            if own and fails and asked and _is_about_pods(webhook):
                yield WEBHOOK_FAILS_CLOSED.finding(
                    stated.path,
                    f"webhook {text(webhook, 'name')} of {stated.name} fails closed, and is asked about every pod of "
                    f"{' and '.join(asked)}: while no pod of {text(webhook, 'clientConfig', 'service', 'name')} "
                    "answers, as after a power cut, none of them is made, and nothing starts",
                    f"write failurePolicy: Ignore, or a namespaceSelector with {{key: {_NAME}, operator: NotIn, "
                    f"values: [{', '.join(dict.fromkeys((_CONTROL_PLANE, own)))}]}}",
                    about=text(webhook, "name"),
                    facts={"namespaces": tuple(asked)},
                )


def _is_about_pods(webhook: Fields) -> bool:
    """Whether it is asked about pods as they are made, and not about those with some label alone."""
    if mapping(webhook, "objectSelector") or values(webhook, "matchConditions"):
        return False
    return any(
        {"", "*"} & {*values(rule, "apiGroups")}
        and {"CREATE", "*"} & {*values(rule, "operations")}
        and {"pods", "*", "*/*", "pods/*"} & {*values(rule, "resources")}
        for rule in entries(webhook, "rules")
    )


def _is_asked(webhook: Fields, namespace: str) -> bool:
    """Whether it is asked about a namespace, as far as names tell; one with labels that are not known is not."""
    selector = mapping(webhook, "namespaceSelector")
    if mapping(selector, "matchLabels"):
        return False
    for row in entries(selector, "matchExpressions"):
        if text(row, "key") != _NAME or text(row, "operator") not in ("In", "NotIn"):
            return False
        if (namespace in values(row, "values")) is (text(row, "operator") == "NotIn"):
            return False
    return True
