"""Vertical autoscalers that recommend nothing, and namespaces for which Goldilocks makes none."""

from collections.abc import Iterator
from datetime import timedelta

from observation.model import Observation
from observation.objects import (
    Reference,
    condition,
    created,
    deleted,
    labels_of,
    name_of,
    namespace_of,
    reference,
)
from operations.doctor.ages import length
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import is_young
from plan.model import Manifest
from plan.model.fields import entries, number, text
from plan.wording import listed

_KIND = "VerticalPodAutoscaler"
_CRD = "verticalpodautoscalers.autoscaling.k8s.io"
_GOLDILOCKS = "goldilocks.fairwinds.com/enabled"
_LEARNS = timedelta(days=1)
"""Time that the recommender watches a workload before it recommends anything."""


def recommendation_findings(observed: Observation) -> Iterator[Finding]:
    """A finding for each vertical autoscaler without a recommendation, and each namespace without autoscalers."""
    for each in observed.of(_KIND):
        if deleted(each) is None and not entries(each, "status", "recommendation", "containerRecommendations"):
            yield from _silent(observed, each)
    yield from _not_made(observed)


def _silent(observed: Observation, scaler: Manifest) -> Iterator[Finding]:
    if is_young(observed, created(scaler), _LEARNS):
        return
    namespace, name = namespace_of(scaler), text(scaler, "spec", "targetRef", "name")
    target = Reference(text(scaler, "spec", "targetRef", "kind"), namespace, name)
    manifest = observed.get(target.kind, target.name, namespace)
    since = created(scaler)
    age = f" for {length(observed.now - since)}" if since else ""
    base = Finding(
        "VPA-WITHOUT-RECOMMENDATION",
        "warning",
        reference(scaler),
        f"It has recommended nothing for {target}{age}",
        f"kubectl describe vpa {name_of(scaler)} -n {namespace}",
        (Evidence(reference(scaler), "status.recommendation is empty"),),
        covers=frozenset((reference(scaler),)),
    )
    if manifest is None and observed.knows(target.kind):
        yield base._replace(
            code="VPA-TARGET-MISSING",
            message=f"It is to watch {target}, which does not exist",
            fix=f"correct targetRef in {reference(scaler)}, or delete it",
            evidence=(*base.evidence, Evidence(target, "does not exist")),
        )
        return
    if manifest is not None and number(manifest, "spec", "replicas", default=1) == 0:
        return
    recommenders = _named(observed, "recommender")
    if observed.knows("Deployment") and not any(number(each, "status", "readyReplicas") for each in recommenders):
        state = f"{listed([str(reference(each)) for each in recommenders])} has no ready pod"
        yield base._replace(
            cause="recommender",
            message=f"It has recommended nothing for {target}{age}: "
            f"{state if recommenders else 'no VPA recommender runs in this cluster'}",
            fix="see why the recommender does not run" if recommenders else "install the VPA recommender",
            evidence=(*base.evidence, *(Evidence(reference(each), "has no ready pod") for each in recommenders)),
            upstream=frozenset(reference(x) for each in recommenders for x in (each, *observed.pods_of(each))),
        )
        return
    said = next((each.message for n in ("NoPodsMatched", "ConfigUnsupported") if (each := _true(scaler, n))), "")
    yield base._replace(message=f"{base.message}{f': {said}' if said else ''}")


def _true(scaler: Manifest, name: str):
    found = condition(scaler, name)
    return found if found is not None and found.status == "True" else None


def _named(observed: Observation, role: str) -> list[Manifest]:
    return [each for each in observed.of("Deployment") if "vpa" in name_of(each) and role in name_of(each)]


def _not_made(observed: Observation) -> Iterator[Finding]:
    """Namespaces that are labelled for Goldilocks, and whose workloads have no autoscaler."""
    if not observed.knows("Deployment") or not _is_asked(observed):
        return
    makers = [
        each for each in observed.of("Deployment") if "goldilocks" in name_of(each) and "controller" in name_of(each)
    ]
    watched = {(namespace_of(each), text(each, "spec", "targetRef", "name")) for each in observed.of(_KIND)}
    for namespace in observed.of("Namespace"):
        name = name_of(namespace)
        lacking = [
            each
            for each in observed.in_namespace("Deployment", name)
            if (name, name_of(each)) not in watched and not is_young(observed, created(each), timedelta(hours=1))
        ]
        if str(labels_of(namespace).get(_GOLDILOCKS)).lower() != "true" or not lacking:
            continue
        which = listed([str(reference(each)) for each in lacking])
        down = not any(number(each, "status", "readyReplicas") for each in makers)
        why = (
            "" if not down else "; its controller does not run" if makers else "; Goldilocks' controller does not exist"
        )
        yield Finding(
            "VPA-NOT-MADE",
            "warning",
            reference(namespace),
            f"It is labelled for Goldilocks, and {which} {'has' if len(lacking) == 1 else 'have'} no "
            f"VerticalPodAutoscaler, so nothing is recommended{why}",
            "see why Goldilocks' controller makes none: kubectl logs -A -l app.kubernetes.io/name=goldilocks",
            (
                Evidence(reference(namespace), f"label {_GOLDILOCKS}=true"),
                *(Evidence(reference(each), "has no VerticalPodAutoscaler") for each in lacking[:4]),
            ),
            cause="goldilocks",
            upstream=frozenset(reference(x) for each in makers for x in (each, *observed.pods_of(each))),
        )


def _is_asked(observed: Observation) -> bool:
    """Whether it is known which autoscalers there are."""
    if any(True for _ in observed.of(_KIND)):
        return True
    return observed.knows("CustomResourceDefinition") and (
        _CRD in observed.resources or observed.get("CustomResourceDefinition", _CRD) is None
    )
