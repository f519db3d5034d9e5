"""Changes of Kubernetes from 1.34 to 1.37 that concern what a lab runs, each with its source."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from plan.cluster.releases import RELEASES
from plan.model import Manifest, Severity
from plan.model.fields import entries, mapping, text, value, values
from plan.model.templates import containers_of, pod_spec

RULES_MINOR = next(each.minor for each in RELEASES if each.rules_read)
"""The minor release that the planner's rules were read for, and that the rehearsal runs."""
NEWEST_MINOR = max(each.minor for each in RELEASES)
"""The last minor release whose documented changes are here."""


class Change(NamedTuple):
    """A documented change of a minor release."""

    minor: int
    """The first release that has it, for example 36 for 1.36."""
    name: str
    effect: str
    remedy: str
    severity: Severity
    """How bad it is for an object that it concerns."""
    source: str
    concerns: Callable[[Manifest], bool] | None
    """Whether it concerns an object; None where no object shows it, and `remedy` is how to look."""


def _mounts_git(manifest: Manifest) -> bool:
    return any("gitRepo" in volume for volume in entries(pod_spec(manifest), "volumes"))


def _has_pod_resources(manifest: Manifest) -> bool:
    return bool(mapping(pod_spec(manifest), "resources"))


def _has_external_addresses(manifest: Manifest) -> bool:
    return manifest["kind"] == "Service" and bool(values(manifest, "spec", "externalIPs"))


def _is_proxy_by_ipvs(manifest: Manifest) -> bool:
    lines = text(manifest, "data", "config.conf").splitlines()
    return manifest["kind"] == "ConfigMap" and any(line.replace('"', "").strip() == "mode: ipvs" for line in lines)


def _protects_memory(manifest: Manifest) -> bool:
    """The file as it is written: `/configz` shows the old default of the factor as if it were stated."""
    keys = ("memoryThrottlingFactor", "memoryReservationPolicy")
    if manifest["kind"] == "KubeletConfiguration":
        return any(value(manifest, key) is not None for key in keys)
    lines = text(manifest, "data", "kubelet").splitlines()
    return manifest["kind"] == "ConfigMap" and any(line.startswith(keys) for line in lines)


def _is_static_and_refers(manifest: Manifest) -> bool:
    if "kubernetes.io/config.mirror" not in mapping(manifest, "metadata", "annotations"):
        return False
    spec = pod_spec(manifest)
    containers = tuple(containers_of(spec))
    environment = [each for container in containers for each in entries(container, "env")]
    return (
        any("secret" in volume or "configMap" in volume for volume in entries(spec, "volumes"))
        or any(values(container, "envFrom") for container in containers)
        or any(mapping(each, "valueFrom").keys() & {"secretKeyRef", "configMapKeyRef"} for each in environment)
    )


CHANGES = (
    Change(
        34,
        "pod-level resources",
        "the scheduler and the kubelet count the resources that a pod states as a whole; the planner counts those of "
        "its containers",
        "state the resources of the containers",
        "warning",
        "kubernetes.io/docs/tasks/configure-pod-container/assign-pod-level-resources (beta, on)",
        _has_pod_resources,
    ),
    Change(
        35,
        "cgroup v1",
        "the kubelet does not start on a node with cgroup v1",
        "stat -fc %T /sys/fs/cgroup says cgroup2fs on each node",
        "error",
        "kubernetes.io/docs/concepts/architecture/cgroups (failCgroupV1)",
        None,
    ),
    Change(
        35,
        "in-place resize",
        "CPU and memory of a pod that runs can be changed, and this can no longer be turned off",
        "policies on pods of other makers match pods/resize too: kubectl get "
        "validatingpolicies,validatingadmissionpolicies -o yaml",
        "info",
        "kubernetes.io/docs/tasks/configure-pod-container/resize-container-resources",
        None,
    ),
    Change(
        35,
        "kube-proxy by IPVS",
        "the mode ipvs of kube-proxy is deprecated",
        "change its mode to nftables",
        "info",
        "kubernetes.io/blog/2025/12/17/kubernetes-v1-35-release",
        _is_proxy_by_ipvs,
    ),
    Change(
        36,
        "gitRepo volumes",
        "the kubelet refuses pods with a gitRepo volume",
        "clone the repository in an init container",
        "error",
        "KEP-5040 (kubernetes/enhancements)",
        _mounts_git,
    ),
    Change(
        36,
        "externalIPs",
        "externalIPs of a Service are deprecated, and are gone from 1.43 on",
        "make it of type LoadBalancer",
        "info",
        "KEP-5707 (kubernetes/enhancements)",
        _has_external_addresses,
    ),
    Change(
        36,
        "resize of pod-level resources",
        "the resources that a pod states as a whole can be changed while it runs",
        "policies that cap them match pods/resize too",
        "info",
        "KEP-5419 (kubernetes/enhancements): beta, on",
        _has_pod_resources,
    ),
    Change(
        37,
        "Memory QoS",
        "MemoryQoS is on: a factor or policy that is written in the kubelet's file is applied to the cgroups, and "
        "without one nothing is throttled or reserved",
        "take memoryThrottlingFactor and memoryReservationPolicy out of the kubelet's file, or mean them",
        "warning",
        "kubernetes.io/blog/2026/09/14/kubernetes-v1-37-memory-qos-graduates-to-beta",
        _protects_memory,
    ),
    Change(
        37,
        "references of static pods",
        "a static pod that refers to a Secret or a ConfigMap is refused",
        "write the values into its file, or mount a file of the node",
        "error",
        "kubernetes/kubernetes#140226",
        _is_static_and_refers,
    ),
)
"""By minor release, the oldest first. A change that is not here is not known, and not checked."""


def changes_between(old: int, new: int) -> Iterator[Change]:
    """The documented changes on the way from one minor release to another: those that the older one does not have."""
    return (each for each in CHANGES if old < each.minor <= new)
