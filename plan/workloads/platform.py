"""What the services of the platform need besides their charts, because other services rely on them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from plan.cluster.nodes import gpus_of
from plan.model import Manifest
from plan.model.metadata import manifest
from plan.tiers.conventions import GPU_TAINT, GPU_TAINT_VALUE
from plan.workloads.context import Scope, endpoint
from plan.workloads.networking import load_balancer_annotation, middlewares
from plan.workloads.secrets import API_VERSION as EXTERNAL_SECRETS_API
from plan.workloads.secrets import STORE

TIME_SLICING = "time-slicing"

_MAY_LABEL_NAMESPACES = {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["update"]}
"""Kyverno's chart lets its background controller read namespaces only."""


def platform_manifests(scope: Scope) -> tuple[list[Manifest], list[Manifest]]:
    """Objects that a service brings because of its role in the platform: before and after its release."""
    platform = scope.lab.cluster.platform
    before: list[Manifest] = []
    after: list[Manifest] = []
    if platform.ingress and scope.name == platform.ingress.controller:
        after += middlewares(scope)
    if platform.secrets and scope.name == platform.secrets.operator:
        after.append(_secret_store(scope))
    if platform.gpu and scope.name == platform.gpu.operator:
        before.append(_time_slicing(scope))
    if platform.gpu and scope.name == platform.gpu.feature_discovery:
        after.append(_gpu_node_rule(scope))
    if "metallb.io" in getattr(scope.service, "provides", ()):
        after += _address_pool(scope)
    return before, after


def platform_values(scope: Scope) -> Mapping[str, Any]:
    """Values of a chart that follow from the rest of the lab."""
    platform = scope.lab.cluster.platform
    ingress, gpu = platform.ingress, platform.gpu
    if scope.name == platform.policy_engine:
        return {
            "global": {"priorityClassName": scope.service.tier},  # no policy gives it to Kyverno's own pods
            "backgroundController": {"rbac": {"clusterRole": {"extraResources": [_MAY_LABEL_NAMESPACES]}}},
        }
    if ingress and scope.name == ingress.controller and scope.service.load_balancer:
        return {"service": {"annotations": load_balancer_annotation(scope.service.load_balancer)}}
    if gpu and scope.name == gpu.operator:
        return {"nfd": {"enabled": False}, "devicePlugin": {"config": {"name": TIME_SLICING, "default": "any"}}}
    if gpu and scope.name == gpu.feature_discovery:
        return {"master": {"config": {"enableTaints": True}}}
    return {}


def _secret_store(scope: Scope) -> Manifest:
    secrets = scope.lab.cluster.platform.secrets
    assert secrets is not None, "only called for the operator of secrets"
    host, port = endpoint(scope.lab, secrets.vault)
    vault = {
        "server": f"http://{host}:{port}",
        "path": secrets.mount,
        "version": "v2",
        "auth": {
            "kubernetes": {
                "mountPath": "kubernetes",
                "role": secrets.role,
                "serviceAccountRef": {"name": scope.name, "namespace": scope.namespace},
            }
        },
    }
    return manifest(
        EXTERNAL_SECRETS_API, "ClusterSecretStore", STORE, labels=scope.labels(), spec={"provider": {"vault": vault}}
    )


def _time_slicing(scope: Scope) -> Manifest:
    """Several pods share one card. The sharing is in time only: nothing keeps one from taking all its memory."""
    sharing = scope.lab.cluster.platform.gpu
    assert sharing is not None, "only called for the GPU operator"
    resources = [{"name": "nvidia.com/gpu", "replicas": sharing.time_slices}]
    config = {"version": "v1", "sharing": {"timeSlicing": {"renameByDefault": False, "resources": resources}}}
    return manifest(
        "v1",
        "ConfigMap",
        TIME_SLICING,
        scope.namespace,
        labels=scope.labels(),
        data={"any": json.dumps(config, indent=2)},
    )


def _gpu_node_rule(scope: Scope) -> Manifest:
    """Whichever node has the card is tainted and advertises its video memory: no host name anywhere."""
    lab = scope.lab
    sharing = lab.cluster.platform.gpu
    assert sharing is not None, "only called where a GPU is shared"
    vendors = {
        lab.site.hosts[machine.host].pci_devices[device].id.split(":")[0]
        for machine in lab.machines.values()
        for device in gpus_of(lab, machine)
    }
    found = {
        "feature": "pci.device",
        "matchExpressions": {
            "vendor": {"op": "In", "value": sorted(vendors)},
            "class": {"op": "In", "value": ["0300", "0302"]},
        },
    }
    rule = {
        "name": "gpu",
        "matchFeatures": [found],
        "extendedResources": {sharing.video_memory_resource: str(sharing.video_memory_mib)},
        "taints": [{"key": GPU_TAINT, "value": GPU_TAINT_VALUE, "effect": "NoSchedule"}],
    }
    return manifest("nfd.k8s-sigs.io/v1alpha1", "NodeFeatureRule", "gpu", labels=scope.labels(), spec={"rules": [rule]})


def _address_pool(scope: Scope) -> Iterator[Manifest]:
    pool = scope.lab.cluster.load_balancer_pool
    if pool is not None:
        addresses = {"addresses": [f"{pool.first}-{pool.last}"], "autoAssign": False}
        for kind, spec in (("IPAddressPool", addresses), ("L2Advertisement", {"ipAddressPools": ["default"]})):
            yield manifest("metallb.io/v1beta1", kind, "default", scope.namespace, labels=scope.labels(), spec=spec)
