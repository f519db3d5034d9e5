"""Objects from files of a service: as they are declared, and the workloads among them."""

from collections.abc import Iterable, Iterator

from config.notation import rounded_up
from config.objects import StatedObject
from config.service import ObjectsService
from plan.model import Manifest, Workload
from plan.model.fields import Fields, entries, mapping, number, text
from plan.model.metadata import MANAGED_BY_LABEL, NOT_AWAITED, SERVICE_LABEL, TIER_LABEL
from plan.workloads.context import ServiceContext
from plan.workloads.helm import footprint_workloads
from plan.workloads.reading import read_workload
from plan.workloads.routes import Backend, routes
from plan.workloads.volumes import claims

CLUSTER_WIDE = frozenset(
    {
        "APIService",
        "CSIDriver",
        "ClusterExternalSecret",
        "ClusterImageCatalog",
        "ClusterIssuer",
        "ClusterPolicy",
        "ClusterRole",
        "ClusterRoleBinding",
        "ClusterSecretStore",
        "CustomResourceDefinition",
        "DeviceClass",
        "GatewayClass",
        "IngressClass",
        "MutatingWebhookConfiguration",
        "Namespace",
        "NodeFeatureRule",
        "PersistentVolume",
        "PriorityClass",
        "RuntimeClass",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "VolumeSnapshotClass",
    }
)
"""Kinds whose objects are in no namespace. One of another such kind says `namespace: ""`."""

NEEDED_BY_PODS = frozenset(
    {
        "ConfigMap",
        "CustomResourceDefinition",
        "ExternalSecret",
        "PersistentVolume",
        "PersistentVolumeClaim",
        "SealedSecret",
        "Secret",
        "ServiceAccount",
    }
)
"""Kinds that come before a chart, whose pods may refer to them; others come after it, and may use its kinds."""

NEVER_READY = frozenset({"Ingress", "PersistentVolumeClaim"})
"""Kinds for which an `up` could wait forever: an Ingress whose controller reports no address, and a claim that is
bound and whose class waits for its first consumer, since the provider then waits for it to be pending."""


def build_stand_alone(context: ServiceContext, config: ObjectsService) -> tuple[list[Workload], list[Manifest]]:
    """In addition to the objects in files: the workloads that an operator makes of them, volumes, and routes."""
    backend = config.endpoint
    ways = routes(context, {(None, None): Backend(backend.service, backend.port)} if backend else {})
    return footprint_workloads(context, config.footprint), [*claims(context), *ways]


def build_objects(context: ServiceContext) -> tuple[list[Workload], list[Manifest], list[Manifest]]:
    """Workloads in the files of a service, objects before its chart, and objects after it."""
    stated = context.lab.objects.get(context.name, ())
    manifests = [_completed(context, each) for each in stated]
    beside = [*manifests, *_of_neighbours(context)]
    read = (
        read_workload(context, manifest, each.path, beside) for each, manifest in zip(stated, manifests, strict=True)
    )
    before = [each for each in manifests if each["kind"] in NEEDED_BY_PODS]
    after = [each for each in manifests if each["kind"] not in NEEDED_BY_PODS]
    return [workload for workload in read if workload], before, after


def _completed(context: ServiceContext, stated: StatedObject) -> Manifest:
    """With its namespace and, unless it is there as found, the labels of the service; those that it states stay. Pods
    are left as they are, since another label would replace them."""
    metadata: Manifest = {key: value for key, value in stated.content["metadata"].items() if key != "namespace"}
    namespace = context.namespace if stated.namespace is None else stated.namespace
    if namespace and stated.kind not in CLUSTER_WIDE:
        metadata = {"name": metadata.pop("name"), "namespace": namespace, **metadata}
    if not context.service.as_found:
        labels = {SERVICE_LABEL: context.name, TIER_LABEL: context.service.tier, MANAGED_BY_LABEL: "pulumi"}
        metadata["labels"] = labels | dict(mapping(metadata, "labels"))
    if stated.kind in NEVER_READY:
        metadata["annotations"] = NOT_AWAITED | dict(mapping(metadata, "annotations"))
    return {**stated.content, "metadata": metadata}


def _of_neighbours(context: ServiceContext) -> Iterator[Manifest]:
    """Objects of other services in the same namespace: a claim may be any of them."""
    for name in context.lab.services_by_namespace[context.namespace]:
        if name != context.name:
            yield from (dict(each.content) for each in context.lab.objects.get(name, ()))


def claimed(stated: Iterable[StatedObject]) -> Iterator[tuple[StatedObject, str, str, int]]:
    """The claims among objects: the object, the claim's name, its storage class and its size in bytes; a statefulset
    has one for each replica."""
    for each in stated:
        if each.kind == "PersistentVolumeClaim":
            yield each, each.name, *_class_and_size(each.content)
        elif each.kind == "StatefulSet":
            replicas = number(each.content, "spec", "replicas", default=1)
            for template in entries(each.content, "spec", "volumeClaimTemplates"):
                storage_class, size = _class_and_size(template)
                yield each, f"{text(template, 'metadata', 'name')}-{each.name}", storage_class, size * replicas


def _class_and_size(claim: Fields) -> tuple[str, int]:
    size = rounded_up(text(claim, "spec", "resources", "requests", "storage"))
    return text(claim, "spec", "storageClassName"), size
