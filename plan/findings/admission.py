"""Pods that the API server would refuse: every pod that the plan writes goes through the same judge, in the order in
which it would be made, and quotas count what came before it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from config.lab import Lab
from plan.capacity.quotas import FIELDS
from plan.kubernetes.admission import Admission, admit
from plan.kubernetes.admission.quota import amount_of, pod_usage
from plan.model import Container, Controller, Finding, Manifest, Namespace, Service, Workload
from plan.model.findings import Rule
from plan.model.resources import notation

ADMISSION_REFUSED = Rule(
    "ADMISSION-REFUSED",
    "error",
    title="The API server would refuse a pod",
    meaning=(
        "Each pod of the plan is put before the rules by which the API server and the policies admit pods. This one is "
        "refused: its controller reports FailedCreate, and the pod never appears. The message ends in the words of the "
        "API server or of the policy."
    ),
    remedy="State amounts that the tier admits, raise the tier's bounds, or state the exception with its reason.",
)

WORDED_ELSEWHERE = frozenset({"CPU-ABOVE-CAP", "LIMIT-ABOVE-MAXIMUM", "LIMIT-ABOVE-RATIO"})
"""Rules that say more of what a service's file states. They hold only where the judge refuses a pod of it."""
_TEMPLATES: Mapping[Controller, tuple[str, ...]] = {
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "Pod": (),
}


def judged(
    lab: Lab, namespaces: Iterable[Namespace], services: Sequence[Service], found: Iterable[Finding]
) -> Iterator[Finding]:
    """The findings, those about admission as far as the judge agrees, and what it refuses that none of them says."""
    refused = dict(_refusals(lab, namespaces, services))
    worded: set[str] = set()
    for finding in found:
        if finding.code not in WORDED_ELSEWHERE:
            yield finding
        elif (name := _service_of(finding)) in {service for service, _ in refused}:
            worded.add(name)
            yield finding
    for (service, _), (workload, refusal) in refused.items():
        assert refusal.refusal is not None
        if service not in worded:
            yield ADMISSION_REFUSED.finding(
                workload.path,
                f"the pods of {workload.name} would be refused: {refusal.refusal.message}",
                "state amounts that its tier admits, raise the tier's bounds in tiers.yaml, or state the exception",
                about=workload.name,
                facts={"stage": refusal.refusal.by},
            )


def _service_of(finding: Finding) -> str:
    return str(finding.path[1]) if len(finding.path) > 1 else ""


def _refusals(
    lab: Lab, namespaces: Iterable[Namespace], services: Sequence[Service]
) -> Iterator[tuple[tuple[str, str], tuple[Workload, Admission]]]:
    """By service and workload; a quota that is full is told with the namespace, so here it counts for what no rule
    on namespaces sums up."""
    by_name = {namespace.name: namespace for namespace in namespaces}
    used: dict[str, Counter[str]] = defaultdict(Counter)
    for service in services:
        manifests = {(each["kind"], each["metadata"]["name"]): each for each in service.objects}
        for workload in service.workloads:
            namespace = by_name.get(workload.namespace)
            if namespace is None or not workload.replicas:
                continue
            pod = _pod(manifests.get((workload.controller, workload.name)), workload, service)
            try:
                admission = admit(lab, namespace, pod, quotas=_quotas(namespace, used[namespace.name]))
            except (KeyError, TypeError, ValueError):
                continue  # no pod at all: a patch or an object that is invalid has a finding of its own
            refusal = admission.refusal
            if refusal is None or refusal.by == "quota":
                taken = pod_usage(admission.pod)
                used[namespace.name].update({name: amount * workload.replicas for name, amount in taken.items()})
            told_elsewhere = not _exceeds_what_is_not_summed_up(namespace, used[namespace.name])
            if refusal is not None and not (refusal.by == "quota" and told_elsewhere):
                yield (service.name, workload.name), (workload, admission)


def _quotas(namespace: Namespace, used: Mapping[str, int]) -> dict[str, tuple[Manifest, Mapping[str, int]]]:
    if namespace.quota is None:
        return {}
    return {namespace.quota["metadata"]["name"]: (namespace.quota, dict(used))}


def _exceeds_what_is_not_summed_up(namespace: Namespace, used: Mapping[str, int]) -> bool:
    """Whether a quota is exceeded on a resource that no finding about the namespace adds up."""
    hard: Mapping[str, object] = {} if namespace.quota is None else namespace.quota["spec"]["hard"]
    others = (name for name in hard if name not in FIELDS.values())
    return any(used.get(name, 0) > amount_of(name, hard[name]) for name in others)


def _pod(manifest: Manifest | None, workload: Workload, service: Service) -> Manifest:
    path = _TEMPLATES.get(workload.controller)
    if manifest is None or path is None:
        return _stand_in(workload, service)
    found: Any = manifest
    for key in path:
        found = found[key]
    return found


def _stand_in(workload: Workload, service: Service) -> Manifest:
    """A pod that a chart or an operator makes, as far as the plan knows it."""
    pod = workload.pod
    return {
        "metadata": {"labels": dict(pod.constraints.labels), "annotations": {"homelab/service": service.name}},
        "spec": {
            "containers": [_container(each) for each in pod.containers],
            "initContainers": [_container(each) for each in pod.init_containers],
            "nodeSelector": dict(pod.node_selector),
            "tolerations": [{"operator": "Exists"}] if "*" in pod.tolerated_taints else _tolerations(workload),
        },
    }


def _tolerations(workload: Workload) -> list[Manifest]:
    return [{"key": key, "operator": "Exists"} for key in sorted(workload.pod.tolerated_taints)]


def _container(container: Container) -> Manifest:
    def amounts(resources: Mapping[str, int]) -> dict[str, str]:
        return {name: notation(name, amount) for name, amount in resources.items()}

    restarts = {"restartPolicy": "Always"} if container.always_restarts else {}
    resources = {"requests": amounts(container.requests), "limits": amounts(container.limits)}
    return {"name": container.name, "resources": resources, **restarts}
