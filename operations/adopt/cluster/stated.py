"""An object as its owner would write it down: without what the server, controllers and tools added."""

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from operations.adopt.cluster.defaults import drop_defaults
from operations.adopt.cluster.objects import is_fields, is_list
from plan.model import Manifest
from plan.model.templates import pod_spec

_METADATA = (
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "managedFields",
    "selfLink",
    "ownerReferences",
    "finalizers",
    "generateName",
)
"""Fields of the metadata that the server and controllers write."""
_ANNOTATIONS = re.compile(
    r"kubectl\.kubernetes\.io/last-applied-configuration|deployment\.kubernetes\.io/.*|pv\.kubernetes\.io/.*"
    r"|volume(\.beta)?\.kubernetes\.io/.*|deprecated\.daemonset\.template\.generation|meta\.helm\.sh/.*"
    r"|argocd\.argoproj\.io/tracking-id|kopf\.zalando\.org/.*|metallb\.(io|universe\.tf)/ip-allocated-from-pool"
    r"|batch\.kubernetes\.io/.*|cronjob\.kubernetes\.io/.*"
)
_LABELS = re.compile(
    r"kustomize\.toolkit\.fluxcd\.io/.*|helm\.toolkit\.fluxcd\.io/.*|argocd\.argoproj\.io/instance"
    r"|kubernetes\.io/metadata\.name"
)
"""Marks of controllers and of the tools that wrote an object until now. They stay on it."""
_JOB_LABELS = ("controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name")
_PROVISIONED = "pvc-"
"""Names of volumes that provisioners make begin so; of any other, the owner asked by its name."""
_EVICTING_TAINTS = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


def as_stated(live: Manifest) -> Manifest:
    """An object without its status, without what the server fills in, and without the marks of tools."""
    manifest: dict[str, Any] = deepcopy({key: value for key, value in live.items() if key != "status"})
    metadata = manifest["metadata"]
    for field in _METADATA:
        metadata.pop(field, None)
    _drop_matching(metadata, "annotations", _ANNOTATIONS)
    _drop_matching(metadata, "labels", _LABELS)
    if change := _BY_KIND.get(str(manifest["kind"])):
        change(manifest)
    spec: Any = pod_spec(manifest)
    if spec:
        _pod(spec)
    drop_defaults(str(manifest["kind"]), manifest)
    return {key: _without_nulls(value) for key, value in manifest.items()}


def comparable(manifest: Manifest) -> Manifest:
    """An object without what the server would fill in anyway, so that two ways to write it are one."""
    copied = deepcopy(manifest)
    drop_defaults(str(manifest["kind"]), copied)
    return {key: _without_nulls(value) for key, value in copied.items()}


def pull_policy(image: str) -> str:
    """When an image is pulled whose container does not say it."""
    if "@" in image:
        return "IfNotPresent"
    tag = image.rpartition("/")[2].partition(":")[2]
    return "Always" if tag in ("", "latest") else "IfNotPresent"


def _drop_matching(metadata: dict[str, Any], field: str, pattern: re.Pattern[str]) -> None:
    found = _held(metadata, field)
    metadata.pop(field, None)
    if kept := {name: value for name, value in found.items() if not pattern.fullmatch(name)}:
        metadata[field] = kept


def _without_nulls(value: Any) -> Any:
    if is_fields(value):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    if is_list(value):
        return [_without_nulls(each) for each in value]
    return value


def _pod(spec: dict[str, Any]) -> None:
    if "serviceAccountName" in spec and spec.get("serviceAccount") == spec["serviceAccountName"]:
        spec.pop("serviceAccount", None)
    for container in _all(spec, "containers") + _all(spec, "initContainers"):
        if container.get("imagePullPolicy") == pull_policy(str(container.get("image", ""))):
            container.pop("imagePullPolicy", None)
        for port in _all(container, "ports") if spec.get("hostNetwork") else ():
            if port.get("hostPort") == port.get("containerPort"):
                port.pop("hostPort", None)


def _all(holder: dict[str, Any], field: str) -> list[dict[str, Any]]:
    """The elements of a list of mappings, to be changed."""
    found = holder.get(field)
    return [each for each in found if is_fields(each)] if is_list(found) else []


def _held(holder: dict[str, Any], field: str) -> dict[str, Any]:
    """A field that has fields itself, to be changed."""
    found = holder.get(field)
    return found if is_fields(found) else {}


def _service(manifest: dict[str, Any]) -> None:
    spec = _held(manifest, "spec")
    if spec.get("clusterIP") != "None":
        spec.pop("clusterIP", None)
    for field in ("clusterIPs", "ipFamilies", "healthCheckNodePort"):
        spec.pop(field, None)
    if spec.get("ipFamilyPolicy") == "SingleStack":
        spec.pop("ipFamilyPolicy", None)
    for port in _all(spec, "ports"):
        if port.get("targetPort") == port.get("port"):
            port.pop("targetPort", None)
        if spec.get("type") == "LoadBalancer":
            port.pop("nodePort", None)


def _claim(manifest: dict[str, Any]) -> None:
    spec = _held(manifest, "spec")
    if spec.get("storageClassName") and str(spec.get("volumeName", "")).startswith(_PROVISIONED):
        spec.pop("volumeName", None)
    if spec.get("dataSource") == spec.get("dataSourceRef"):
        spec.pop("dataSource", None)


def _volume(manifest: dict[str, Any]) -> None:
    claim = _held(_held(manifest, "spec"), "claimRef")
    for field in ("uid", "resourceVersion", "apiVersion", "kind"):
        claim.pop(field, None)


def _job(manifest: dict[str, Any]) -> None:
    spec = _held(manifest, "spec")
    if not spec.get("manualSelector"):
        spec.pop("selector", None)
    for metadata in (manifest["metadata"], _held(_held(spec, "template"), "metadata")):
        labels = _held(metadata, "labels")
        metadata.pop("labels", None)
        if kept := {label: value for label, value in labels.items() if label not in _JOB_LABELS}:
            metadata["labels"] = kept


def _bare_pod(manifest: dict[str, Any]) -> None:
    """Admission adds a token, tolerations and a priority to each pod, and the scheduler a node."""
    spec = _held(manifest, "spec")
    named = (str(each.get("name")) for each in _all(spec, "volumes"))
    tokens = {each for each in named if each.startswith("kube-api-access-")}
    _keep(spec, "volumes", lambda each: str(each.get("name")) not in tokens)
    for container in _all(spec, "containers") + _all(spec, "initContainers"):
        _keep(container, "volumeMounts", lambda each: str(each.get("name")) not in tokens)
    _keep(
        spec,
        "tolerations",
        lambda each: each.get("key") not in _EVICTING_TAINTS or each.get("tolerationSeconds") != 300,
    )
    for field in ("nodeName", "priority"):
        spec.pop(field, None)
    if spec.get("serviceAccountName") == "default":
        spec.pop("serviceAccountName")
        spec.pop("serviceAccount", None)


def _keep(holder: dict[str, Any], field: str, wanted: Callable[[dict[str, Any]], bool]) -> None:
    kept = [each for each in _all(holder, field) if wanted(each)]
    holder.pop(field, None)
    if kept:
        holder[field] = kept


_BY_KIND: Mapping[str, Callable[[dict[str, Any]], None]] = {
    "Service": _service,
    "PersistentVolumeClaim": _claim,
    "PersistentVolume": _volume,
    "Job": _job,
    "Pod": _bare_pod,
}
