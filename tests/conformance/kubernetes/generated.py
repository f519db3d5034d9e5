"""Pods as people write them, and as nobody should: generated, the same for the same seed."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from plan.model.metadata import EXCEPTION_LABEL
from plan.model.resources import GPU
from plan.tiers.conventions import GPU_NODE_LABEL, GPU_TAINT
from tests.conformance.kubernetes.secured import restricted

CPU = ("0", "0.0005", "1.5m", "10m", "0.05", "100m", "250m", "0.5", "1", "1000m", "1500m", "2", "2500m", "5")
MEMORY = (
    "0",
    "1",
    "100k",
    "32Mi",
    "64Mi",
    "65536Ki",
    "1e8",
    "256Mi",
    "0.25Gi",
    "512Mi",
    "1Gi",
    "1024Mi",
    "1.5Gi",
    "4Gi",
    "5Gi",
)
EPHEMERAL_STORAGE = ("0", "64Mi", "1Gi", "1073741824")
RUNTIME_CLASSES: dict[str, dict[str, int]] = {"plain": {}, "sandbox": {"cpu": 250, "memory": 128 << 20}}
"""Overhead of each, in addition to a pod's containers."""
EXCEPTIONS = ("guaranteed-cpu", "burstable-memory", "cpu-above-cap")
TOLERATIONS: tuple[dict[str, str], ...] = (
    {"operator": "Exists"},
    {"key": GPU_TAINT, "operator": "Exists"},
    {"key": GPU_TAINT, "operator": "Exists", "effect": "NoSchedule"},
    {"key": GPU_TAINT, "operator": "Equal", "value": "true"},
    {"key": GPU_TAINT, "operator": "Exists", "effect": "NoExecute"},
    {"key": "node-role.kubernetes.io/control-plane", "operator": "Exists", "effect": "NoSchedule"},
    {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute"},
    {"operator": "Exists", "effect": "NoExecute"},
)


def generated_pods(seed: int, count: int, priority_classes: Sequence[str]) -> Iterator[dict[str, Any]]:
    """So many pods; about one in two is one that a careful person would write."""
    random = Random(seed)
    for number in range(count):
        yield _pod(random, f"generated-{number}", priority_classes)


def _pod(random: Random, name: str, priority_classes: Sequence[str]) -> dict[str, Any]:
    careful = random.random() < 0.5
    uses_gpu = random.random() < 0.15
    containers = [_container(random, f"c{number}", careful) for number in range(random.choice((1, 1, 1, 2, 3)))]
    init = [_container(random, f"i{number}", careful) for number in range(random.choice((0, 0, 0, 1, 2)))]
    for container in init:
        if random.random() < 0.4:
            container["restartPolicy"] = "Always"
    spec: dict[str, Any] = {"containers": containers, "initContainers": init}
    if uses_gpu:
        _ask_for_gpu(random, spec, complete=random.random() < 0.5)
    elif random.random() < 0.15:
        spec["tolerations"] = [random.choice(TOLERATIONS)]
    if random.random() < 0.3:
        spec["priorityClassName"] = random.choice((*priority_classes, "system-cluster-critical", "no-such-class"))
    if random.random() < 0.03:
        spec["priority"] = random.choice((0, 200000))
    if random.random() < 0.03:
        spec["preemptionPolicy"] = random.choice(("Never", "PreemptLowerPriority"))
    if random.random() < 0.1:
        spec["runtimeClassName"] = random.choice((*RUNTIME_CLASSES, "sandbox", "no-such-runtime"))
    if random.random() < 0.1:
        spec["activeDeadlineSeconds"] = 60
    if random.random() < 0.03:
        spec["ephemeralContainers"] = [{"name": "debug", "image": "busybox"}]
    if random.random() < 0.9:
        spec = restricted(spec)
    labels = {f"{EXCEPTION_LABEL}{random.choice(EXCEPTIONS)}": "true"} if random.random() < 0.2 else {}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels}, "spec": spec}


def _container(random: Random, name: str, careful: bool) -> dict[str, Any]:
    resources = _careful_resources(random) if careful else _careless_resources(random)
    return {"name": name, "image": "registry.example/app:1.0.0", "resources": resources}


def _careful_resources(random: Random) -> dict[str, dict[str, str]]:
    memory = random.choice(("32Mi", "64Mi", "256Mi", "0.25Gi", "512Mi", "1024Mi"))
    return {
        "requests": {"cpu": random.choice(("0", "10m", "0.05", "100m", "250m", "0.5")), "memory": memory},
        "limits": {"memory": memory},
    }


def _careless_resources(random: Random) -> dict[str, dict[str, str]]:
    resources: dict[str, dict[str, str]] = {}
    for field in ("requests", "limits"):
        stated = {
            resource: random.choice(amounts)
            for resource, amounts, share in (
                ("cpu", CPU, 0.5 if field == "requests" else 0.15),
                ("memory", MEMORY, 0.6),
                ("ephemeral-storage", EPHEMERAL_STORAGE, 0.15),
            )
            if random.random() < share
        }
        if stated or random.random() < 0.5:
            resources[field] = stated
    return resources


def _ask_for_gpu(random: Random, spec: dict[str, Any], *, complete: bool) -> None:
    container = random.choice(spec["containers"])
    container["resources"].setdefault("limits", {})[GPU] = random.choice(("1", "1", "2", "0"))
    if complete or random.random() < 0.5:
        spec["tolerations"] = [random.choice(TOLERATIONS[:5])]
    if complete or random.random() < 0.5:
        spec["nodeSelector"] = {GPU_NODE_LABEL: "true"}
    if not complete and random.random() < 0.3:
        container["resources"].setdefault("requests", {})[GPU] = random.choice(("1", "2", "0.5"))
