"""Effects of another value in one field of what runs pods, scales them, or decides which may stop, as plain data.

Sources: kubernetes v1.34.2 (`pkg/apis/{apps,autoscaling,batch}/validation/validation.go`, the functions
Validate...Update; `pkg/controller/statefulset/stateful_set_utils.go`, getPersistentVolumeClaimRetentionPolicy;
`pkg/controller/cronjob/utils.go`, mostRecentScheduleTime; `pkg/controller/disruption/disruption.go`).
"""

from collections.abc import Mapping

from plan.changes.field_rule import (
    BACK_UP,
    OFF,
    RETAIN,
    UNLESS_INTENDED,
    FieldRule,
)
from plan.changes.kind_rule import Kind

_ON_DELETE = FieldRule(
    "spec.updateStrategy.type",
    "becomes",
    "UPDATE",
    "Its pods stay as they are, whatever changes in it, until somebody deletes them.",
    UNLESS_INTENDED,
    ("OnDelete",),
    severity="warning",
)
_KILLED = FieldRule(
    "spec.template.spec.terminationGracePeriodSeconds",
    "becomes",
    "UPDATE",
    "Its pods are killed without being asked to stop: writes that are under way are cut off.",
    UNLESS_INTENDED,
    (0,),
    30,
    severity="warning",
)
_NO_DRAIN = "A drain waits for its pods without end."
_LESS_DRAIN = "Fewer of its pods may stop at a time; where no more than those run, a drain waits without end."
_HELD_BACK = FieldRule(
    "spec.updateStrategy.rollingUpdate.partition",
    "rises",
    "UPDATE",
    "Pods below that number stay as they are, whatever changes in it.",
    UNLESS_INTENDED,
    default=0,
    severity="warning",
)

_LET_GO = FieldRule(
    "spec.updateStrategy.rollingUpdate.partition",
    "falls",
    "UPDATE",
    "Pods that it held back get the template of now: where that was changed since, they restart.",
    UNLESS_INTENDED,
    default=0,
    severity="warning",
)

WORKLOAD_FIELDS: Mapping[Kind, tuple[FieldRule, ...]] = {
    ("apps", "DaemonSet"): (_ON_DELETE,),
    ("apps", "Deployment"): (
        _KILLED,
        FieldRule(
            "spec.strategy.type",
            "becomes",
            "FAIL",
            "The API server refuses it: figures of a rolling update that it filled in itself stand beside it.",
            "take them out first: kubectl patch deployment NAME -n NAMESPACE --type merge -p "
            """'{"spec": {"strategy": {"type": "Recreate", "rollingUpdate": null}}}'""",
            ("Recreate",),
            "RollingUpdate",
            unless="spec.strategy.rollingUpdate",
        ),
        FieldRule(
            "spec.strategy.rollingUpdate.maxUnavailable",
            "becomes",
            "UPDATE",
            "All its pods are stopped together when its template changes: it is down in between.",
            UNLESS_INTENDED,
            ("100%",),
            severity="warning",
        ),
        FieldRule("spec.replicas", "becomes", "STOP", "All its pods stop, and none starts.", OFF, (0,), 1),
        FieldRule(
            "spec.paused",
            "becomes",
            "UPDATE",
            "Its pods stay as they are, whatever changes in it, until it is resumed.",
            UNLESS_INTENDED,
            (True,),
            False,
            severity="warning",
        ),
    ),
    ("apps", "StatefulSet"): (
        _HELD_BACK,
        _LET_GO,
        _KILLED,
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
        FieldRule(
            "spec.startingDeadlineSeconds",
            "becomes",
            "UPDATE",
            "With less than 10 s the controller may miss every run: backups stop silently.",
            UNLESS_INTENDED,
            tuple(range(10)),
            severity="warning",
        ),
        FieldRule("spec.suspend", "becomes", "STOP", "It no longer runs: backups stop silently.", OFF, (True,), False),
        FieldRule(
            "spec.suspend",
            "leaves",
            "UPDATE",
            "It runs again, and a run that it missed may start at once.",
            "",
            (True,),
            False,
            severity="info",
        ),
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
            UNLESS_INTENDED,
            severity="warning",
        ),
    ),
    ("scheduling.k8s.io", "PriorityClass"): (
        FieldRule(
            "globalDefault",
            "becomes",
            "UPDATE",
            "New pods that name no class get this one, and may push others out.",
            UNLESS_INTENDED,
            (True,),
            False,
            severity="warning",
        ),
    ),
    ("policy", "PodDisruptionBudget"): (
        FieldRule("spec.minAvailable", "rises", "UPDATE", _LESS_DRAIN, UNLESS_INTENDED, severity="warning"),
        FieldRule(
            "spec.selector",
            "differs",
            "UPDATE",
            "It counts other pods than before, or none.",
            UNLESS_INTENDED,
            severity="warning",
        ),
        FieldRule("spec.minAvailable", "becomes", "UPDATE", _NO_DRAIN, UNLESS_INTENDED, ("100%",), severity="warning"),
        FieldRule(
            "spec.maxUnavailable", "becomes", "UPDATE", _NO_DRAIN, UNLESS_INTENDED, (0, "0%"), severity="warning"
        ),
    ),
}
"""The fields of each kind whose value decides about more than the object."""
