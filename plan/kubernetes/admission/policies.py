"""Refusals by the lab's own policies: the decisions of `plan/tiers/policies/`, without Kyverno."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from config.lab import Lab
from config.namespaces import namespace_of
from plan.kubernetes.admission.reasons import PolicyBroken
from plan.model import Container, Manifest, Namespace, Pod
from plan.model.metadata import EXCEPTION_LABEL, SERVICE_LABEL
from plan.model.resources import CPU, GPU, MEMORY
from plan.tiers.conventions import GPU_NODE_LABEL, GPU_TAINT
from plan.tiers.policies import sentences


def policy_refusals(lab: Lab, namespace: Namespace, manifest: Manifest, pod: Pod) -> Iterator[PolicyBroken]:
    """Sentence and name of each policy that refuses the pod."""
    tier = governing_tier(lab, namespace)
    if tier is None:
        return
    row = lab.tiers[tier]
    file = sentences.service_file(_labels(manifest).get(SERVICE_LABEL, sentences.UNKNOWN_SERVICE))
    judged: tuple[tuple[str, tuple[str, ...], bool, Callable[[Container], bool], str], ...] = (
        ("no-cpu-limits", ("guaranteed-cpu", "limited-cpu"), True, _has_cpu_limit, sentences.no_cpu_limits(file)),
        ("requests-required", (), True, _requests_too_little, sentences.requests_required(file)),
        (
            "memory-limit-required",
            ("unlimited-memory",),
            True,
            _has_no_memory_limit,
            sentences.memory_limit_required(file),
        ),
        (
            "memory-guaranteed",
            ("burstable-memory",),
            row.memory == "guaranteed",
            _is_burstable,
            sentences.memory_guaranteed(file),
        ),
        (
            "cpu-request-cap",
            ("cpu-above-cap",),
            True,
            lambda container: container.requests.get(CPU, 0) > row.container.max_cpu_request,
            sentences.cpu_request_cap(tier, str(row.container.max_cpu_request), file),
        ),
    )
    containers = (*pod.containers, *pod.init_containers)
    for policy, exceptions, applies, offends, sentence in judged:
        offenders = [container.name for container in containers if offends(container)]
        if applies and offenders and not _is_excused(exceptions, namespace, manifest):
            yield PolicyBroken(policy, tuple(offenders), sentence)
    has_gpus = lab.cluster.platform.gpu is not None and not _is_gpu_namespace(lab, namespace)
    if has_gpus and not _gpu_together(manifest["spec"], containers):
        yield PolicyBroken("gpu-together", (), sentences.gpu_together(file))


def governing_tier(lab: Lab, namespace: Namespace) -> str | None:
    """The tier whose policies hold in a namespace; none holds in Kyverno's own."""
    tier = _labels(namespace.manifest).get(lab.cluster.platform.tier_label)
    engine = lab.cluster.platform.policy_engine
    return tier if tier in lab.tiers and engine is not None and engine not in namespace.services else None


def _has_cpu_limit(container: Container) -> bool:
    return CPU in container.limits


def _requests_too_little(container: Container) -> bool:
    return CPU not in container.requests or MEMORY not in container.requests


def _has_no_memory_limit(container: Container) -> bool:
    return MEMORY not in container.limits


def _is_burstable(container: Container) -> bool:
    return MEMORY in container.limits and container.requests.get(MEMORY, 0) != container.limits[MEMORY]


def _is_excused(exceptions: Iterable[str], namespace: Namespace, manifest: Manifest) -> bool:
    stated = {**_labels(manifest), **_labels(namespace.manifest)}
    return any(f"{EXCEPTION_LABEL}{exception}" in stated for exception in exceptions)


def _labels(manifest: Manifest) -> Mapping[str, str]:
    return manifest["metadata"].get("labels") or {}


def _is_gpu_namespace(lab: Lab, namespace: Namespace) -> bool:
    sharing = lab.cluster.platform.gpu
    operators = (sharing.operator, sharing.feature_discovery) if sharing else ()
    return namespace.name in {namespace_of(lab, name) for name in operators}


def _gpu_together(spec: Mapping[str, Any], containers: Iterable[Container]) -> bool:
    tolerations: list[Mapping[str, Any]] = spec.get("tolerations") or []
    asks = any(GPU in container.limits for container in containers)
    selector: Mapping[str, str] = spec.get("nodeSelector") or {}
    selects = selector.get(GPU_NODE_LABEL) == "true"
    if asks:
        return selects and any(_tolerates(toleration) for toleration in tolerations)
    return not selects and not any(toleration.get("key") == GPU_TAINT for toleration in tolerations)


def _tolerates(toleration: Mapping[str, Any]) -> bool:
    return (
        (toleration.get("key") or GPU_TAINT) == GPU_TAINT
        and (toleration.get("effect") or "NoSchedule") == "NoSchedule"
        and (toleration.get("operator") == "Exists" or toleration.get("value") == "true")
    )
