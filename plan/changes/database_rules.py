"""Effects of another value in one field of an object of CloudNativePG, as plain data.

Sources: CloudNativePG 1.27 (`internal/controller/cluster_scale.go`, scaleDownCluster; `api/v1/database_types.go`,
`api/v1/cluster_types.go`; `internal/webhook/v1/cluster_webhook.go`, validateClusterChanges; annotations
`cnpg.io/hibernation` and `cnpg.io/fencedInstances`).
"""

from collections.abc import Mapping

from plan.changes.field_rule import (
    AS_IT_IS,
    BACK_UP,
    COMPARE_FIRST,
    FOLLOW,
    OFF,
    RETAIN,
    SHRINKS,
    UNLESS_INTENDED,
    FieldRule,
    When,
)
from plan.changes.kind_rule import Kind

_STAYS = "The operator refuses to take that volume away: the `up` ends half-way."
_NO_BACKUPS = "Nothing is lost now. No more backups are made."
_KEEP_STATED = "state it as it is"
_STATE_ANOTHER = "take the change back, or state another way to back it up"
_READ_NOTES = "take a backup, read the release notes, and allow it by name"
_NEW_MAJOR = "All instances stop while the operator upgrades the data to another major version; there is no way back."
_UNCONFIRMED = "Nothing is lost now. A write is confirmed before another instance has it, and lost with its node."
_CONFIRMING: tuple[tuple[str, When], ...] = (("minSyncReplicas", "falls"), ("postgresql.synchronous", "vanishes"))
_BACKUP_PLACE = (
    *(f"barmanObjectStore.{each}" for each in ("destinationPath", "endpointURL", "serverName")),
    "volumeSnapshot.className",
)

DATABASE_FIELDS: Mapping[Kind, tuple[FieldRule, ...]] = {
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
    ("postgresql.cnpg.io", "Pooler"): (
        FieldRule("spec.instances", "becomes", "STOP", "Nothing reaches the database through it.", OFF, (0,), 1),
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
        FieldRule(
            "spec.imageName",
            "older",
            "FAIL",
            "PostgreSQL does not start on data of a newer major version: the operator refuses the change, or its "
            "instances stay off.",
            "take the change back; for an older one, make another cluster, and load a dump into it",
        ),
        FieldRule("spec.imageCatalogRef.major", "differs", "STOP", _NEW_MAJOR, _READ_NOTES),
        FieldRule(
            "spec.postgresql.shared_preload_libraries",
            "goes",
            "UPDATE",
            "PostgreSQL restarts without the library that goes: an extension that needs it fails, and data of its "
            "types cannot be read.",
            UNLESS_INTENDED,
            severity="warning",
        ),
        FieldRule(
            "spec.postgresql.synchronous", "vanishes", "UNPROTECT", _UNCONFIRMED, UNLESS_INTENDED, severity="warning"
        ),
        FieldRule("spec.minSyncReplicas", "falls", "UNPROTECT", _UNCONFIRMED, UNLESS_INTENDED, severity="warning"),
        FieldRule(
            "spec.enablePDB",
            "becomes",
            "UPDATE",
            "A drain may stop the primary and its replicas together.",
            UNLESS_INTENDED,
            (False,),
            True,
            severity="warning",
        ),
        *(
            FieldRule(
                f"spec.backup.{each}",
                "differs",
                "UNPROTECT",
                "Backups begin anew in the other place; older ones stay where they are, and a restore from the new "
                "place does not see them.",
                "take a backup after the `up`, and keep the old place until it is old enough",
                severity="warning",
            )
            for each in _BACKUP_PLACE
        ),
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
}
"""Rules for the fields of each kind."""
