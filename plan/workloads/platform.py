"""Objects that the services of the platform need in addition to their charts, as other services rely on them."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any

from config.lab import Lab
from config.namespaces import namespace_of
from config.platform import GpuSharing, Secrets
from config.service.published import known_address
from plan.cluster.nodes import gpus_of, video_memory_of
from plan.model import Manifest
from plan.model.metadata import manifest
from plan.tiers.conventions import GPU_TAINT, GPU_TAINT_VALUE
from plan.workloads.context import ServiceContext, endpoint
from plan.workloads.load_balancers import address_annotations
from plan.workloads.middlewares import middlewares
from plan.workloads.secrets import API_VERSION as EXTERNAL_SECRETS_API
from plan.workloads.secrets import STORE

TIME_SLICING = "time-slicing"

_MAY_LABEL_NAMESPACES = {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["update"]}
"""Kyverno's chart lets its background controller read namespaces only."""


def platform_manifests(context: ServiceContext) -> tuple[list[Manifest], list[Manifest]]:
    """Objects that a service brings because of its role in the platform: before and after its release."""
    platform = context.lab.cluster.platform
    before: list[Manifest] = []
    after: list[Manifest] = []
    if platform.ingress and context.name == platform.ingress.controller:
        after += middlewares(context)
    if platform.secrets and context.name == platform.secrets.operator:
        after.append(_secret_store(context))
    if platform.gpu and context.name == platform.gpu.operator:
        before.append(_time_slicing(context))
    if platform.gpu and context.name == platform.gpu.feature_discovery:
        after.append(_gpu_node_rule(context))
    if "metallb.io" in getattr(context.service, "provides", ()):
        after += _address_pool(context)
    return before, after


def platform_values(context: ServiceContext) -> Mapping[str, Any]:
    """Values of a chart that follow from the rest of the lab."""
    platform = context.lab.cluster.platform
    ingress, gpu = platform.ingress, platform.gpu
    if context.name == platform.policy_engine:
        return {
            "global": {"priorityClassName": context.service.tier},  # no policy gives it to Kyverno's own pods
            "backgroundController": {"rbac": {"clusterRole": {"extraResources": [_MAY_LABEL_NAMESPACES]}}},
        }
    address = known_address(context.service.load_balancer)
    if ingress and context.name == ingress.controller and address:
        return {"service": {"annotations": address_annotations(context.lab, address)}}
    if gpu and context.name == gpu.operator:
        return {"nfd": {"enabled": False}, "devicePlugin": {"config": {"name": TIME_SLICING, "default": "any"}}}
    if gpu and context.name == gpu.feature_discovery:
        return {"master": {"config": {"enableTaints": True}}}
    return {}


def _secret_store(context: ServiceContext) -> Manifest:
    secrets = context.lab.cluster.platform.secrets
    assert secrets is not None, "only called for the operator of secrets"
    host, port = endpoint(context.lab, secrets.vault)
    vault = {
        "server": f"{'https' if secrets.authority else 'http'}://{host}:{port}",
        **_trusted(secrets, namespace_of(context.lab, secrets.vault)),
        "path": secrets.mount,
        "version": "v2",
        "auth": {
            "kubernetes": {
                "mountPath": "kubernetes",
                "role": secrets.role,
                "serviceAccountRef": {"name": context.name, "namespace": context.namespace},
            }
        },
    }
    return manifest(
        EXTERNAL_SECRETS_API, "ClusterSecretStore", STORE, labels=context.labels(), spec={"provider": {"vault": vault}}
    )


def _trusted(secrets: Secrets, namespace: str) -> Manifest:
    """The authority that has to have signed Vault's certificate."""
    authority = secrets.authority
    if authority is None:
        return {}
    if authority.certificate is not None:
        return {"caBundle": b64encode(authority.certificate.encode()).decode()}
    kind, name = ("Secret", authority.secret) if authority.secret else ("ConfigMap", authority.config_map)
    source = {"type": kind, "name": name, "namespace": authority.namespace or namespace, "key": authority.key}
    return {"caProvider": source}


def _time_slicing(context: ServiceContext) -> Manifest:
    """Several pods share one card. The sharing is in time only: nothing keeps one from taking all its memory."""
    sharing = context.lab.cluster.platform.gpu
    assert sharing is not None, "only called for the GPU operator"
    resources = [{"name": "nvidia.com/gpu", "replicas": sharing.time_slices}]
    config = {"version": "v1", "sharing": {"timeSlicing": {"renameByDefault": False, "resources": resources}}}
    return manifest(
        "v1",
        "ConfigMap",
        TIME_SLICING,
        context.namespace,
        labels=context.labels(),
        data={"any": json.dumps(config, indent=2)},
    )


def _gpu_node_rule(context: ServiceContext) -> Manifest:
    """Whichever node has the card is tainted and advertises its video memory: no host name anywhere."""
    lab = context.lab
    sharing = lab.cluster.platform.gpu
    assert sharing is not None, "only called where a GPU is shared"
    ids = {
        name: [lab.site.hosts[machine.host].pci_devices[device].id for device in gpus]
        for name, machine in lab.machines.items()
        if (gpus := gpus_of(lab, machine))
    }
    vendors = sorted({each.split(":")[0] for devices in ids.values() for each in devices})
    rule = {
        "name": "gpu",
        "matchFeatures": [_card(vendor=vendors)],
        "extendedResources": {sharing.video_memory_resource: str(sharing.video_memory_mib)},
        "taints": [{"key": GPU_TAINT, "value": GPU_TAINT_VALUE, "effect": "NoSchedule"}],
    }
    rules = [rule, *_other_amounts(lab, ids, sharing)]
    return manifest(
        "nfd.k8s-sigs.io/v1alpha1", "NodeFeatureRule", "gpu", labels=context.labels(), spec={"rules": rules}
    )


def _card(**expected: list[str]) -> Manifest:
    """A graphics card on the PCI bus of a node."""
    matched = {**expected, "class": ["0300", "0302"]}
    conditions = {key: {"op": "In", "value": values} for key, values in matched.items()}
    return {"feature": "pci.device", "matchExpressions": conditions}


def _other_amounts(lab: Lab, ids: Mapping[str, list[str]], sharing: GpuSharing) -> Iterator[Manifest]:
    """Rules of nodes that advertise another amount, after the general one, which they override: known by their card
    where that tells the amount, and by their name where it does not, as with two cards in a machine."""
    amounts = {
        name: video_memory_of(lab, machine, gpus_of(lab, machine))
        for name, machine in lab.machines.items()
        if name in ids
    }
    for name, amount in amounts.items():
        if amount != sharing.video_memory_mib:
            alike = [other for other in ids if set(ids[other]) & set(ids[name])]
            by_card = all(amounts[other] == amount and len(ids[other]) == 1 for other in alike)
            if by_card and alike[0] != name:
                continue
            vendor, device = ids[name][0].split(":")
            named = {"feature": "system.name", "matchExpressions": {"nodename": {"op": "In", "value": [name]}}}
            yield {
                "name": f"video-memory-{name}",
                "matchFeatures": [_card(vendor=[vendor], device=[device]) if by_card else named],
                "extendedResources": {sharing.video_memory_resource: str(amount)},
            }


def _address_pool(context: ServiceContext) -> Iterator[Manifest]:
    pool = context.lab.cluster.load_balancer_pool
    if pool is not None:
        addresses = {"addresses": [f"{pool.first}-{pool.last}"], "autoAssign": False}
        for kind, spec in (("IPAddressPool", addresses), ("L2Advertisement", {"ipAddressPools": ["default"]})):
            yield manifest("metallb.io/v1beta1", kind, "default", context.namespace, labels=context.labels(), spec=spec)
