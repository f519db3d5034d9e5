"""Kubernetes objects as Pulumi resources: which class declares which kind, and which kinds are protected."""

import re
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from plan.model import Manifest
from plan.workloads.deadlines import deadline
from plan.workloads.kept_values import secret_outputs
from plan.workloads.networking import gives_up_ports
from plan.workloads.patches import target_of

MODULES: Mapping[str, str] = {
    "": "core",
    "admissionregistration.k8s.io": "admissionregistration",
    "apiextensions.k8s.io": "apiextensions",
    "apps": "apps",
    "autoscaling": "autoscaling",
    "batch": "batch",
    "discovery.k8s.io": "discovery",
    "networking.k8s.io": "networking",
    "node.k8s.io": "node",
    "policy": "policy",
    "rbac.authorization.k8s.io": "rbac",
    "scheduling.k8s.io": "scheduling",
    "storage.k8s.io": "storage",
}
"""Kubernetes' own API groups, and the SDK's modules with their classes. Any other group is of custom resources."""

PROTECTED: Mapping[tuple[str, str], str] = {
    ("", "Namespace"): "deleting it deletes everything in it",
    ("", "PersistentVolume"): "deleting it can delete the data",
    ("", "PersistentVolumeClaim"): "deleting it can delete the data",
    ("apiextensions.k8s.io", "CustomResourceDefinition"): "deleting it deletes all objects of its kind",
    ("policies.kyverno.io", "GeneratingPolicy"): "deleting it leaves new namespaces without limit range or quota",
    ("postgresql.cnpg.io", "Cluster"): "deleting it deletes its volumes",
}
"""Kinds whose objects Pulumi refuses to delete or replace, by API group and kind, and why."""


NOTHING: Mapping[str, tuple[str, ...]] = {}


def declare_manifest(
    manifest: Manifest, opts: pulumi.ResourceOptions, ignored: tuple[str, ...] = ()
) -> pulumi.CustomResource:
    """Declare an object exactly as it is planned, under its namespace and name; `ignored` fields are left alone."""
    group, version, kind = kind_of(manifest)
    name = resource_name(manifest)
    options = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(protect=(group, kind) in PROTECTED))
    if seconds := deadline(manifest):
        waits = pulumi.CustomTimeouts(create=f"{seconds}s", update=f"{seconds}s")
        options = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(custom_timeouts=waits))
    if secret := secret_outputs(manifest):
        options = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(additional_secret_outputs=list(secret)))
    if ignored:
        options = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(ignore_changes=list(ignored)))
    module = MODULES.get(group)
    if module is None:
        return kubernetes.apiextensions.CustomResource(name, opts=options, **_arguments(manifest))
    resource_class = getattr(import_module(f"pulumi_kubernetes.{module}.{version}"), kind)
    return resource_class(name, opts=options, **_arguments(manifest))


def resource_name(manifest: Manifest) -> str:
    """Pulumi's name of an object: its namespace, if it has one, and its name."""
    return "/".join(filter(None, (manifest["metadata"].get("namespace"), manifest["metadata"]["name"])))


def declare_manifests(
    manifests: Iterable[Manifest], opts: pulumi.ResourceOptions, ignored: Mapping[str, tuple[str, ...]] = NOTHING
) -> tuple[pulumi.CustomResource, ...]:
    """Declare objects that do not wait for each other, but for a Service whose ports another one had; `ignored` are the
    fields of each that are left alone."""
    declared: dict[str, pulumi.CustomResource] = {}
    for manifest in manifests:
        before = declared.get(f"service/{gives_up_ports(manifest)}")
        waits = pulumi.ResourceOptions(depends_on=[before] if before else [])
        options = pulumi.ResourceOptions.merge(opts, waits)
        key = target_of(manifest)
        declared[key] = declare_manifest(manifest, options, ignored.get(key, ()))
    return tuple(declared.values())


def kind_of(manifest: Manifest) -> tuple[str, str, str]:
    """API group, version and kind of an object; the core group is empty."""
    group, _, version = manifest["apiVersion"].rpartition("/")
    return group, version, manifest["kind"]


def _arguments(manifest: Manifest) -> dict[str, Any]:
    """The SDK spells the fields of an object itself in snake case, and takes those below as they are."""
    return {re.sub(r"(?=[A-Z])", "_", field).lower(): value for field, value in manifest.items()}
