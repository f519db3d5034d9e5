"""StorageClasses, from `storage.yaml`."""

from collections.abc import Iterator

from config.lab import Lab
from config.namespaces import namespace_of
from config.storage_class import BlockStorageClass, NfsStorageClass, OtherStorageClass
from plan.model import Manifest
from plan.model.metadata import manifest

BLOCK_PROVISIONER = "csi.proxmox.sinextra.dev"
NFS_PROVISIONER = "nfs.csi.k8s.io"
ENCRYPTION_SECRET = "proxmox-csi-encryption"


def storage_classes(lab: Lab) -> Iterator[Manifest]:
    """The storage classes. Unless stated, a volume outlives its claim: its data is deleted by hand or not at all."""
    for name, row in lab.storage_classes.items():
        if isinstance(row, OtherStorageClass) or row.existing:
            continue
        is_block = isinstance(row, BlockStorageClass)
        yield manifest(
            "storage.k8s.io/v1",
            "StorageClass",
            name,
            annotations={"homelab/description": row.description},
            provisioner=BLOCK_PROVISIONER if is_block else NFS_PROVISIONER,
            parameters=_block(lab, row) if is_block else _nfs(row),
            reclaimPolicy=row.reclaim,
            volumeBindingMode="WaitForFirstConsumer" if is_block else "Immediate",
            allowVolumeExpansion=True,
        )


def _block(lab: Lab, row: BlockStorageClass) -> dict[str, str]:
    parameters = {"csi.storage.k8s.io/fstype": "ext4", "storage": row.storage, "cache": "none"}
    if row.encrypted:
        namespace = namespace_of(lab, row.driver)
        for stage in ("node-stage", "node-expand"):
            parameters[f"csi.storage.k8s.io/{stage}-secret-name"] = ENCRYPTION_SECRET
            parameters[f"csi.storage.k8s.io/{stage}-secret-namespace"] = namespace
    return parameters


def _nfs(row: NfsStorageClass) -> dict[str, str]:
    return {"server": str(row.server), "share": row.path, "subDir": "${pvc.metadata.namespace}/${pvc.metadata.name}"}
