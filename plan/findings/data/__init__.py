"""Findings about databases and other stores, and copies of data."""

from collections.abc import Iterator

from plan.findings.data.archive_tools import archive_tool_findings
from plan.findings.data.backups_of_nothing import backup_of_nothing_findings
from plan.findings.data.broker_copies import broker_copy_findings
from plan.findings.data.cache_passwords import cache_password_findings
from plan.findings.data.chart_volumes import chart_volume_findings
from plan.findings.data.connections import connection_findings
from plan.findings.data.copies_of_nothing import copy_of_nothing_findings
from plan.findings.data.data_paths import data_path_findings
from plan.findings.data.dated_copies import dated_copy_findings
from plan.findings.data.dumps import dump_findings
from plan.findings.data.durability import durability_findings
from plan.findings.data.evicting_queues import evicting_queue_findings
from plan.findings.data.extensions import extension_findings
from plan.findings.data.kept_for_ever import kept_for_ever_findings
from plan.findings.data.log_limits import log_limit_findings
from plan.findings.data.majorities import majority_findings
from plan.findings.data.operator_schedules import operator_schedule_findings
from plan.findings.data.preloaded_libraries import preloaded_library_findings
from plan.findings.data.removed_options import removed_option_findings
from plan.findings.data.replicas_apart import replicas_apart_findings
from plan.findings.data.restored_from import restored_from_findings
from plan.findings.data.shared_archives import shared_archive_findings
from plan.findings.data.stores import store_findings
from plan.findings.data.told_disk import told_disk_findings
from plan.findings.data.told_places import told_place_findings
from plan.findings.programs import programs
from plan.model import Finding, Plan


def findings(plan: Plan) -> Iterator[Finding]:
    """All of them."""
    found = tuple(programs(plan.lab))
    yield from archive_tool_findings(plan.lab)
    yield from backup_of_nothing_findings(plan.lab, plan.services)
    yield from broker_copy_findings(plan.lab, found)
    yield from cache_password_findings(plan.lab, found)
    yield from chart_volume_findings(plan.lab)
    yield from connection_findings(plan.lab)
    yield from data_path_findings(plan.lab, found)
    yield from dated_copy_findings(found)
    yield from dump_findings(plan.lab, found)
    yield from durability_findings(found)
    yield from evicting_queue_findings(plan.lab, found)
    yield from extension_findings(found)
    yield from kept_for_ever_findings(plan.lab, found)
    yield from log_limit_findings(plan.lab, found)
    yield from majority_findings(plan.lab)
    yield from operator_schedule_findings(plan.lab)
    yield from preloaded_library_findings(plan.lab, found)
    yield from removed_option_findings(plan.lab, found)
    yield from replicas_apart_findings(found)
    yield from restored_from_findings(plan.lab)
    yield from shared_archive_findings(plan.lab)
    yield from store_findings(plan.lab, found)
    yield from told_disk_findings(plan.lab, found)
    yield from told_place_findings(found)
    yield from copy_of_nothing_findings(found)
