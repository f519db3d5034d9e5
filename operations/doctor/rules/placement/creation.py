"""Pods that the API server does not let be created: by a quota, a LimitRange, a policy, or for what is missing."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from observation.model import Observation
from observation.objects import Reference, condition, deleted, labels_of, name_of, namespace_of, reference
from operations.doctor.ages import length
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import is_over, is_young, ready_of
from operations.doctor.rules.placement.admission import webhook_covers
from operations.doctor.rules.placement.blockers import requests_of
from operations.doctor.rules.placement.quotas import is_over_quota, quota_exceeded, quota_finding
from plan.model import Manifest
from plan.model.fields import entries, mapping, number, text
from plan.model.resources import notation
from plan.wording import listed

_ACCOUNT = re.compile(r'serviceaccount "([^"]+)" not found')
_PRIORITY = re.compile(r"no PriorityClass with name (\S+) was found")
_RUNTIME = re.compile(r'RuntimeClass "([^"]+)" not found|RuntimeClass(?:es)?.*?"([^"]+)" not found')
_WEBHOOK_DOWN = re.compile(r'failed calling webhook "([^"]+)":(.*)', re.S)
_WEBHOOK_NO = re.compile(r'admission webhook "([^"]+)" denied the request:(.*)', re.S)
_POD_SECURITY = re.compile(r"violates PodSecurity (.+)", re.S)
_LIMIT_RANGE = re.compile(r"(?:maximum|minimum) \S+ usage per (?:Container|Pod) is|limit to request ratio per")
_KINDS = ("ReplicaSet", "StatefulSet", "DaemonSet", "Job")


class _Refused(NamedTuple):
    owner: Manifest
    said: str
    since: datetime | None


def creation_findings(observed: Observation) -> Iterator[Finding]:
    """A finding for each controller whose pods are refused."""
    for kind in _KINDS:
        for owner in observed.of(kind):
            if _lacks(observed, owner) > 0 and deleted(owner) is None:
                refused = _refused(observed, owner)
                if refused is not None and refused.said:
                    yield _finding(observed, refused)
                elif (predicted := _foreseen(observed, owner)) is not None:
                    yield predicted


def _lacks(observed: Observation, owner: Manifest) -> int:
    """How many pods of a controller are not there at all."""
    pods = sum(not is_over(pod) and deleted(pod) is None for pod in observed.controlled(owner) if pod["kind"] == "Pod")
    match owner["kind"]:
        case "DaemonSet":
            return number(owner, "status", "desiredNumberScheduled") - pods
        case "Job":
            over = any(text(each, "type") in ("Complete", "Failed") for each in entries(owner, "status", "conditions"))
            suspended = mapping(owner, "spec").get("suspend") is True
            began = number(owner, "status", "succeeded") + number(owner, "status", "failed") + pods
            return 0 if over or suspended or began else 1
        case _:
            return number(owner, "spec", "replicas", default=1) - pods if observed.knows("Pod") else 0


def _refused(observed: Observation, owner: Manifest) -> _Refused | None:
    failure = condition(owner, "ReplicaFailure")
    events = [each for each in observed.events_of(owner) if each.reason == "FailedCreate"]
    if failure is not None and failure.status == "True":
        return _Refused(owner, events[-1].message if events else failure.message, failure.since)
    return _Refused(owner, events[-1].message, events[-1].first) if events else None


def _base(observed: Observation, owner: Manifest, said: str, since: datetime | None) -> Finding:
    top = observed.top(owner)
    age = f" for {length(observed.now - since)}" if since else ""
    evidence = [Evidence(reference(owner), f"FailedCreate{age}: {said}")] if said else []
    if standing := ready_of(observed, top):
        evidence.append(Evidence(reference(top), standing))
    for name, status in (("Progressing", "False"), ("Available", "True")):
        stated = condition(top, name)
        if stated and stated.status == status:
            evidence.append(Evidence(reference(top), f"{name} is {status}: {stated.reason}"))
    return Finding(
        "POD-REFUSED",
        "error",
        reference(top),
        f"{_lacks(observed, owner)} of its pods cannot be created{age}: {said}",
        "correct what the message names",
        tuple(evidence),
        covers=frozenset((reference(owner), *(reference(each) for each in observed.owners(owner)))),
        upstream=frozenset(
            reference(each)
            for kind in ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")
            for each in observed.of(kind)
        )
        & frozenset(webhook_covers(observed, said)),
    )


def _finding(observed: Observation, refused: _Refused) -> Finding:
    owner, said = refused.owner, refused.said.removeprefix("Error creating: ").strip()
    base = _base(observed, owner, said, refused.since)
    namespace = namespace_of(owner)
    if (by_quota := quota_finding(observed, owner, base, said)) is not None:
        return by_quota
    if found := _ACCOUNT.search(said):
        return _missing(base, "SERVICE-ACCOUNT-MISSING", Reference("ServiceAccount", namespace, found[1]))
    if found := _PRIORITY.search(said):
        return _missing(base, "PRIORITY-CLASS-MISSING", Reference("PriorityClass", None, found[1]))
    if found := _RUNTIME.search(said):
        return _missing(base, "RUNTIME-CLASS-MISSING", Reference("RuntimeClass", None, found[1] or found[2]))
    if found := _WEBHOOK_DOWN.search(said):
        return base._replace(
            code="WEBHOOK-UNREACHABLE",
            cause=found[1],
            message=f"The API server cannot ask the webhook {found[1]}, and so refuses its pods:{found[2].rstrip()}",
            fix=f"bring the webhook back, or set failurePolicy: Ignore for {found[1]} until it is",
            upstream=base.upstream | webhook_covers(observed, said),
        )
    if found := _WEBHOOK_NO.search(said):
        return base._replace(
            code="POLICY-REFUSES",
            message=f"A policy refuses its pods (webhook {found[1]}): {found[2].strip()}",
            fix=f"change {base.subject} as the policy asks, or the policy",
        )
    if found := _POD_SECURITY.search(said):
        return base._replace(
            code="POD-SECURITY-REFUSES",
            message=f"Pod Security of Namespace/{namespace} refuses its pods: violates {found[1].strip()}",
            fix=f"give {base.subject} the securityContext that is asked for, or Namespace/{namespace} another level",
            evidence=(*base.evidence, *_level(observed, namespace)),
        )
    if _LIMIT_RANGE.search(said):
        ranges = [reference(each) for each in observed.in_namespace("LimitRange", namespace)]
        return base._replace(
            code="LIMIT-RANGE-REFUSES",
            message=f"{listed([str(each) for each in ranges]) or 'A LimitRange'} refuses its pods: "
            f"{said.partition('is forbidden: ')[2] or said}",
            fix=f"change the resources in {base.subject} to what {listed([str(each) for each in ranges])} allows",
            evidence=(*base.evidence, *(Evidence(each, "refuses the pods") for each in ranges)),
        )
    return base


def _level(observed: Observation, namespace: str | None) -> Iterator[Evidence]:
    manifest = observed.get("Namespace", namespace or "")
    for key, level in labels_of(manifest or {"metadata": {}}).items():
        if key == "pod-security.kubernetes.io/enforce":
            yield Evidence(Reference("Namespace", None, namespace or ""), f"{key}: {level}")


def _missing(base: Finding, code: str, lost: Reference) -> Finding:
    return base._replace(
        code=code,
        cause=str(lost),
        message=f"Its pods name {lost}, which does not exist, and are not created",
        fix=f"create {lost}, or correct the name in {base.subject}",
        evidence=(*base.evidence, Evidence(lost, "does not exist")),
        upstream=base.upstream | {lost},
    )


def _foreseen(observed: Observation, owner: Manifest) -> Finding | None:
    """Nobody says any more why pods are missing, as events live for an hour: the objects show it."""
    top = observed.top(owner)
    if owner["kind"] == "StatefulSet" and _is_in_order(observed, owner):
        return None
    changed = condition(top, "Progressing")
    if is_young(observed, changed.since if changed else None):
        return None
    template = mapping(owner, "spec", "template", "spec")
    namespace = namespace_of(owner)
    base = _base(observed, owner, "", None)
    account = text(template, "serviceAccountName")
    if account and observed.knows("ServiceAccount") and not observed.get("ServiceAccount", account, namespace):
        return _missing(base, "SERVICE-ACCOUNT-MISSING", Reference("ServiceAccount", namespace, account))
    for kind, field in (("PriorityClass", "priorityClassName"), ("RuntimeClass", "runtimeClassName")):
        named = text(template, field)
        if named and observed.knows(kind) and not observed.get(kind, named):
            code = "PRIORITY-CLASS-MISSING" if kind == "PriorityClass" else "RUNTIME-CLASS-MISSING"
            return _missing(base, code, Reference(kind, None, named))
    pod: Manifest = {"kind": "Pod", "metadata": {"name": name_of(owner), "namespace": namespace}, "spec": template}
    asked = requests_of(pod)
    for quota in observed.in_namespace("ResourceQuota", namespace):
        for resource, hard in mapping(quota, "status", "hard").items():
            name = resource.removeprefix("requests.")
            amount = 1 if resource == "pods" else asked.get(name, 0)
            used = text(quota, "status", "used", resource)
            if amount and not resource.startswith("limits.") and is_over_quota(name, used, amount, str(hard)):
                wanted = {resource: notation(name, amount)}
                return quota_exceeded(
                    observed, owner, base, name_of(quota), wanted, {resource: used}, {resource: str(hard)}
                )
    return None


def _is_in_order(observed: Observation, owner: Manifest) -> bool:
    """A StatefulSet makes one pod after the other: the next waits until the one before is ready."""
    pods = [each for each in observed.controlled(owner) if each["kind"] == "Pod"]
    in_order = text(owner, "spec", "podManagementPolicy") != "Parallel"
    return in_order and any(condition(p, "Ready") is None or not _ready(p) for p in pods)


def _ready(pod: Manifest) -> bool:
    ready = condition(pod, "Ready")
    return ready is not None and ready.status == "True"
