"""Autoscalers that cannot measure, cannot scale, or have reached their end."""

from collections.abc import Iterator

from observation.model import Observation
from observation.objects import Condition, Reference, condition, name_of, namespace_of, reference
from operations.doctor.ages import ago
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import is_young
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, number, text
from plan.model.resources import CPU, read_amount
from plan.wording import listed

_RESOURCES, _EXTERNAL, _CUSTOM = "metrics.k8s.io", "external.metrics.k8s.io", "custom.metrics.k8s.io"
"""The APIs from which an autoscaler gets its metrics."""
_API_OF = {"FailedGetExternalMetric": _EXTERNAL, "FailedGetPodsMetric": _CUSTOM, "FailedGetObjectMetric": _CUSTOM}
"""By the reason that it gives; of all others, it is that of metrics-server."""


_NOT_SERVED = "could not find the requested resource"
"""Words of the API server for an API that nothing serves."""
_SOURCES = {
    "Resource": "resource",
    "ContainerResource": "containerResource",
    "Pods": "pods",
    "Object": "object",
    "External": "external",
}
"""The field with a metric's source, by its type."""
_EACH = {"averageValue": " for each pod", "value": ""}


def autoscaler_findings(observed: Observation) -> Iterator[Finding]:
    """A finding for each autoscaler that does not do its work."""
    for scaler in observed.of("HorizontalPodAutoscaler"):
        yield from _scaler(observed, scaler)


def _target(scaler: Manifest) -> Reference:
    stated = mapping(scaler, "spec", "scaleTargetRef")
    return Reference(text(stated, "kind"), namespace_of(scaler), text(stated, "name"))


def _scaler(observed: Observation, scaler: Manifest) -> Iterator[Finding]:
    target = _target(scaler)
    manifest = observed.get(target.kind, target.name, target.namespace)
    able, active, limited = (condition(scaler, each) for each in ("AbleToScale", "ScalingActive", "ScalingLimited"))
    base = Finding(
        "AUTOSCALER-TARGET-MISSING",
        "error",
        reference(scaler),
        f"It is to scale {target}, which does not exist",
        f"correct scaleTargetRef in {reference(scaler)}, or delete it",
        (Evidence(target, "does not exist"),),
        covers=frozenset((reference(scaler),)),
    )
    if manifest is None and observed.knows(target.kind):
        yield base
    elif active is not None and active.status == "False" and active.reason != "ScalingDisabled":
        if not is_young(observed, active.since):
            yield _blind(observed, scaler, base, manifest, active)
    elif able is not None and able.status == "False" and not is_young(observed, able.since):
        yield base._replace(
            code="AUTOSCALER-CANNOT-SCALE",
            message=f"It cannot scale {target}: {able.reason}, {able.message}",
            fix="correct what the message names",
            evidence=(Evidence(reference(scaler), f"AbleToScale is False: {able.message}"),),
        )
    elif limited is not None and limited.status == "True" and limited.reason == "TooManyReplicas":
        yield from _at_most(observed, scaler, base, ago(observed.now, limited.since))


def _blind(
    observed: Observation, scaler: Manifest, base: Finding, manifest: Manifest | None, active: Condition
) -> Finding:
    target, said, age = _target(scaler), f"{active.reason}: {active.message}", ago(observed.now, active.since)
    resources = [text(each, "resource", "name") for each in entries(scaler, "spec", "metrics") if "resource" in each]
    containers = entries(manifest, "spec", "template", "spec", "containers") if manifest else []
    without = [
        text(each, "name")
        for each in containers
        for resource in resources
        if resource not in {**mapping(each, "resources", "requests"), **mapping(each, "resources", "limits")}
    ]
    if without and "missing request" in said:
        wanted = listed(list(dict.fromkeys(resources)))
        return base._replace(
            code="AUTOSCALER-WITHOUT-REQUEST",
            message=f"It cannot scale {target}{age}: container {listed(list(dict.fromkeys(without)))} requests "
            f"no {wanted}, of which it is to keep a share ({said})",
            fix=f"request {wanted} for {listed(without)} in {target}",
            evidence=(
                Evidence(reference(scaler), said),
                Evidence(target, f"container {listed(without)} requests no {wanted}"),
            ),
        )
    api = _API_OF.get(active.reason, _RESOURCES)
    services = [each for each in observed.of("APIService") if text(each, "spec", "group") == api]
    missing, fix, behind = _server(observed, api) if api == _RESOURCES else _adapter(observed, scaler, api, active)
    return base._replace(
        code="AUTOSCALER-WITHOUT-METRICS",
        message=f"It gets no metrics for {target}{age}{missing}: {said}",
        fix=fix,
        evidence=(
            Evidence(reference(scaler), f"ScalingActive is False, {said}"),
            Evidence(target, "is what it scales"),
            *(Evidence(each, "its metrics are from there") for each in sorted(behind) if each.kind == "ScaledObject"),
        ),
        covers=base.covers | {each for each in behind if each.kind == "ScaledObject"},
        upstream=frozenset(reference(each) for each in services) | behind,
    )


def _server(observed: Observation, api: str) -> tuple[str, str, frozenset[Reference]]:
    """Whether a metrics-server is missing, the fix, and the objects on which it depends."""
    servers = [each for each in observed.of("Deployment") if name_of(each).endswith("metrics-server")]
    behind = frozenset(reference(x) for each in servers for x in (each, *observed.pods_of(each)))
    missing = not servers and observed.knows("Deployment")
    return (
        "; no metrics-server runs in this cluster" if missing else "",
        "install metrics-server" if missing else "see whether metrics-server runs: kubectl top pods",
        behind | {Reference("APIService", None, f"v1beta1.{api}")},
    )


def _adapter(
    observed: Observation, scaler: Manifest, api: str, active: Condition
) -> tuple[str, str, frozenset[Reference]]:
    """Whether an adapter for metrics from elsewhere is missing, the fix, and the objects on which it depends."""
    offered = [each for each in observed.of("APIService") if text(each, "spec", "group") == api]
    missing = not offered and observed.knows("APIService") and _NOT_SERVED in active.message
    owners = entries(scaler, "metadata", "ownerReferences")
    scaled = [text(each, "name") for each in owners if text(each, "kind") == "ScaledObject"]
    fix = f"see whether what serves {api} reaches its source: kubectl get --raw /apis/{api}/v1beta1"
    if missing:
        fix = f"install an adapter that serves {api}, such as KEDA or prometheus-adapter"
    elif scaled:
        fix = f"correct the trigger in ScaledObject/{namespace_of(scaler)}/{scaled[0]}, or its source"
    return (
        f"; nothing in this cluster serves {api}" if missing else "",
        fix,
        frozenset(Reference("ScaledObject", namespace_of(scaler), each) for each in scaled),
    )


def _at_most(observed: Observation, scaler: Manifest, base: Finding, age: str) -> Iterator[Finding]:
    most, now = number(scaler, "spec", "maxReplicas"), number(scaler, "status", "currentReplicas")
    wanted = _above(scaler)
    if now < most or not wanted:
        return
    yield base._replace(
        code="AUTOSCALER-AT-MAXIMUM",
        severity="warning",
        message=f"It has reached maxReplicas {most} for {_target(scaler)}{age} and would make more: {wanted}",
        fix=f"raise maxReplicas above {most}, if the nodes have room, or request more for each pod",
        evidence=(Evidence(reference(scaler), f"ScalingLimited is True, TooManyReplicas; {now} of {most}; {wanted}"),),
    )


def _above(scaler: Manifest) -> str:
    """A measured value above its target, in words; empty while none is."""
    measured = {_metric(each): each for each in entries(scaler, "status", "currentMetrics")}
    for each in entries(scaler, "spec", "metrics"):
        source = _SOURCES.get(text(each, "type"), "")
        current = mapping(measured.get(_metric(each), {}), source, "current")
        name, target = _metric(each)[1], mapping(each, source, "target")
        share = target.get("averageUtilization")
        if isinstance(share, int) and number(current, "averageUtilization") > share:
            return f"{name} is at {number(current, 'averageUtilization')} % of the requests, the target is {share} %"
        for key in ("averageValue", "value"):
            wanted, now = _amount(target, key), _amount(current, key)
            if wanted is not None and now is not None and now > wanted:
                return f"{name} is at {current[key]}{_EACH[key]}, the target is {target[key]}"
    return ""


def _metric(stated: Fields) -> tuple[str, str]:
    """The type and the name of a metric."""
    source = mapping(stated, _SOURCES.get(text(stated, "type"), ""))
    return text(stated, "type"), text(source, "name") or text(source, "metric", "name")


def _amount(stated: Fields, key: str) -> int | None:
    """A quantity in thousandths; none where it is not stated or cannot be read."""
    try:
        return read_amount(CPU, str(stated[key])) if key in stated else None
    except ValueError:
        return None
