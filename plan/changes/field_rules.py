"""Effects of another value in one field of a Kubernetes object, as plain data.

Sources: kubernetes v1.34.2 (`pkg/apis/*/validation/validation.go`, the functions Validate...Update;
`pkg/controller/volume/persistentvolume/pv_controller.go`, syncBoundClaim;
`pkg/controller/statefulset/stateful_set_utils.go`, getPersistentVolumeClaimRetentionPolicy). The comparison is one of
values, so that it does not matter how coarse a path the preview names.
"""

from collections.abc import Mapping

from plan.changes.access_rules import ACCESS_FIELDS
from plan.changes.database_rules import DATABASE_FIELDS
from plan.changes.field_rule import (
    AS_IT_IS,
    COMPARE,
    COMPARE_FIRST,
    RETAIN,
    SHRINKS,
    UNLESS_INTENDED,
    FieldRule,
)
from plan.changes.gateway_rules import GATEWAY_FIELDS
from plan.changes.kind_rule import Kind
from plan.changes.operator_rules import OPERATOR_FIELDS
from plan.changes.reach_rules import REACH_FIELDS
from plan.changes.workload_rules import WORKLOAD_FIELDS

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
_NEW_PODS = "New pods that it does not allow are refused; those that run stay as they are."

FIELDS: Mapping[Kind, tuple[FieldRule, ...]] = {
    **ACCESS_FIELDS,
    **DATABASE_FIELDS,
    **GATEWAY_FIELDS,
    **OPERATOR_FIELDS,
    **REACH_FIELDS,
    **WORKLOAD_FIELDS,
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
            "spec.mountOptions",
            "differs",
            "UPDATE",
            "Pods that run keep their mount as it is; those that start from then on mount it so.",
            "",
            severity="info",
        ),
        FieldRule(
            "spec.storageClassName",
            "differs",
            "UPDATE",
            "Its claim stays bound. One that is made anew finds it only with the same class.",
            UNLESS_INTENDED,
            severity="warning",
        ),
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
    ("", "LimitRange"): (FieldRule("spec", "differs", "UPDATE", _NEW_PODS, COMPARE_FIRST, severity="warning"),),
    ("", "ResourceQuota"): (FieldRule("spec.hard", "differs", "UPDATE", _NEW_PODS, COMPARE_FIRST, severity="warning"),),
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
        FieldRule(
            "spec.conversion",
            "differs",
            "NOT-KNOWN",
            "Objects of the kind can be neither read nor written in another version while nobody converts them.",
            "see that what converts them runs, and allow it by name",
        ),
        FieldRule(
            "spec.preserveUnknownFields",
            "leaves",
            "NOT-KNOWN",
            "Fields that the schema does not have are dropped from objects as they are written.",
            "compare the schema with the objects, and allow it by name",
            (True,),
            False,
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
    ("storage.k8s.io", "StorageClass"): (
        *(
            FieldRule(
                f"metadata.annotations.storageclass{name}.kubernetes.io/is-default-class",
                "leaves",
                "UPDATE",
                "New claims that name no class get no volume, unless another class is the default.",
                UNLESS_INTENDED,
                ("true",),
                severity="warning",
            )
            for name in ("", ".beta")
        ),
        FieldRule(
            "allowVolumeExpansion",
            "leaves",
            "UPDATE",
            "No claim of the class can grow any more; each change of a size is refused.",
            UNLESS_INTENDED,
            (True,),
            False,
            severity="warning",
        ),
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
}
"""The fields of each kind whose value decides about more than the object."""
