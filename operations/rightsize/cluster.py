"""Proposals for a whole cluster: each container with usage, next to the cluster's own values and its tier's rules."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from observation import Observation
from observation.objects import labels_of, name_of, namespace_of, spec_of
from observation.usage import ContainerUsage, Usage
from operations.rightsize.size import Policy, Proposal, propose
from operations.rightsize.stated import Stated
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, text, value
from plan.model.metadata import TIER_LABEL
from plan.model.resources import CPU, GPU, MEMORY, read_amount

CONTROLLERS = ("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Pod")
VOLATILE = 1.3
"""Headroom of services that swing or use a GPU, by the runbook."""
STABLE = 1.2


class Sized(NamedTuple):
    """A container and the proposals for it."""

    namespace: str
    workload: str
    """Kind and name, as `Deployment/blog`."""
    container: str
    usage: ContainerUsage
    memory: Proposal
    cpu: Proposal


class NotSized(NamedTuple):
    """A container for which nothing can be proposed."""

    namespace: str
    workload: str
    container: str
    why: str


class Sizes(NamedTuple):
    """Proposals for a cluster."""

    days: float
    """Span of the usage."""
    sized: tuple[Sized, ...]
    not_sized: tuple[NotSized, ...]


def size_cluster(observation: Observation, usage: Usage, lab: Lab | None = None) -> Sizes:
    """Proposals for each container of which the use is known, and the containers of which it is not."""
    containers = {
        (namespace_of(manifest) or "", f"{manifest['kind']}/{name_of(manifest)}", str(container["name"])): (
            manifest,
            container,
        )
        for kind in CONTROLLERS
        for manifest in observation.of(kind)
        if kind != "Pod" or observation.controller(manifest) is None
        for container in _containers(manifest)
    }
    webhooks = frozenset(_webhook_pods(observation))
    sized: list[Sized] = []
    not_sized: list[NotSized] = []
    for used in usage.containers:
        key = (used.namespace, used.workload, used.container)
        found = containers.pop(key, None)
        if found is None:
            not_sized.append(NotSized(*key, "made by another controller, or no longer there"))
            continue
        manifest, container = found
        policy = _policy(observation, lab, manifest, container, used.namespace in webhooks)
        memory, cpu = propose(used, _stated(_as_admitted(observation, manifest, container)), policy)
        sized.append(Sized(*key, used, memory, cpu))
    not_sized += [NotSized(*key, "no usage") for key in containers]
    return Sizes(usage.window_days, tuple(sized), tuple(sorted(not_sized)))


def _containers(manifest: Manifest) -> list[Fields]:
    spec = pod_spec(manifest)
    natives = [each for each in entries(spec, "initContainers") if each.get("restartPolicy") == "Always"]
    return [*entries(spec, "containers"), *natives]


def pod_spec(manifest: Manifest) -> Fields:
    """The pod template's specification of a controller, or that of a pod itself."""
    kind, spec = manifest["kind"], spec_of(manifest)
    if kind == "Pod":
        return spec
    if kind == "CronJob":
        spec = mapping(spec, "jobTemplate", "spec")
    return mapping(spec, "template", "spec")


def _as_admitted(observation: Observation, manifest: Manifest, container: Fields) -> Fields:
    """The container as a pod has it, with the defaults of the LimitRange; as it is written, where there is no pod."""
    running = (
        each
        for pod in observation.pods_of(manifest)
        for each in _containers(pod)
        if each.get("name") == container.get("name")
    )
    return next(running, container)


def _stated(container: Fields) -> Stated:
    return Stated(
        cpu_request=_amount(container, "requests", CPU),
        memory_request=_amount(container, "requests", MEMORY),
        memory_limit=_amount(container, "limits", MEMORY),
    )


def _amount(container: Fields, field: str, resource: str) -> int | None:
    found = text(container, "resources", field, resource)
    return read_amount(resource, found) if found else None


def _policy(
    observation: Observation, lab: Lab | None, manifest: Manifest, container: Fields, admits_pods: bool
) -> Policy:
    namespace = namespace_of(manifest) or ""
    tier = _tier(observation, lab, namespace)
    uses_gpu = value(container, "resources", "limits", GPU) is not None
    return Policy(
        headroom=VOLATILE if uses_gpu else STABLE,
        request_is_limit=lab is not None and tier is not None and lab.tiers[tier].memory == "guaranteed",
        ceiling=_ceiling(observation, namespace),
        keep=admits_pods or namespace == "kube-system",
        scaled_by_cpu=_is_scaled_by_cpu(observation, manifest),
    )


def _tier(observation: Observation, lab: Lab | None, namespace: str) -> str | None:
    live = observation.get("Namespace", namespace)
    tier = labels_of(live).get(TIER_LABEL) if live else None
    return tier if lab is not None and tier in lab.tiers else None


def _ceiling(observation: Observation, namespace: str) -> int | None:
    """Bytes that one container may have: by the LimitRange, and by the largest node."""
    limits = [
        read_amount(MEMORY, most)
        for limit_range in observation.in_namespace("LimitRange", namespace)
        for item in entries(spec_of(limit_range), "limits")
        if item.get("type") == "Container" and (most := text(item, "max", MEMORY))
    ]
    nodes = [
        read_amount(MEMORY, amount)
        for node in observation.of("Node")
        if (amount := text(node, "status", "allocatable", MEMORY))
    ]
    return min((*limits, max(nodes)) if nodes else limits, default=None)


def _webhook_pods(observation: Observation) -> Iterator[str]:
    """Namespaces of webhooks that pods wait for: all of a lab's pods ask them at once after a power cut."""
    for kind in ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"):
        for configuration in observation.of(kind):
            for webhook in entries(configuration, "webhooks"):
                if namespace := text(webhook, "clientConfig", "service", "namespace"):
                    yield namespace


def _is_scaled_by_cpu(observation: Observation, manifest: Manifest) -> bool:
    return any(
        mapping(spec_of(scaler), "scaleTargetRef").get("kind") == manifest["kind"]
        and mapping(spec_of(scaler), "scaleTargetRef").get("name") == name_of(manifest)
        and _names_cpu(entries(spec_of(scaler), "metrics"))
        for scaler in observation.in_namespace("HorizontalPodAutoscaler", namespace_of(manifest))
    )


def _names_cpu(metrics: Iterable[Mapping[str, object]]) -> bool:
    return any(value(metric, "resource", "name") == CPU for metric in metrics)
