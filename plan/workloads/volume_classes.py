"""Properties of a volume that its storage class tells."""

from config.lab import Lab
from config.service.volume import Volume
from config.storage_class import AccessMode, BlockStorageClass, NfsStorageClass, OtherStorageClass, StorageClass
from plan.workloads.storage_classes import BLOCK_PROVISIONER


def is_block(lab: Lab, storage_class: str | None) -> bool:
    """Whether volumes of the class are known to be attached to one node at a time, each to a slot of it."""
    row = lab.storage_classes.get(storage_class) if storage_class else None
    match row:
        case BlockStorageClass():
            return True
        case OtherStorageClass():
            return row.takes_slots
        case NfsStorageClass() | None:
            return False


def takes_slot(lab: Lab, volume: Volume) -> bool:
    """Whether a volume is known to be attached to one node at a time, to a slot of it."""
    return is_block(lab, volume.storage_class) or (volume.csi is not None and volume.csi.driver == BLOCK_PROVISIONER)


def access_mode(lab: Lab, volume: Volume) -> AccessMode:
    """How a volume is mounted: as it says, or as its class does."""
    row = lab.storage_classes.get(volume.storage_class) if volume.storage_class else None
    if volume.access is None and volume.csi is not None:
        return "ReadWriteOnce"
    return access_of(row) if volume.access is None else volume.access


def access_of(storage_class: StorageClass | None) -> AccessMode:
    """How volumes of a class are mounted unless they say otherwise, and those that are of none."""
    match storage_class:
        case BlockStorageClass():
            return "ReadWriteOnce"
        case OtherStorageClass():
            return storage_class.access
        case NfsStorageClass() | None:
            return "ReadWriteMany"
