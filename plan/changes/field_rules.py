"""Effects of another value in one field of a Kubernetes object, as plain data.

Sources: kubernetes v1.34.2 (`pkg/apis/*/validation/validation.go`, the functions Validate...Update;
`pkg/controller/volume/persistentvolume/pv_controller.go`, syncBoundClaim;
`pkg/controller/statefulset/stateful_set_utils.go`, getPersistentVolumeClaimRetentionPolicy). The comparison is one of
values, so that it does not matter how coarse a path the preview names.
"""

from collections.abc import Mapping

from plan.changes.field_rule import AS_IT_IS, BACK_UP, COMPARE, FOLLOW, OFF, OLD_HOST, RETAIN, SHRINKS, FieldRule
from plan.changes.object_rules import Kind
from plan.changes.operator_rules import OPERATOR_FIELDS

_OLD_ADDRESS = "Nobody reaches it by the address that it has now."
_WEBHOOK = "Objects that it meets from then on may be refused or changed."
_IMMUTABLE = FieldRule(
    "immutable",
    "leaves",
    "FAIL",
    "An object that is immutable stays so: the API server refuses the change, and the `up` ends half-way.",
    "take the change back, or give it another name",
    (True,),
    False,
)

_UNGUARDED = FieldRule(
    "metadata.finalizers",
    "goes",
    "UNPROTECT",
    "Nothing is lost now. Its deletion no longer waits for the pods that use it, or for its driver.",
    "take the change back",
)

FIELDS: Mapping[Kind, tuple[FieldRule, ...]] = {
    **OPERATOR_FIELDS,
    ("", "ConfigMap"): (_IMMUTABLE,),
    ("", "PersistentVolume"): (
        FieldRule(
            "spec.persistentVolumeReclaimPolicy",
            "becomes",
            "UNPROTECT",
            "Nothing is lost now. When its claim is deleted, the volume is deleted with its data.",
            RETAIN,
            ("Delete", "Recycle"),
            "Retain",
        ),
        FieldRule("spec.capacity.storage", "falls", "SHRINK", SHRINKS, AS_IT_IS),
        FieldRule(
            "spec.claimRef",
            "differs",
            "STOP",
            "The claim that it is bound to becomes Lost: no pod that mounts it starts any more.",
            "take the change back; another claim gets a volume of its own",
        ),
        _UNGUARDED,
    ),
    ("", "PersistentVolumeClaim"): (
        _UNGUARDED,
        FieldRule("spec.resources.requests.storage", "falls", "SHRINK", SHRINKS, AS_IT_IS),
    ),
    ("", "Secret"): (_IMMUTABLE,),
    ("", "Service"): (
        FieldRule(
            "spec.type",
            "leaves",
            "DISCONNECT",
            "Its address or port outside of the cluster goes: nothing reaches it from there any more.",
            OFF,
            ("LoadBalancer", "NodePort"),
            "ClusterIP",
        ),
        FieldRule(
            "spec.selector",
            "differs",
            "DISCONNECT",
            "It sends to other pods than before, or to none.",
            "take the change back, unless the pods' labels change in the same `up`",
        ),
        FieldRule(
            "spec.type",
            "becomes",
            "DISCONNECT",
            "Its name leads to another host, and no more to its pods.",
            OFF,
            ("ExternalName",),
            "ClusterIP",
        ),
        FieldRule("spec.ports.port", "goes", "DISCONNECT", "Nobody reaches it by the port that goes.", FOLLOW),
        FieldRule("spec.ports.nodePort", "goes", "DISCONNECT", "Nobody reaches it by the port that goes.", FOLLOW),
        FieldRule("spec.externalIPs", "goes", "DISCONNECT", _OLD_ADDRESS, FOLLOW),
        FieldRule(
            "spec.loadBalancerClass",
            "differs",
            "FAIL",
            "The API server refuses another class as long as it is a load balancer: the `up` ends half-way.",
            "take the change back, or give the Service another name",
        ),
        FieldRule("spec.loadBalancerIP", "differs", "DISCONNECT", _OLD_ADDRESS, FOLLOW),
        FieldRule("metadata.annotations.metallb.io/loadBalancerIPs", "differs", "DISCONNECT", _OLD_ADDRESS, FOLLOW),
    ),
    ("apps", "Deployment"): (
        FieldRule("spec.replicas", "becomes", "STOP", "All its pods stop, and none starts.", OFF, (0,), 1),
    ),
    ("apps", "StatefulSet"): (
        FieldRule(
            "spec.ordinals.start",
            "differs",
            "START-EMPTY",
            "Its pods get other names, and those start on new, empty claims; the data stays in the old ones.",
            "take the change back, or move the data first",
            default=0,
        ),
        FieldRule("spec.replicas", "becomes", "STOP", "All its pods stop, and none starts.", OFF, (0,), 1),
        FieldRule(
            "spec.replicas",
            "falls",
            "DELETE",
            "The claims of the pods that go are deleted, with their data.",
            BACK_UP,
            default=1,
            given=("spec.persistentVolumeClaimRetentionPolicy.whenScaled", "Delete"),
        ),
        FieldRule(
            "spec.persistentVolumeClaimRetentionPolicy.whenScaled",
            "becomes",
            "UNPROTECT",
            "Nothing is lost now. When it is scaled down, the claims of the pods that go are deleted.",
            RETAIN,
            ("Delete",),
            "Retain",
        ),
        FieldRule(
            "spec.persistentVolumeClaimRetentionPolicy.whenDeleted",
            "becomes",
            "UNPROTECT",
            "Nothing is lost now. When it is deleted or recreated, all its claims are deleted.",
            RETAIN,
            ("Delete",),
            "Retain",
        ),
    ),
    ("batch", "CronJob"): (
        FieldRule("spec.suspend", "becomes", "STOP", "It no longer runs: backups stop silently.", OFF, (True,), False),
    ),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): (
        FieldRule(
            "spec.versions.name",
            "goes",
            "FAIL",
            "A version goes: the API server refuses that while objects are stored in it, and clients of it fail.",
            "take the change back, or upgrade the chart that brings the kind",
        ),
        FieldRule(
            "spec.versions",
            "differs",
            "NOT-KNOWN",
            "Fields that the new schema does not have are dropped from objects as they are written.",
            "compare the schemas, or leave the kind to the chart that brings it",
        ),
    ),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"): (
        FieldRule("webhooks", "differs", "NOT-KNOWN", _WEBHOOK, COMPARE),
    ),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): (
        FieldRule("webhooks", "differs", "NOT-KNOWN", _WEBHOOK, COMPARE),
    ),
    ("", "Namespace"): (
        FieldRule(
            "metadata.labels.pod-security.kubernetes.io/enforce",
            "differs",
            "NOT-KNOWN",
            "Pods that the new level does not allow run on, and are refused when they are recreated.",
            "compare it with what its pods need: `homelab plan` names those of the lab that it would refuse",
            severity="warning",
        ),
    ),
    ("networking.k8s.io", "Ingress"): (
        FieldRule("spec.rules.host", "goes", "DISCONNECT", OLD_HOST, FOLLOW, severity="warning"),
        FieldRule(
            "spec.ingressClassName",
            "differs",
            "DISCONNECT",
            "Another controller serves it, or none.",
            "take the change back, unless the other controller runs",
        ),
    ),
    ("storage.k8s.io", "StorageClass"): (
        FieldRule(
            "reclaimPolicy",
            "becomes",
            "UNPROTECT",
            "Nothing is lost now. Volumes that are made from then on are deleted with their claims.",
            RETAIN,
            ("Delete",),
            "Delete",
        ),
    ),
    ("networking.k8s.io", "NetworkPolicy"): (
        FieldRule("spec", "differs", "NOT-KNOWN", "Which traffic it stops depends on all its pods.", COMPARE),
    ),
}
"""The fields of each kind whose value decides about more than the object."""
