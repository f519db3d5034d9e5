"""Footprint of a chart or an operator, measured from its pods, which the planner counts."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from config.quantity import Cpu, Memory
from observation import Usage
from operations.adopt.cluster.lab_storage import CLAIM
from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.yaml_text import Flow, FlowList
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, number, text
from plan.model.templates import containers_of, pod_spec

RUNS_AS = {
    "Deployment": "deployment",
    "StatefulSet": "statefulset",
    "DaemonSet": "daemonset",
    "CronJob": "cronjob",
    "Job": "job",
}
SMALL_CPU = "10m"
SMALL_MEMORY = "64Mi"
"""Of a container of which nobody knows what it needs; it is marked."""


UNLIMITED = "unlimited"
"""Memory of a container that only its node bounds."""
NO_CLAIMS: Mapping[Key, str] = {}


class Assumed(NamedTuple):
    """A figure that nothing says."""

    workload: Key
    container: str
    resource: str


class Footprint(NamedTuple):
    """Workloads as a service file states them, and what of that is assumed."""

    workloads: dict[str, Any]
    assumed: tuple[Assumed, ...]
    host_access: bool = False
    """Whether a pod takes ports of its node."""


def footprint(
    workloads: Iterable[tuple[Key, Manifest]], usage: Usage | None, classes: Mapping[Key, str] = NO_CLAIMS
) -> Footprint:
    """The footprint of workloads that run: figures from requests and limits, else from 30 days of use. `classes` are
    the storage classes of claims."""
    stated: dict[str, Any] = {}
    assumed: list[Assumed] = []
    for key, manifest in workloads:
        if key.kind not in RUNS_AS:
            continue
        spec = pod_spec(manifest)
        workload: dict[str, Any] = {}
        if key.kind != "Deployment":
            workload["runs_as"] = RUNS_AS[key.kind]
        replicas = number(manifest, "spec", "replicas", default=1)
        if key.kind in ("Deployment", "StatefulSet") and replicas != 1:
            workload["replicas"] = replicas
        for field, group in (("containers", "containers"), ("init", "initContainers")):
            containers = {text(each, "name"): Flow(figures(key, each, usage, assumed)) for each in entries(spec, group)}
            if containers:
                workload[field] = containers
        if claims := _claims(key, manifest, spec, classes):
            workload["claims"] = Flow(claims)
        if ports := _host_ports(spec):
            workload["host_ports"] = FlowList(ports)
        if selector := mapping(spec, "nodeSelector"):
            workload["node_selector"] = Flow(selector)
        if key.kind == "DaemonSet" and _goes_everywhere(spec):
            workload["every_node"] = True
        stated[_free(stated, key)] = workload
    return Footprint(stated, tuple(assumed), any("host_ports" in each for each in stated.values()))


def _host_ports(spec: Fields) -> list[int | str]:
    """The ports of its node that a pod takes: on the host's network each that it states."""
    field = "containerPort" if spec.get("hostNetwork") is True else "hostPort"
    ports = [port for each in containers_of(spec) for port in entries(each, "ports")]
    taken = {(number(each, field), text(each, "protocol").lower() or "tcp") for each in ports}
    found = sorted((port, protocol) for port, protocol in taken if port)
    return [port if protocol == "tcp" else f"{port}/{protocol}" for port, protocol in found]


def _claims(key: Key, manifest: Manifest, spec: Fields, classes: Mapping[Key, str]) -> dict[str, str]:
    """The claims that its pods mount, with their storage classes; those of a StatefulSet by the names of templates."""
    templates = [text(each, "metadata", "name") for each in entries(manifest, "spec", "volumeClaimTemplates")]
    made = {name: f"{name}-{key.name}-0" for name in templates}
    mounted = {text(each, "persistentVolumeClaim", "claimName") for each in entries(spec, "volumes")}
    made |= {name: name for name in sorted(mounted) if name}
    found = {name: classes.get(Key(CLAIM, key.namespace, claim)) for name, claim in made.items()}
    return {name: storage_class for name, storage_class in found.items() if storage_class}


def _free(stated: dict[str, Any], key: Key) -> str:
    return key.name if key.name not in stated else f"{key.name}-{RUNS_AS[key.kind]}"


def _goes_everywhere(spec: Fields) -> bool:
    return any(text(each, "operator") == "Exists" and not text(each, "key") for each in entries(spec, "tolerations"))


def figures(key: Key, container: Fields, usage: Usage | None, assumed: list[Assumed]) -> dict[str, str]:
    """CPU and memory of a container: from requests and limits, else from 30 days of use; what nothing says is added to
    `assumed`. One that requests memory without a limit has none."""
    name = text(container, "name")
    requests, limits = mapping(container, "resources", "requests"), mapping(container, "resources", "limits")
    used = usage.of(key.namespace, f"{key.kind}/{key.name}", name) if usage else None
    cpu = _amount(requests.get("cpu")) or _amount(limits.get("cpu"))
    request = _amount(requests.get("memory"))
    memory = _amount(limits.get("memory")) or (UNLIMITED if request else None)
    if cpu is None and used:
        cpu = str(Cpu(max(1, round(used.cpu.p95))))
    if memory is None and used:
        memory = f"{max(1, round(used.memory.max))}Mi"
    assumed += [
        Assumed(key, name, resource) for resource, amount in (("cpu", cpu), ("memory", memory)) if amount is None
    ]
    figures = {"cpu": cpu or SMALL_CPU, "memory": memory or SMALL_MEMORY}
    if request and memory and (memory == UNLIMITED or Memory.parse(request) < Memory.parse(memory)):
        figures["memory_request"] = request
    return figures


def _amount(value: object) -> str | None:
    return str(value) if value not in (None, "0", 0) else None
