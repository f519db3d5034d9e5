"""Claims, volumes, attachments, databases and backups."""

from operations.doctor.catalogue.rule import Rule

STORAGE = {
    "CONTAINERS-NOT-CREATED": Rule(
        "Containers are not created",
        "Between scheduling and start the kubelet prepares network, volumes and images; events say what holds "
        "it up, for an hour.",
    ),
    "DATABASE-NOT-WHOLE": Rule(
        "A database cluster is short of instances",
        "CloudNativePG counts the instances that are ready against those wanted.",
    ),
    "WAL-ARCHIVING-FAILS": Rule(
        "A database's log is not archived",
        "PostgreSQL keeps its write-ahead log until it is archived; a base backup without it cannot be restored "
        "to the end.",
    ),
    "BACKUP-NOT-STARTED": Rule(
        "A backup was due and was not started",
        "CloudNativePG's operator starts a ScheduledBackup at nextScheduleTime, and then writes the next one there.",
    ),
    "BACKUP-EMPTY": Rule(
        "A backup holds nothing",
        "A backup that selects nothing completes, and nothing can be restored from it.",
    ),
    "BACKUP-STORE-UNAVAILABLE": Rule(
        "A store of backups is out of reach",
        "Nothing is copied while the store does not answer; what is missed is not caught up with.",
    ),
    "BACKUP-FAILED": Rule(
        "A backup failed",
        "A backup that failed protects nothing: only the newest that succeeded counts.",
    ),
    "CLAIM-PENDING": Rule(
        "A claim has no volume",
        "A claim is bound when a volume fits it or its class's provisioner makes one.",
    ),
    "CLAIM-UNUSED": Rule(
        "A claim waits for its first pod",
        "With WaitForFirstConsumer a volume is made when a pod that uses the claim is scheduled.",
    ),
    "CLAIM-NOT-MOUNTED": Rule(
        "A claim that nothing mounts",
        "A claim and its disk stay when the last workload that named it is gone.",
    ),
    "CLAIM-LOST": Rule(
        "A claim's volume is gone",
        "A bound claim whose PersistentVolume was deleted is Lost, and stays so.",
    ),
    "CLAIM-TERMINATING": Rule(
        "A claim in use was deleted",
        "A deleted claim is kept while a pod uses it, and is then deleted with its volume, unless that is retained.",
    ),
    "CLAIM-NOT-GROWN": Rule(
        "A claim does not grow",
        "A claim grows where its class allows it; some file systems grow when a pod mounts them again.",
    ),
    "STORAGE-CLASS-MISSING": Rule(
        "A storage class does not exist",
        "A claim's volume is made by the class that it names, and the name cannot be changed.",
    ),
    "STORAGE-CLASS-NOT-STATED": Rule(
        "A claim without a storage class",
        "A claim without a class takes the default one; without that it waits.",
    ),
    "VOLUME-MISSING": Rule(
        "A volume does not exist",
        "A claim that names its volume takes that one and no other.",
    ),
    "VOLUME-TAKEN": Rule(
        "A volume belongs to another claim",
        "A volume keeps the claim that it was bound to, by UID, until somebody removes that reference.",
    ),
    "VOLUME-FULL": Rule(
        "A disk is full",
        "A volume does not grow by itself; writing to a full one fails.",
    ),
    "VOLUME-FAILED": Rule(
        "A volume could not be reclaimed",
        "With reclaim policy Delete the driver deletes the disk of a released volume.",
    ),
    "VOLUME-RELEASED": Rule(
        "A volume without a claim",
        "With reclaim policy Retain a volume and its data stay when the claim is deleted.",
    ),
    "PROVISIONING-FAILS": Rule(
        "A volume cannot be made",
        "The provisioner of a storage class makes the volume and says in an event why it cannot.",
    ),
    "PROVISIONER-SILENT": Rule(
        "A provisioner does nothing",
        "The provisioner of a storage class is a program in the cluster; while it does not run, claims wait.",
    ),
    "MOUNT-FAILS": Rule(
        "A volume cannot be mounted",
        "Containers are created when all volumes are attached and mounted.",
    ),
    "HOST-PATH-MISSING": Rule(
        "A path of the node is not there",
        "A hostPath volume with a type is mounted only where the node has a file or folder of that type at its path.",
    ),
    "FILE-SYSTEM-DAMAGED": Rule(
        "A volume's file system is damaged",
        "Before a volume is mounted its file system is checked; what the check cannot mend is not mounted. A power cut "
        "or a failing disk may be the cause.",
    ),
    "NFS-MOUNT-FAILS": Rule(
        "An NFS export cannot be mounted",
        "The node itself mounts an export: the server must run, export the path and let the node in.",
    ),
    "MULTI-ATTACH": Rule(
        "A volume is attached to another node",
        "A ReadWriteOnce block volume is attached to one node at a time; a new revision on another node waits "
        "for the old pod to end.",
    ),
    "ATTACH-FAILS": Rule(
        "A volume cannot be attached",
        "The attacher of a CSI driver writes what its storage says into the VolumeAttachment.",
    ),
    "ATTACHMENT-STUCK": Rule(
        "An attachment is not removed",
        "A VolumeAttachment is removed when its driver has detached the volume; it counts as a slot until then.",
    ),
    "CSI-DRIVER-NOT-ON-NODE": Rule(
        "A CSI driver is not on a node",
        "The node plugin of a driver registers it with the kubelet of its own node.",
    ),
}
