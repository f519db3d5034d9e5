"""Findings about volumes, storage classes and the disks and servers under them."""

from collections.abc import Iterator

from plan.findings.storage.block_volumes import block_volume_findings
from plan.findings.storage.ceph import ceph_findings
from plan.findings.storage.claims import claim_findings
from plan.findings.storage.default_classes import default_class_findings
from plan.findings.storage.disk_sizes import disk_size_findings
from plan.findings.storage.file_servers import file_server_findings
from plan.findings.storage.host_paths import host_path_findings
from plan.findings.storage.kept_data import kept_data_findings
from plan.findings.storage.longhorn import longhorn_findings
from plan.findings.storage.replicas_of_charts import chart_replica_findings
from plan.findings.storage.retention import retention_findings
from plan.findings.storage.snapshot_classes import snapshot_class_findings
from plan.findings.storage.storage_quotas import storage_quota_findings
from plan.findings.storage.volume_groups import volume_group_findings
from plan.findings.storage.volume_owners import volume_owner_findings
from plan.findings.storage.watched_folders import watched_folder_findings
from plan.findings.storage.zfs_cache import zfs_cache_findings
from plan.model import Finding, Plan


def findings(plan: Plan) -> Iterator[Finding]:
    """All of them."""
    yield from block_volume_findings(plan.lab)
    yield from chart_replica_findings(plan.lab)
    yield from ceph_findings(plan.lab, plan.nodes)
    yield from claim_findings(plan.lab)
    yield from default_class_findings(plan.lab, plan.services)
    yield from disk_size_findings(plan.lab, plan.capacity.hosts)
    yield from file_server_findings(plan.lab)
    yield from host_path_findings(plan.lab, plan.nodes, plan.services)
    yield from kept_data_findings(plan.lab)
    yield from longhorn_findings(plan.lab, plan.nodes, plan.services)
    yield from retention_findings(plan.lab)
    yield from storage_quota_findings(plan.lab, plan.services)
    yield from volume_group_findings(plan.lab, plan.services)
    yield from volume_owner_findings(plan.lab)
    yield from watched_folder_findings(plan.lab)
    yield from zfs_cache_findings(plan.lab, plan.capacity.hosts)
    yield from snapshot_class_findings(plan.lab)
