"""Effects of another value in one field of a Kubernetes object, as plain data.

Sources: the API reference of Kubernetes 1.34; CloudNativePG 1.27 (`Cluster`: scaling down deletes the volumes of the
instance; `Database`: `ensure`, `databaseReclaimPolicy`; annotation `cnpg.io/hibernation`); External Secrets 0.20
(`deletionPolicy`). The comparison is one of values, so that it does not matter how coarse a path the preview names.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from plan.changes.effects import Effect
from plan.changes.object_rules import Kind

When = Literal["falls", "becomes", "leaves", "goes", "differs", "major"]
"""`falls`: a number or a size is less than before. `becomes`: it is one of the values, and was none of them before.
`leaves`: it was one of the values, and is none of them any more. `goes`: it is not stated any more, or an item of a
list or map is gone. `differs`: it is another value. `major`: it is an image of another major version."""


class FieldRule(NamedTuple):
    """Effect of a change of a field's value."""

    field: str
    when: When
    effect: Effect
    message: str
    fix: str
    values: tuple[object, ...] = ()
    default: object = None
    """The value where none is stated, as the API server or the operator fills it in."""
    given: tuple[str, object] | None = None
    """Only where another field has this value, before or after."""


_SHRINKS = "A volume cannot become smaller: the change is refused, and the `up` ends half-way."
_AS_IT_IS = "state the size that the volume has"
_OFF = "take the change back; to switch it off on purpose, allow it by name"
_BACK_UP = "take the change back; back up what it holds before"
_RETAIN = "take the change back; the data is safe as long as this says Retain"

_NO_BACKUPS = "Nothing is lost now. No more backups are made."
_STATE_ANOTHER = "take the change back, or state another way to back it up"
_WEBHOOK = "Objects that it meets from then on may be refused or changed."
_COMPARE = "compare it with what runs, and allow it by name"

FIELDS: Mapping[Kind, tuple[FieldRule, ...]] = {
    ("", "PersistentVolume"): (
        FieldRule(
            "spec.persistentVolumeReclaimPolicy",
            "becomes",
            "UNPROTECT",
            "Nothing is lost now. When its claim is deleted, the volume is deleted with its data.",
            _RETAIN,
            ("Delete", "Recycle"),
            "Retain",
        ),
        FieldRule("spec.capacity.storage", "falls", "SHRINK", _SHRINKS, _AS_IT_IS),
    ),
    ("", "PersistentVolumeClaim"): (
        FieldRule("spec.resources.requests.storage", "falls", "SHRINK", _SHRINKS, _AS_IT_IS),
    ),
    ("", "Service"): (
        FieldRule(
            "spec.type",
            "leaves",
            "DISCONNECT",
            "Its address or port outside of the cluster goes: nothing reaches it from there any more.",
            _OFF,
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
    ),
    ("apps", "Deployment"): (
        FieldRule("spec.replicas", "becomes", "STOP", "All its pods stop, and none starts.", _OFF, (0,), 1),
    ),
    ("apps", "StatefulSet"): (
        FieldRule("spec.replicas", "becomes", "STOP", "All its pods stop, and none starts.", _OFF, (0,), 1),
        FieldRule(
            "spec.replicas",
            "falls",
            "DELETE",
            "The claims of the pods that go are deleted, with their data.",
            _BACK_UP,
            default=1,
            given=("spec.persistentVolumeClaimRetentionPolicy.whenScaled", "Delete"),
        ),
        FieldRule(
            "spec.persistentVolumeClaimRetentionPolicy.whenScaled",
            "becomes",
            "UNPROTECT",
            "Nothing is lost now. When it is scaled down, the claims of the pods that go are deleted.",
            _RETAIN,
            ("Delete",),
            "Retain",
        ),
        FieldRule(
            "spec.persistentVolumeClaimRetentionPolicy.whenDeleted",
            "becomes",
            "UNPROTECT",
            "Nothing is lost now. When it is deleted or recreated, all its claims are deleted.",
            _RETAIN,
            ("Delete",),
            "Retain",
        ),
    ),
    ("batch", "CronJob"): (
        FieldRule("spec.suspend", "becomes", "STOP", "It no longer runs: backups stop silently.", _OFF, (True,), False),
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
        FieldRule("webhooks", "differs", "NOT-KNOWN", _WEBHOOK, _COMPARE),
    ),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): (
        FieldRule("webhooks", "differs", "NOT-KNOWN", _WEBHOOK, _COMPARE),
    ),
    ("networking.k8s.io", "NetworkPolicy"): (
        FieldRule("spec", "differs", "NOT-KNOWN", "Which traffic it stops depends on all its pods.", _COMPARE),
    ),
    ("external-secrets.io", "ExternalSecret"): (
        FieldRule(
            "spec.target.deletionPolicy",
            "becomes",
            "UNPROTECT",
            "Nothing is lost now. When the vault no longer has the entry, the Secret is deleted.",
            _RETAIN,
            ("Delete",),
            "Retain",
        ),
        FieldRule(
            "spec.target.name",
            "differs",
            "DELETE",
            "The Secret with the old name is deleted; pods that still name it do not start any more.",
            "take the change back, or rename it where it is used in the same `up`",
        ),
    ),
    ("metallb.io", "L2Advertisement"): (
        FieldRule("spec", "differs", "NOT-KNOWN", "Addresses that it no longer announces cannot be reached.", _COMPARE),
    ),
    ("metallb.io", "IPAddressPool"): (
        FieldRule(
            "spec.addresses",
            "goes",
            "DISCONNECT",
            "Load balancers with an address of the range that goes lose it.",
            "take the change back, or give those services another address first",
        ),
    ),
    ("postgresql.cnpg.io", "Cluster"): (
        FieldRule("spec.storage.size", "falls", "SHRINK", _SHRINKS, _AS_IT_IS),
        FieldRule("spec.walStorage.size", "falls", "SHRINK", _SHRINKS, _AS_IT_IS),
        FieldRule("spec.tablespaces.storage.size", "falls", "SHRINK", _SHRINKS, _AS_IT_IS),
        FieldRule(
            "spec.instances",
            "falls",
            "SCALE-DOWN",
            "The operator stops the surplus instances at once and deletes them with their volumes; with one "
            "left, the loss of its node is the loss of the database until it is back.",
            "take the change back; to run fewer, take a backup first and allow it by name",
        ),
        FieldRule(
            "metadata.annotations.cnpg.io/hibernation",
            "becomes",
            "STOP",
            "The operator stops all instances of the database.",
            _OFF,
            ("on",),
        ),
        FieldRule(
            "spec.replica.enabled",
            "becomes",
            "STOP",
            "It becomes a read-only replica of another cluster: nothing is written to it any more.",
            _OFF,
            (True,),
            False,
        ),
        FieldRule(
            "spec.imageName",
            "major",
            "STOP",
            "All instances stop while the operator upgrades the data to another major version; there is no way back.",
            "take a backup, read the release notes, and allow it by name",
        ),
        FieldRule("spec.backup", "goes", "UNPROTECT", _NO_BACKUPS, _STATE_ANOTHER),
        FieldRule("spec.plugins", "goes", "UNPROTECT", _NO_BACKUPS, _STATE_ANOTHER),
        FieldRule("spec.managed.roles.ensure", "becomes", "DELETE", "The role is dropped.", _BACK_UP, ("absent",)),
    ),
    ("postgresql.cnpg.io", "Database"): (
        FieldRule("spec.ensure", "becomes", "DELETE", "The database is dropped.", _BACK_UP, ("absent",), "present"),
        FieldRule(
            "spec.databaseReclaimPolicy",
            "becomes",
            "UNPROTECT",
            "Nothing is lost now. When the object is deleted, the database is dropped.",
            _RETAIN,
            ("delete",),
            "retain",
        ),
    ),
    ("policies.kyverno.io", "ValidatingPolicy"): (
        FieldRule(
            "spec.validationActions",
            "differs",
            "UPDATE",
            "Pods that violate it run on, and are refused when they are recreated.",
            "",
        ),
    ),
}
"""The fields of each kind whose value decides about more than the object."""
