"""The rules for a container: those of its tier and service, of its namespace, and of the largest node."""

from collections.abc import Iterator

from config.lab import Lab
from observation import Observation
from observation.objects import labels_of, name_of, namespace_of, spec_of
from operations.rightsize.lab import Written
from operations.rightsize.size import Policy
from operations.rightsize.stated import Stated
from operations.rightsize.witnesses import Witness, binding
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, text, value
from plan.model.resources import GPU, MEMORY, read_amount

VOLATILE = 1.3
"""Headroom of services that swing or use a GPU, by the runbook."""
STABLE = 1.2


def policy_of(
    observation: Observation,
    lab: Lab | None,
    manifest: Manifest,
    container: Fields,
    stated: Stated,
    written: Written | None,
    witness: Witness | None,
) -> Policy:
    """The rules for a container of a workload."""
    namespace = namespace_of(manifest) or ""
    tier = written.tier if written else _tier(observation, lab, namespace)
    uses_gpu = value(container, "resources", "limits", GPU) is not None
    return Policy(
        headroom=VOLATILE if uses_gpu else STABLE,
        request_is_limit=lab.tiers[tier].memory == "guaranteed" if lab and tier else stated.is_guaranteed,
        floor=written.floor.memory if written and written.floor else None,
        ceiling=_ceiling(observation, manifest, stated),
        keep=namespace == "kube-system" or namespace in _webhook_namespaces(observation),
        scaled_by=_scaled_by(observation, manifest),
        recommended=binding(witness),
    )


def _tier(observation: Observation, lab: Lab | None, namespace: str) -> str | None:
    live = observation.get("Namespace", namespace)
    if lab is None or live is None:
        return None
    tier = labels_of(live).get(lab.cluster.platform.tier_label)
    return tier if tier in lab.tiers else None


def _ceiling(observation: Observation, manifest: Manifest, stated: Stated) -> int | None:
    """Bytes that one container may have: by the LimitRange, by what its quota has left, and by the largest node."""
    namespace = namespace_of(manifest) or ""
    limits = [
        read_amount(MEMORY, most)
        for limit_range in observation.in_namespace("LimitRange", namespace)
        for item in entries(spec_of(limit_range), "limits")
        if item.get("type") == "Container" and (most := text(item, "max", MEMORY))
    ]
    limits += _left_of_quotas(observation, manifest, stated)
    nodes = [
        read_amount(MEMORY, amount)
        for node in observation.of("Node")
        if (amount := text(node, "status", "allocatable", MEMORY))
    ]
    return min((*limits, max(nodes)) if nodes else limits, default=None)


def _left_of_quotas(observation: Observation, manifest: Manifest, stated: Stated) -> Iterator[int]:
    """Share of each pod of the workload in the rest of its quotas, in addition to its present amount."""
    pods = max(len(observation.pods_of(manifest)), 1)
    for quota in observation.in_namespace("ResourceQuota", namespace_of(manifest)):
        most, used = (text(quota, "status", field, f"limits.{MEMORY}") for field in ("hard", "used"))
        if most and used:
            left = read_amount(MEMORY, most) - read_amount(MEMORY, used)
            yield (stated.memory_limit or 0) + max(left, 0) // pods


def _webhook_namespaces(observation: Observation) -> frozenset[str]:
    """Namespaces of webhooks that pods wait for: all of a lab's pods ask them at once after a power cut."""
    return frozenset(
        namespace
        for kind in ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")
        for configuration in observation.of(kind)
        for webhook in entries(configuration, "webhooks")
        if (namespace := text(webhook, "clientConfig", "service", "namespace"))
    )


def _scaled_by(observation: Observation, manifest: Manifest) -> frozenset[str]:
    """The resources by whose share of the request autoscalers size a workload."""
    return frozenset(
        name
        for scaler in observation.in_namespace("HorizontalPodAutoscaler", namespace_of(manifest))
        if mapping(spec_of(scaler), "scaleTargetRef").get("kind") == manifest["kind"]
        and mapping(spec_of(scaler), "scaleTargetRef").get("name") == name_of(manifest)
        for metric in entries(spec_of(scaler), "metrics")
        for source in ("resource", "containerResource")
        if (name := text(metric, source, "name"))
    )
