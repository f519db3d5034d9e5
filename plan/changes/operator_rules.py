"""Effects of another value in one field of an operator's object, as plain data.

Sources: CloudNativePG 1.27 (`internal/controller/cluster_scale.go`, scaleDownCluster; `api/v1/database_types.go`;
`internal/webhook/v1/cluster_webhook.go`, validateClusterChanges; annotations `cnpg.io/hibernation` and
`cnpg.io/fencedInstances`); External Secrets 0.20 (`pkg/controllers/externalsecret/externalsecret_controller.go`,
deleteOrphanedSecrets and deletionPolicy); MetalLB 0.15 (`internal/allocator/allocator.go`, SetPools).
"""

from collections.abc import Mapping

from plan.changes.field_rule import (
    AS_IT_IS,
    BACK_UP,
    COMPARE,
    COMPARE_FIRST,
    FOLLOW,
    OFF,
    RETAIN,
    SHRINKS,
    UNLESS_INTENDED,
    FieldRule,
)
from plan.changes.kind_rule import Kind

_KEEP_STATED = "state it as it is"
_NO_BACKUPS = "Nothing is lost now. No more backups are made."
_STAYS = "The operator refuses to take that volume away: the `up` ends half-way."
_STATE_ANOTHER = "take the change back, or state another way to back it up"
_READ_NOTES = "take a backup, read the release notes, and allow it by name"
_NEW_MAJOR = "All instances stop while the operator upgrades the data to another major version; there is no way back."

_OTHER_ENTRY = "The Secret gets the content of another entry, or none."

_CLOSED = FieldRule(
    "spec.failurePolicy",
    "becomes",
    "STOP",
    "While the policy engine does not answer, objects that it matches are refused: no pod starts that it would see.",
    "take the change back, or run the policy engine more than once",
    ("Fail",),
    "Fail",
    severity="warning",
)

OPERATOR_FIELDS: Mapping[Kind, tuple[FieldRule, ...]] = {
    ("autoscaling.k8s.io", "VerticalPodAutoscaler"): (
        FieldRule(
            "spec.updatePolicy.updateMode",
            "becomes",
            "UPDATE",
            "Its pods are evicted, and restart with other requests, whenever the recommendation is far from theirs.",
            UNLESS_INTENDED,
            ("Auto", "InPlaceOrRecreate", "Recreate"),
            "Recreate",
            severity="warning",
        ),
    ),
    ("postgresql.cnpg.io", "ScheduledBackup"): (
        FieldRule(
            "spec.cluster.name",
            "differs",
            "UNPROTECT",
            "Nothing is lost now. The database that it backed up is backed up no more.",
            "take the change back, or add another for the other database",
        ),
        FieldRule("spec.suspend", "becomes", "STOP", "It makes no more backups.", OFF, (True,), False),
    ),
    **{
        ("external-secrets.io", kind): (
            FieldRule(
                "spec.provider",
                "differs",
                "NOT-KNOWN",
                "Secrets come from elsewhere: an entry that is not there is not renewed, or its Secret is deleted.",
                "see that all entries are there, and allow it by name",
            ),
        )
        for kind in ("ClusterSecretStore", "SecretStore")
    },
    ("postgresql.cnpg.io", "Pooler"): (
        FieldRule("spec.instances", "becomes", "STOP", "Nothing reaches the database through it.", OFF, (0,), 1),
    ),
    ("cert-manager.io", "Certificate"): (
        FieldRule(
            "spec.dnsNames",
            "goes",
            "UPDATE",
            "Clients refuse the certificate for the name that goes.",
            FOLLOW,
            severity="warning",
        ),
        FieldRule(
            "spec.secretName",
            "differs",
            "UPDATE",
            "The certificate in the old Secret is not renewed any more.",
            FOLLOW,
            severity="warning",
        ),
    ),
    ("external-secrets.io", "ExternalSecret"): (
        FieldRule(
            "spec.target.deletionPolicy",
            "becomes",
            "UNPROTECT",
            "Nothing is lost now. When the vault no longer has the entry, the Secret is deleted.",
            RETAIN,
            ("Delete",),
            "Retain",
        ),
        FieldRule(
            "spec.target.creationPolicy",
            "becomes",
            "UNPROTECT",
            "Nothing is lost now. When the object is deleted, the Secret goes with it.",
            "take the change back, unless the vault has all that the Secret holds",
            ("Owner",),
            "Owner",
        ),
        FieldRule(
            "spec.refreshInterval",
            "becomes",
            "UPDATE",
            "The Secret stays as it is, whatever becomes of the entry in the vault.",
            UNLESS_INTENDED,
            ("0", "0s", "0m", "0h"),
            "1h",
            severity="warning",
        ),
        *(
            FieldRule(f"spec.{each}", "goes", "UPDATE", _OTHER_ENTRY, COMPARE_FIRST, severity="warning")
            for each in ("data.remoteRef.key", "data.remoteRef.property", "dataFrom", "secretStoreRef.name")
        ),
        FieldRule(
            "spec.target.name",
            "differs",
            "DELETE",
            "The Secret with the old name is deleted; pods that still name it do not start any more.",
            "take the change back, or rename it where it is used in the same `up`",
        ),
    ),
    ("nfd.k8s-sigs.io", "NodeFeatureRule"): (
        FieldRule(
            "spec.rules",
            "goes",
            "UPDATE",
            "Nodes lose labels and extended resources that it no longer gives; new pods that need them find no place.",
            COMPARE_FIRST,
            severity="warning",
        ),
    ),
    ("metallb.io", "L2Advertisement"): (
        FieldRule("spec", "differs", "NOT-KNOWN", "Addresses that it no longer announces cannot be reached.", COMPARE),
    ),
    ("metallb.io", "IPAddressPool"): (
        FieldRule(
            "spec.addresses",
            "goes",
            "DISCONNECT",
            "Load balancers with an address of the range that goes lose it.",
            "take the change back, or give those services another address first",
        ),
        FieldRule(
            "spec.serviceAllocation",
            "differs",
            "UPDATE",
            "Load balancers that it no longer serves lose their address when they are next changed.",
            COMPARE_FIRST,
            severity="warning",
        ),
    ),
    ("postgresql.cnpg.io", "Cluster"): (
        FieldRule("spec.storage.size", "falls", "SHRINK", SHRINKS, AS_IT_IS),
        FieldRule("spec.walStorage.size", "falls", "SHRINK", SHRINKS, AS_IT_IS),
        FieldRule("spec.tablespaces.storage.size", "falls", "SHRINK", SHRINKS, AS_IT_IS),
        FieldRule(
            "spec.instances",
            "falls",
            "SCALE-DOWN",
            "The operator deletes the surplus instances, one after the other, with their volumes; with one "
            "left, the loss of its node is the loss of the database until it is back.",
            "take the change back; to run fewer, take a backup first and allow it by name",
        ),
        FieldRule(
            "metadata.annotations.cnpg.io/hibernation",
            "becomes",
            "STOP",
            "The operator stops all instances of the database.",
            OFF,
            ("on",),
        ),
        FieldRule(
            "metadata.annotations.cnpg.io/fencedInstances",
            "appears",
            "STOP",
            "The operator stops PostgreSQL in the instances that it names.",
            OFF,
        ),
        FieldRule(
            "spec.replica.enabled",
            "becomes",
            "STOP",
            "It becomes a read-only replica of another cluster: nothing is written to it any more.",
            OFF,
            (True,),
            False,
        ),
        FieldRule(
            "spec.imageName",
            "major",
            "STOP",
            _NEW_MAJOR,
            _READ_NOTES,
        ),
        FieldRule("spec.imageCatalogRef.major", "differs", "STOP", _NEW_MAJOR, _READ_NOTES),
        FieldRule("spec.backup", "vanishes", "UNPROTECT", _NO_BACKUPS, _STATE_ANOTHER),
        FieldRule("spec.plugins.name", "goes", "UNPROTECT", _NO_BACKUPS, _STATE_ANOTHER),
        FieldRule(
            "spec.backup.retentionPolicy",
            "differs",
            "NOT-KNOWN",
            "Where it is a shorter time, backups that are older are deleted.",
            "allow it by name where those may go",
        ),
        FieldRule("spec.walStorage", "vanishes", "FAIL", _STAYS, _KEEP_STATED),
        FieldRule(
            "spec.storage.storageClass",
            "differs",
            "UPDATE",
            "Its volumes stay in the old class; those of new instances alone are of the other.",
            COMPARE_FIRST,
            severity="warning",
        ),
        FieldRule(
            "spec.enableSuperuserAccess",
            "leaves",
            "UPDATE",
            "The password of the user postgres is removed, and the operator deletes the Secret with it.",
            FOLLOW,
            (True,),
            False,
            severity="warning",
        ),
        FieldRule(
            "spec.nodeMaintenanceWindow.reusePVC",
            "becomes",
            "UPDATE",
            "While a node is drained, its instance is deleted with its volume and made anew elsewhere.",
            UNLESS_INTENDED,
            (False,),
            True,
            severity="warning",
        ),
        FieldRule("spec.tablespaces.name", "goes", "FAIL", _STAYS, _KEEP_STATED),
        FieldRule("spec.managed.roles.ensure", "becomes", "DELETE", "The role is dropped.", BACK_UP, ("absent",)),
    ),
    ("postgresql.cnpg.io", "Database"): (
        FieldRule("spec.ensure", "becomes", "DELETE", "The database is dropped.", BACK_UP, ("absent",), "present"),
        FieldRule("spec.schemas.ensure", "becomes", "DELETE", "The schema is dropped.", BACK_UP, ("absent",)),
        FieldRule("spec.extensions.ensure", "becomes", "DELETE", "The extension is dropped.", BACK_UP, ("absent",)),
        FieldRule(
            "spec.databaseReclaimPolicy",
            "becomes",
            "UNPROTECT",
            "Nothing is lost now. When the object is deleted, the database is dropped.",
            RETAIN,
            ("delete",),
            "retain",
        ),
    ),
    ("policies.kyverno.io", "MutatingPolicy"): (_CLOSED,),
    ("policies.kyverno.io", "ValidatingPolicy"): (
        _CLOSED,
        FieldRule(
            "spec.validationActions",
            "becomes",
            "UPDATE",
            "Pods that violate it keep running, and are refused when they are recreated.",
            "",
            ("Deny",),
            "Deny",
            severity="info",
        ),
        FieldRule(
            "spec.validationActions",
            "leaves",
            "UPDATE",
            "Objects that it refused are admitted.",
            "",
            ("Deny",),
            "Deny",
            severity="info",
        ),
    ),
}
"""Rules for the fields of each kind that an operator brings."""
