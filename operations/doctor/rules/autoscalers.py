"""Autoscalers that cannot measure, cannot scale, or have reached their end."""

from collections.abc import Iterator

from observation.model import Observation
from observation.objects import Reference, condition, namespace_of, reference
from operations.doctor.ages import ago
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import is_young
from plan.model import Manifest
from plan.model.fields import entries, mapping, number, text, value
from plan.wording import listed

_METRICS = "v1beta1.metrics.k8s.io"


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
            yield _blind(
                observed, scaler, base, manifest, f"{active.reason}: {active.message}", ago(observed.now, active.since)
            )
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
    observed: Observation, scaler: Manifest, base: Finding, manifest: Manifest | None, said: str, age: str
) -> Finding:
    target = _target(scaler)
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
            f"no {wanted}, "
            f"of which it is to keep a share ({said})",
            fix=f"request {wanted} for {listed(without)} in {target}",
            evidence=(
                Evidence(reference(scaler), said),
                Evidence(target, f"container {listed(without)} requests no {wanted}"),
            ),
        )
    server = [each for each in observed.of("Deployment") if each["metadata"]["name"] == "metrics-server"]
    missing = "" if server else "; no metrics-server runs in this cluster" if observed.knows("Deployment") else ""
    return base._replace(
        code="AUTOSCALER-WITHOUT-METRICS",
        message=f"It gets no metrics for {target}{age}{missing}: {said}",
        fix="see whether metrics-server runs: kubectl top pods" if server else "install metrics-server",
        evidence=(
            Evidence(reference(scaler), f"ScalingActive is False, {said}"),
            Evidence(target, "is what it scales"),
        ),
        upstream=frozenset((Reference("APIService", None, _METRICS),))
        | frozenset(reference(x) for each in server for x in (each, *observed.pods_of(each))),
    )


def _at_most(observed: Observation, scaler: Manifest, base: Finding, age: str) -> Iterator[Finding]:
    most, now = number(scaler, "spec", "maxReplicas"), number(scaler, "status", "currentReplicas")
    wanted = _utilization(scaler)
    if now < most or not wanted:
        return
    yield base._replace(
        code="AUTOSCALER-AT-MAXIMUM",
        severity="warning",
        message=f"It has reached maxReplicas {most} for {_target(scaler)}{age} and would make more: {wanted}",
        fix=f"raise maxReplicas above {most}, if the nodes have room, or request more for each pod",
        evidence=(Evidence(reference(scaler), f"ScalingLimited is True, TooManyReplicas; {now} of {most}; {wanted}"),),
    )


def _utilization(scaler: Manifest) -> str:
    """A measured value above its target, in words; empty while none is."""
    current = {
        text(e, "resource", "name"): number(e, "resource", "current", "averageUtilization")
        for e in entries(scaler, "status", "currentMetrics")
    }
    for each in entries(scaler, "spec", "metrics"):
        name, target = text(each, "resource", "name"), value(each, "resource", "target", "averageUtilization")
        if isinstance(target, int) and current.get(name, 0) > target:
            return f"{name} is at {current[name]} % of the requests, the target is {target} %"
    return ""
