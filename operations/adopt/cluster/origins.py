"""Where each object of a cluster comes from: what its owner states, what charts make, and what follows by itself."""

from collections.abc import Collection, Iterable, Mapping
from typing import Literal, NamedTuple, assert_never

from observation.objects import annotations_of, labels_of
from operations.adopt.cluster.generated import generator_of
from operations.adopt.cluster.k3s import charts, is_chart, is_of_owner, release_of_chart
from operations.adopt.cluster.objects import Key, key_of, writers_of
from operations.adopt.cluster.references import ENDPOINTS
from operations.adopt.cluster.releases import RELEASE_TYPE, HelmRelease, release_of_record
from operations.adopt.cluster.tools import Tool, author_of, tool_called, tools_of
from plan.model import KUBERNETES_NAMESPACES, Manifest
from plan.model.fields import entries, text
from plan.model.metadata import api_group

Why = Literal[
    "owned",
    "derived",
    "system",
    "generated",
    "controller",
    "provisioned",
    "claim-template",
    "release-record",
    "definition",
    "other-tool",
    "deleted",
    "left over",
    "finished",
]


class Own(NamedTuple):
    """An object that its owner states."""

    tools: tuple[Tool, ...]


class OfRelease(NamedTuple):
    """An object that the chart of a release makes."""

    namespace: str
    name: str


class LeftOut(NamedTuple):
    """An object that nobody states, and that must not be declared."""

    why: Why
    by: str
    """Its maker or owner."""


Origin = Own | OfRelease | LeftOut

SYSTEM_NAMESPACES = KUBERNETES_NAMESPACES
_DERIVED: Mapping[str, str] = {
    "Node": "the kubelet",
    "CSINode": "the kubelet",
    "Lease": "its holder",
    "Event": "controllers",
    "EndpointSlice": "its Service",
    "Endpoints": "its Service",
    "ReplicaSet": "its Deployment",
    "ControllerRevision": "its controller",
    "VolumeAttachment": "the attach controller",
    "CSIStorageCapacity": "the CSI provisioner",
    "IPAddress": "its Service",
    "ServiceCIDR": "the API server",
    "FlowSchema": "the API server",
    "PriorityLevelConfiguration": "the API server",
    "CertificateSigningRequest": "the kubelet",
    "PodMetrics": "the metrics server",
    "NodeMetrics": "the metrics server",
    "ResourceSlice": "the DRA driver",
}
"""Kinds whose objects follow from others, and from what, unless a tool of the owner wrote one."""
_NAMED: Mapping[tuple[str, str], str] = {
    ("ConfigMap", "kube-root-ca.crt"): "kube-controller-manager",
    ("ConfigMap", "openshift-service-ca.crt"): "kube-controller-manager",
    ("ConfigMap", "istio-ca-root-cert"): "istiod",
    ("ServiceAccount", "default"): "kube-controller-manager",
}
_TOOL_GROUPS: Mapping[str, Tool] = {
    "kustomize.toolkit.fluxcd.io": "Flux",
    "helm.toolkit.fluxcd.io": "Flux",
    "source.toolkit.fluxcd.io": "Flux",
    "notification.toolkit.fluxcd.io": "Flux",
    "image.toolkit.fluxcd.io": "Flux",
    "fluxcd.controlplane.io": "Flux",
}
_PROVISIONED = "pv.kubernetes.io/provisioned-by"
_BINDER = "kube-controller-manager"
"""It binds volumes to claims, and makes the claims of StatefulSets."""
_ARGO_KINDS = frozenset({"Application", "ApplicationSet", "AppProject"})


class Cluster(NamedTuple):
    """Other parts of the cluster that the origin of an object may depend on."""

    releases: Mapping[tuple[str, str], HelmRelease]
    """By namespace and name."""
    stateful_sets: Collection[Key]
    packaged: Collection[tuple[str, str]] = ()
    """Namespace and name of the releases that k3s and RKE2 bring along."""
    runs: bool = True
    """Whether the objects run; those in files are there because of their owner."""


def origins(objects: Iterable[Manifest], releases: Iterable[HelmRelease], *, runs: bool = True) -> dict[Key, Origin]:
    """The origin of every object."""
    manifests = {key_of(each): each for each in objects}
    cluster = Cluster(
        releases={(each.namespace, each.name): each for each in releases},
        stateful_sets={key for key in manifests if key.kind == "StatefulSet"},
        packaged=charts(manifests.values(), packaged=True).keys(),
        runs=runs,
    )
    return {key: origin_of(key, each, cluster) for key, each in manifests.items()}


def origin_of(key: Key, manifest: Manifest, cluster: Cluster) -> Origin:
    """The origin of an object."""
    if owner := _owner(manifest):
        return LeftOut("owned", owner)
    return (
        _leftover(key, manifest)
        or _built_in(key, manifest, cluster)
        or _of_helm(key, manifest, cluster)
        or _generated(key, manifest, cluster)
        or _of_tool(key, manifest, cluster)
        or _by_author(key, manifest)
    )


def _leftover(key: Key, manifest: Manifest) -> Origin | None:
    """Objects that are being deleted, or that were left behind."""
    if "deletionTimestamp" in manifest["metadata"]:
        return LeftOut("deleted", "whoever deleted it")
    if key.kind == "PersistentVolume" and text(manifest, "status", "phase") in ("Released", "Failed"):
        return LeftOut("left over", f"the claim {text(manifest, 'spec', 'claimRef', 'name')}")
    if key.kind == "ReplicaSet" and author_of(manifest) == "controller":
        return LeftOut("left over", "a Deployment")
    if _has_ended(key, manifest):
        return LeftOut("finished", "itself")
    return None


def _has_ended(key: Key, manifest: Manifest) -> bool:
    """Whether it is a Job that is done or has failed for good, or such a pod: declared, it would run once more as soon
    as somebody cleans up."""
    if key.kind == "Pod":
        return text(manifest, "status", "phase") in ("Succeeded", "Failed")
    ended = (each for each in entries(manifest, "status", "conditions") if text(each, "status") == "True")
    return key.kind == "Job" and any(text(each, "type") in ("Complete", "Failed") for each in ended)


def _owner(manifest: Manifest) -> str | None:
    owners = entries(manifest, "metadata", "ownerReferences")
    first = next((each for each in owners if each.get("controller")), next(iter(owners), None))
    return f"{text(first, 'kind')}/{text(first, 'name')}" if first else None


def _built_in(key: Key, manifest: Manifest, cluster: Cluster) -> Origin | None:
    author = author_of(manifest) if cluster.runs else "owner"
    if key.kind in ENDPOINTS and "uid" not in manifest["metadata"]:
        return None  # in a file: somebody wrote it there
    if key.kind in _DERIVED and (author != "owner" or key.kind == "Node"):  # a label by hand makes no node
        return LeftOut("derived", _DERIVED[key.kind])
    if by := _NAMED.get((key.kind, key.name)):
        return LeftOut("derived", by)
    if key.kind == "Secret" and manifest.get("type") == "kubernetes.io/service-account-token" and author != "owner":
        return LeftOut("derived", "kube-controller-manager")
    if key.kind == "Namespace" and key.name in SYSTEM_NAMESPACES:
        return LeftOut("system", "Kubernetes")
    if key == Key("Service", "default", "kubernetes") or "kubernetes.io/bootstrapping" in labels_of(manifest):
        return LeftOut("system", "kube-apiserver")
    if key.kind == "PriorityClass" and key.name.startswith("system-"):
        return LeftOut("system", "kube-apiserver")
    if is_of_owner(manifest):
        return None
    if "objectset.rio.cattle.io/hash" in labels_of(manifest) or author == "system":
        return LeftOut("system", "the cluster's installer")
    if author == "unknown" and key.namespace == "kube-system":
        return LeftOut("system", "the cluster's installer")
    return None


def _of_helm(key: Key, manifest: Manifest, cluster: Cluster) -> Origin | None:
    if key.kind == "Secret" and manifest.get("type") == RELEASE_TYPE:
        return LeftOut("release-record", f"the release {release_of_record(key.name)}")
    annotations = annotations_of(manifest)
    name = annotations.get("meta.helm.sh/release-name")
    namespace = annotations.get("meta.helm.sh/release-namespace", key.namespace)
    release = cluster.releases.get((namespace, name)) if name else None
    if release is None:
        release = next((each for each in cluster.releases.values() if key in each.objects), None)
    if release is not None:
        if (release.namespace, release.name) in cluster.packaged:
            return LeftOut("system", f"the HelmChart {release.name}")
        return OfRelease(release.namespace, release.name)
    return None


def _generated(key: Key, manifest: Manifest, cluster: Cluster) -> Origin | None:
    if generator := generator_of(manifest):
        return LeftOut("generated", generator)
    if key.kind == "PersistentVolume" and _is_provisioned(manifest):
        claim = text(manifest, "spec", "claimRef", "name")
        return LeftOut("provisioned", f"the claim {claim}" if claim else "its provisioner")
    if key.kind == "PersistentVolumeClaim" and author_of(manifest) == "controller":
        return _claim_of_controller(key, manifest, cluster)
    return None


def _is_provisioned(volume: Manifest) -> bool:
    """Whether a provisioner made a volume. Volumes made by hand carry its annotation too, so that it deletes them; one
    that nobody has written, and no claim has, stands in a file of its owner."""
    if _PROVISIONED not in annotations_of(volume):
        return False
    managers = {each.manager for each in writers_of(volume)} - {_BINDER}
    if not managers:
        return bool(text(volume, "spec", "claimRef", "uid"))
    return any(tool_called(each) is None for each in managers)


def _claim_of_controller(key: Key, claim: Manifest, cluster: Cluster) -> Origin | None:
    """A claim of a StatefulSet's template, as far as its name and its writers say so."""
    name, _, ordinal = key.name.rpartition("-")
    if not ordinal.isdigit():
        return None
    for each in cluster.stateful_sets:
        if each.namespace == key.namespace and name.endswith(f"-{each.name}"):
            return LeftOut("claim-template", f"StatefulSet/{each.name}")
    is_made_there = next(writers_of(claim)).manager == _BINDER
    return LeftOut("claim-template", "a StatefulSet that is gone") if is_made_there else None


def _of_tool(key: Key, manifest: Manifest, cluster: Cluster) -> Origin | None:
    if key.kind == "CustomResourceDefinition":
        return LeftOut("definition", "whatever installs its kinds")
    group = api_group(manifest)
    if is_chart(manifest) and release_of_chart(manifest) in cluster.releases:
        return LeftOut("other-tool", "k3s")
    if tool := _TOOL_GROUPS.get(group):
        return LeftOut("other-tool", tool)
    if group == "argoproj.io" and manifest["kind"] in _ARGO_KINDS:
        return LeftOut("other-tool", "Argo CD")
    return None


def _by_author(key: Key, manifest: Manifest) -> Origin:
    if is_of_owner(manifest):
        return Own(("k3s",))
    author = author_of(manifest)
    match author:
        case "controller":
            return LeftOut("controller", next(iter(writers_of(manifest))).manager)
        case "owner" | "unknown" | "system":
            return Own(tools_of(manifest))
        case _:
            assert_never(author)
