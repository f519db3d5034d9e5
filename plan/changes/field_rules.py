"""Effects of another value in one field of a Kubernetes object, as plain data.

Sources: kubernetes v1.34.2 (`pkg/apis/*/validation/validation.go`, the functions Validate...Update;
`pkg/controller/volume/persistentvolume/pv_controller.go`, syncBoundClaim;
`pkg/controller/statefulset/stateful_set_utils.go`, getPersistentVolumeClaimRetentionPolicy). The comparison is one of
values, so that it does not matter how coarse a path the preview names.
"""

from collections.abc import Mapping

from plan.changes.access_rules import ACCESS_FIELDS
from plan.changes.field_rule import AS_IT_IS, BACK_UP, COMPARE, OFF, RETAIN, SHRINKS, FieldRule
from plan.changes.gateway_rules import GATEWAY_FIELDS
from plan.changes.kind_rule import Kind
from plan.changes.operator_rules import OPERATOR_FIELDS
from plan.changes.reach_rules import REACH_FIELDS

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
_ON_DELETE = FieldRule(
    "spec.updateStrategy.type",
    "becomes",
    "UPDATE",
    "Its pods stay as they are, whatever changes in it, until somebody deletes them.",
    OFF,
    ("OnDelete",),
    severity="warning",
)
_OTHER_NODES = "Its pods stop on nodes that no longer fit, with what those nodes have by them."
_NEW_PODS = "New pods that it does not allow are refused; those that run stay as they are."
_NO_DRAIN = "A drain waits for its pods without end."

FIELDS: Mapping[Kind, tuple[FieldRule, ...]] = {
    **ACCESS_FIELDS,
    **GATEWAY_FIELDS,
    **OPERATOR_FIELDS,
    **REACH_FIELDS,
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
    ("apps", "DaemonSet"): (
        _ON_DELETE,
        *(
            FieldRule(f"spec.template.spec.{field}", "differs", "UPDATE", _OTHER_NODES, COMPARE, severity="warning")
            for field in ("affinity", "nodeSelector", "tolerations")
        ),
    ),
    ("apps", "Deployment"): (
        FieldRule("spec.replicas", "becomes", "STOP", "All its pods stop, and none starts.", OFF, (0,), 1),
        FieldRule(
            "spec.paused",
            "becomes",
            "UPDATE",
            "Its pods stay as they are, whatever changes in it, until it is resumed.",
            OFF,
            (True,),
            False,
            severity="warning",
        ),
    ),
    ("apps", "StatefulSet"): (
        _ON_DELETE,
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
        FieldRule(
            "spec.jobTemplate.spec.suspend",
            "becomes",
            "STOP",
            "The jobs that it starts never run: backups stop silently.",
            OFF,
            (True,),
            False,
        ),
    ),
    ("batch", "Job"): (FieldRule("spec.suspend", "becomes", "STOP", "Its pods are stopped.", OFF, (True,), False),),
    ("autoscaling", "HorizontalPodAutoscaler"): (
        FieldRule(
            "spec.minReplicas",
            "becomes",
            "FAIL",
            "The API server refuses 0 without the feature HPAScaleToZero: the `up` ends half-way.",
            "take the change back",
            (0,),
            1,
        ),
        FieldRule(
            "spec.maxReplicas",
            "falls",
            "UPDATE",
            "Where more pods run than that, the others stop.",
            "",
            severity="warning",
        ),
        FieldRule(
            "spec.scaleTargetRef.name",
            "differs",
            "UPDATE",
            "Nothing scales the pods that it scaled until now.",
            OFF,
            severity="warning",
        ),
    ),
    ("policy", "PodDisruptionBudget"): (
        FieldRule("spec.minAvailable", "becomes", "UPDATE", _NO_DRAIN, OFF, ("100%",), severity="warning"),
        FieldRule("spec.maxUnavailable", "becomes", "UPDATE", _NO_DRAIN, OFF, (0, "0%"), severity="warning"),
    ),
    ("", "LimitRange"): (FieldRule("spec", "differs", "UPDATE", _NEW_PODS, COMPARE, severity="warning"),),
    ("", "ResourceQuota"): (FieldRule("spec.hard", "differs", "UPDATE", _NEW_PODS, COMPARE, severity="warning"),),
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
                OFF,
                ("true",),
                severity="warning",
            )
            for name in ("", ".beta")
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
