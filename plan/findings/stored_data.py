"""Findings about stored data: what programs are told of it, who copies it, and what objects in files do to it."""

from collections.abc import Iterable, Iterator

from config.lab import Lab
from plan.findings.access.secret_keys import secret_key_findings
from plan.findings.access.secret_refresh import secret_refresh_findings
from plan.findings.data.backups_of_nothing import backup_of_nothing_findings
from plan.findings.data.data_paths import data_path_findings
from plan.findings.data.dumps import dump_findings
from plan.findings.data.durability import durability_findings
from plan.findings.data.kept_for_ever import kept_for_ever_findings
from plan.findings.data.operator_schedules import operator_schedule_findings
from plan.findings.data.removed_options import removed_option_findings
from plan.findings.data.replicas_apart import replicas_apart_findings
from plan.findings.data.told_disk import told_disk_findings
from plan.findings.programs import programs
from plan.findings.services.job_endings import pile_up_findings
from plan.findings.storage.kept_data import kept_data_findings
from plan.findings.storage.storage_quotas import storage_quota_findings
from plan.model import Service
from plan.model.findings import Finding


def stored_data_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """All of them; containers are read once for all."""
    planned, found = tuple(services), tuple(programs(lab))
    yield from data_path_findings(lab, found)
    yield from told_disk_findings(lab, found)
    yield from removed_option_findings(found)
    yield from durability_findings(found)
    yield from replicas_apart_findings(lab)
    yield from dump_findings(lab, found)
    yield from kept_for_ever_findings(lab, found)
    yield from backup_of_nothing_findings(lab, planned)
    yield from operator_schedule_findings(lab)
    yield from pile_up_findings(lab)
    yield from kept_data_findings(lab)
    yield from storage_quota_findings(lab, planned)
    yield from secret_refresh_findings(lab)
    yield from secret_key_findings(lab, planned)
