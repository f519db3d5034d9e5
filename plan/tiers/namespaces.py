"""The namespaces: one for each service or group, named `<tier>-<name>`."""

from collections import defaultdict

from config.kubernetes import PodSecurityStandard
from config.lab import Lab
from config.namespaces import namespace_of
from config.service import Service
from plan.model import Manifest, Namespace, Tier
from plan.model.metadata import (
    ENFORCE_LABEL,
    LIMIT_RANGE_LABEL,
    OPT_OUT,
    QUOTA_LABEL,
    exception_labels,
    manifest,
)
from plan.tiers.pod_security import Judge, enforced_standard

GOLDILOCKS_LABEL = "goldilocks.fairwinds.com/enabled"


def plan_namespaces(lab: Lab, tiers: tuple[Tier, ...], judge: Judge) -> tuple[Namespace, ...]:
    """Every namespace, in the order of its first service."""
    members: dict[str, list[str]] = defaultdict(list)
    for name in lab.services:
        members[namespace_of(lab, name)].append(name)
    by_name = {tier.name: tier for tier in tiers}
    engine = lab.cluster.platform.policy_engine
    before_policies = {engine, lab.cluster.platform.pod_network}
    return tuple(
        _namespace(
            lab,
            name,
            services,
            by_name[lab.services[services[0]].tier],
            enforced_standard(lab, services, judge),
            after_policies=before_policies.isdisjoint(services),
            governed=engine is not None and engine not in services,
        )
        for name, services in members.items()
    )


def _namespace(
    lab: Lab,
    name: str,
    services: list[str],
    tier: Tier,
    standard: PodSecurityStandard | None,
    *,
    after_policies: bool,
    governed: bool,
) -> Namespace:
    """`governed` is false for Kyverno's own namespace, which none of its policies reaches."""
    exceptions = {exception for service in services for exception in lab.services[service].exceptions}
    opts_out = {LIMIT_RANGE_LABEL: "no-limit-range" in exceptions, QUOTA_LABEL: "no-quota" in exceptions}
    labels = {
        **({lab.cluster.platform.tier_label: tier.name} if governed or not _is_adopted(lab, services) else {}),
        **{label: OPT_OUT for label, is_out in opts_out.items() if is_out},
        **exception_labels(_of_others(lab, services, governed=governed)),
    }
    if standard is not None:
        labels[ENFORCE_LABEL] = standard
    if lab.cluster.platform.recommender is not None:
        labels[GOLDILOCKS_LABEL] = "true"
    groups = [group for each in services if (group := lab.groups.get(lab.services[each].group or ""))]
    for stated in (*(group.labels for group in groups), *(lab.services[each].labels.namespace for each in services)):
        labels = {**labels, **{key: text for key, text in stated.items() if key not in labels or key == ENFORCE_LABEL}}
    annotations: dict[str, str] = {}
    for each in (*(group.annotations for group in groups), *(lab.services[s].annotations.namespace for s in services)):
        annotations |= each
    return Namespace(
        name=name,
        tier=tier.name,
        services=tuple(services),
        manifest=manifest("v1", "Namespace", name, labels=labels, annotations=annotations),
        limit_range=_inside(tier.limit_range, name) if governed and not opts_out[LIMIT_RANGE_LABEL] else None,
        quota=_inside(tier.quota, name) if governed and not opts_out[QUOTA_LABEL] else None,
        after_policies=after_policies,
    )


def _is_adopted(lab: Lab, services: list[str]) -> bool:
    """Whether a namespace was there before. As long as nothing governs it by its tier, it gets no label of one: the
    policies of somebody else may look for that."""
    return any(lab.services[each].namespace for each in services)


def _of_others(lab: Lab, services: list[str], *, governed: bool) -> set[str]:
    """Exceptions of services whose pods get no labels of them: a chart or an operator makes them, or they stay as they
    are, which counts once policies judge them."""
    return {
        exception
        for name in services
        if lab.services[name].makes_pods != "program" or (governed and _stays(lab.services[name], name))
        for exception in lab.services[name].exceptions
    }


def _stays(service: Service, name: str) -> bool:
    return any(part.workload.adopt.as_it_is for part in service.parts(name))


def _inside(generated: Manifest, namespace: str) -> Manifest:
    return {**generated, "metadata": {**generated["metadata"], "namespace": namespace}}
