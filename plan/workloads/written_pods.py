"""Every pod that a plan brings about, as it is sent to the API server: of workloads, jobs, operators and charts."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from plan.model import Container, Manifest, Pod, Service, Workload, resources
from plan.model.fields import mapping
from plan.model.templates import pod_template
from plan.workloads.patches import wrong_pod


class WrittenPod(NamedTuple):
    """A pod of a workload."""

    workload: Workload
    manifest: Manifest
    """With `metadata` and `spec`."""


def written_pods(service: Service) -> Iterator[WrittenPod]:
    """One pod for each workload of a service, in the order in which they are made. That of a chart or an operator is
    put together of what the plan counts for it; what else is in it is not known."""
    written = {(each["kind"], each["metadata"]["name"]): each for each in service.objects}
    for workload in service.workloads:
        controller = written.get((workload.controller, workload.name))
        if controller is None:
            yield WrittenPod(workload, _put_together(workload, {}))
        elif workload.controller == "Cluster":
            yield WrittenPod(workload, _put_together(workload, mapping(controller, "spec")))
        elif wrong_pod(controller) is None:
            template: Mapping[str, Any] = pod_template(controller)
            yield WrittenPod(workload, {"metadata": template.get("metadata") or {}, "spec": template["spec"]})


def _put_together(workload: Workload, cluster: Mapping[str, Any]) -> Manifest:
    """A pod that somebody else writes; CloudNativePG gives it the labels and the class that its cluster states. Its
    security settings are as `restricted` demands: CloudNativePG's are, and a chart's are not known here."""
    pod = workload.pod
    spec: Manifest = {
        "containers": _containers(pod.containers),
        "initContainers": _containers(pod.init_containers),
        "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}, "runAsNonRoot": True},
        "nodeSelector": dict(pod.node_selector),
        "tolerations": _tolerations(pod),
    }
    if "priorityClassName" in cluster:
        spec["priorityClassName"] = cluster["priorityClassName"]
    return {"metadata": {"labels": mapping(cluster, "inheritedMetadata", "labels")}, "spec": spec}


def _containers(containers: tuple[Container, ...]) -> list[Manifest]:
    return [
        {
            "name": each.name,
            "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
            **({"restartPolicy": "Always"} if each.always_restarts else {}),
            "resources": {"requests": resources.written(each.requests), "limits": resources.written(each.limits)},
        }
        for each in containers
    ]


def _tolerations(pod: Pod) -> list[Manifest]:
    return [written_toleration(each) for each in sorted(pod.tolerated_taints)]


def written_toleration(tolerated: str) -> dict[str, str]:
    """A toleration of a key, or of `key=value`; of taints that evict, `key:NoExecute`."""
    name, equals, value = tolerated.partition("=")
    key, _, effect = name.partition(":")
    meant = {} if key == "*" else {"key": key}
    how = {"operator": "Equal", "value": value} if equals else {"operator": "Exists"}
    return meant | how | ({"effect": effect} if effect else {})
