"""Autoscalers that leave no room between the least and the most of their pods, in files and in values of charts."""

from collections.abc import Iterator

from config.lab import Lab
from config.service import HelmService
from config.source import Path, dotted, is_mapping
from plan.findings.capacity.autoscaling import IN_VALUES
from plan.model.fields import number, switched_on, value
from plan.model.findings import Finding, Rule

NOTHING_TO_SCALE = Rule(
    "NOTHING-TO-SCALE",
    ("error", "info"),
    title="An autoscaler has no room between its least and its most pods",
    meaning=(
        "With maxReplicas below minReplicas the API server refuses the autoscaler, and the `up`, or the release of the "
        "chart, fails. Where both are the same it keeps that number under any load: then it is an info."
    ),
    remedy="Write a maxReplicas above minReplicas, or take the autoscaler out and state replicas.",
)

_BOUNDS = (("minReplicas", "maxReplicas"), ("minPods", "maxPods"))
"""Keys of charts for the least and the most."""


def autoscaling_bound_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each autoscaler whose most is not above its least, where both are stated."""
    for each in lab.objects_by_kind.get("HorizontalPodAutoscaler", ()):
        most = value(each.content, "spec", "maxReplicas")
        if isinstance(most, int):
            least = number(each.content, "spec", "minReplicas", default=1)
            yield from _judged(each.path, f"the autoscaler {each.name}", "maxReplicas", least, most)
    for name, service in lab.services.items():
        if isinstance(service, HelmService):
            yield from _of_chart(name, service)


def _of_chart(name: str, service: HelmService) -> Iterator[Finding]:
    for key in IN_VALUES:
        for path, scaler in switched_on(service.values, ("services", name, "values"), key):
            if not is_mapping(scaler) or scaler.get("enabled") is not True:
                continue
            for least_key, most_key in _BOUNDS:
                least, most = scaler.get(least_key), scaler.get(most_key)
                if isinstance(least, int) and isinstance(most, int):
                    called = f"{dotted(path[3:])} in the values of {name}"
                    yield from _judged(path, called, f"{dotted(path[3:])}.{most_key}", least, most)


def _judged(path: Path, called: str, key: str, least: int, most: int) -> Iterator[Finding]:
    if most > least:
        return
    is_refused = most < least
    yield NOTHING_TO_SCALE.finding(
        path,
        f"{called} wants {least} pods at least and {most} at most: the API server refuses it"
        if is_refused
        else f"{called} wants {least} pods at least and at most: it never changes their number",
        f"write {key}: {least + 1}, or more",
        about=called,
        severity="error" if is_refused else "info",
        facts={"least": least, "most": most},
    )
