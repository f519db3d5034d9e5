"""Pods that the API server does not let be created: by a quota, a LimitRange, a policy, or for what is missing."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from config.quantity import Memory
from observation.fields import entries, mapping, number, text
from observation.model import Observation
from observation.objects import Reference, condition, deleted, labels_of, name_of, namespace_of, reference
from operations.doctor.ages import length
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import is_over, is_young, ready_of
from operations.doctor.revisions import previous
from operations.doctor.rules.admission import webhook_covers
from operations.doctor.rules.blockers import requests_of
from operations.doctor.rules.memory import usage_of
from plan.model import Manifest
from plan.model.resources import MEMORY, notation, read_amount
from plan.wording import listed

_QUOTA = re.compile(r"exceeded quota: ([^,]+), requested: (.+), used: (.+), limited: (.+?)[\"']?$")
_MUST = re.compile(r"failed quota: ([^:]+): must specify (.+)")
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
                elif (foreseen := _foreseen(observed, owner)) is not None:
                    yield foreseen


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
    if found := _QUOTA.search(said):
        return _quota(observed, owner, base, found[1], *(_pairs(found[place]) for place in (2, 3, 4)))
    if found := _MUST.search(said):
        return _must_state(observed, base, Reference("ResourceQuota", namespace, found[1]), found[2])
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


def _must_state(observed: Observation, base: Finding, quota: Reference, what: str) -> Finding:
    """A quota on what pods do not state; they cannot state a CPU limit that a policy takes away again."""
    resource, _, names = what.partition(" for: ")
    whose = f" (container {names})" if names else ""
    evidence = [*base.evidence, Evidence(quota, f"every pod must specify {resource}")]
    note, fix = "", f"state {resource} in {base.subject}, or give the namespace a LimitRange with a default for it"
    for kind in ("ClusterPolicy", "Policy", "MutatingPolicy"):
        for policy in observed.of(kind):
            if resource == "limits.cpu" and "op: remove" in str(policy) and "limits/cpu" in str(policy):
                evidence.append(Evidence(reference(policy), "takes CPU limits out of every pod"))
                note = f"; and {reference(policy)} takes CPU limits out of every pod, so none can be created"
                fix = f"take limits.cpu out of {quota}: a quota of CPU limits and pods without them exclude each other"
    return base._replace(
        code="QUOTA-NEEDS-REQUESTS",
        message=f"{quota} counts {resource}, which its pods do not state{whose}, so they are refused{note}",
        fix=fix,
        evidence=tuple(evidence),
    )


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


def _pairs(text_: str) -> dict[str, str]:
    return {key: amount for key, _, amount in (each.partition("=") for each in text_.split(","))}


def _quota(
    observed: Observation,
    owner: Manifest,
    base: Finding,
    name: str,
    requested: Mapping[str, str],
    used: Mapping[str, str],
    limited: Mapping[str, str],
) -> Finding:
    quota = Reference("ResourceQuota", namespace_of(owner), name)
    resource = next(iter(requested), "")
    manifest = observed.get("ResourceQuota", name, quota.namespace)
    evidence = [*base.evidence]
    if manifest is not None:
        now, hard = text(manifest, "status", "used", resource), text(manifest, "status", "hard", resource)
        evidence.append(Evidence(quota, f"{resource}: {now} of {hard} used"))
    amount = f"{requested[resource]} of {resource}"
    advice = [f"ask for less in {base.subject}", *_needed_less(observed, base.subject, owner, resource)]
    needed = _sum(resource, used.get(resource, ""), requested[resource])
    if needed:
        advice.append(f"or give the namespace a quota of at least {needed}")
    if manifest is not None and _is_generated(manifest):
        evidence.append(Evidence(quota, "is generated by a policy, which puts it back after an edit by hand"))
    top = observed.top(owner)
    note = _previous_request(observed, top, resource)
    return base._replace(
        code="QUOTA-EXCEEDED",
        cause=str(quota),
        message=f"{quota} does not take another of its pods: each asks for {amount}, {used.get(resource, '?')} of "
        f"{limited.get(resource, '?')} are used{note}",
        fix="; ".join(advice),
        evidence=tuple(evidence),
    )


def _is_generated(quota: Manifest) -> bool:
    labels = labels_of(quota)
    return any("kyverno" in key or "kyverno" in str(value) for key, value in labels.items())


def _previous_request(observed: Observation, top: Manifest, resource: str) -> str:
    before = previous(observed, top)
    changes = [str(each) for each in before.changes if ".resources" in each.field] if before else []
    return f"; the newest revision changed {', '.join(changes[:2])}" if changes and resource else ""


def _needed_less(observed: Observation, top: Reference, owner: Manifest, resource: str) -> Iterator[str]:
    if resource not in ("requests.memory", "limits.memory", "memory"):
        return
    for each in entries(owner, "spec", "template", "spec", "containers"):
        usage = usage_of(observed, top, text(each, "name"))
        if usage is not None:
            yield f"container {text(each, 'name')} used at most {usage.memory.max:g} MiB"


def _sum(resource: str, used: str, requested: str) -> str:
    name = resource.partition(".")[2] or resource
    try:
        total = read_amount(name, used) + read_amount(name, requested)
    except ValueError:
        return ""
    if name == MEMORY and total % (1 << 20) == 0:
        return f"{total >> 20}Mi" if total % (1 << 30) else str(Memory(total))
    return notation(name, total)


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
            if amount and not resource.startswith("limits.") and _over(name, used, amount, str(hard)):
                wanted = {resource: notation(name, amount)}
                return _quota(observed, owner, base, name_of(quota), wanted, {resource: used}, {resource: str(hard)})
    return None


def _is_in_order(observed: Observation, owner: Manifest) -> bool:
    """A StatefulSet makes one pod after the other: the next waits until the one before is ready."""
    pods = [each for each in observed.controlled(owner) if each["kind"] == "Pod"]
    in_order = text(owner, "spec", "podManagementPolicy") != "Parallel"
    return in_order and any(condition(p, "Ready") is None or not _ready(p) for p in pods)


def _ready(pod: Manifest) -> bool:
    ready = condition(pod, "Ready")
    return ready is not None and ready.status == "True"


def _over(name: str, used: str, amount: int, hard: str) -> bool:
    try:
        return read_amount(name, used or "0") + amount > read_amount(name, hard)
    except ValueError:
        return False
