"""Findings about single services and their pods."""

from collections.abc import Iterable, Iterator, Mapping

from plan.findings.programs import programs
from plan.findings.services.asks_others import asks_others_findings
from plan.findings.services.first_miss import first_miss_findings
from plan.findings.services.global_defaults import global_default_findings
from plan.findings.services.image_sources import chart_source_findings, image_source_findings
from plan.findings.services.job_endings import job_ending_findings, pile_up_findings
from plan.findings.services.made_up_keys import made_up_key_findings
from plan.findings.services.needed_capabilities import capability_findings
from plan.findings.services.needed_variables import needed_variable_findings
from plan.findings.services.node_agents import node_agent_findings
from plan.findings.services.object_references import object_reference_findings
from plan.findings.services.objects import object_findings
from plan.findings.services.pods_in_files import pod_name_findings
from plan.findings.services.probes import liveness_probes
from plan.findings.services.read_only_roots import read_only_root_findings
from plan.findings.services.schedulers import scheduler_findings
from plan.findings.services.service import service_findings
from plan.findings.services.service_variables import service_variable_findings
from plan.findings.services.slow_starts import slow_start_findings
from plan.findings.services.spreads import spread_findings
from plan.findings.services.time_zones import time_zone_findings
from plan.findings.services.unread_settings import unread_setting_findings
from plan.findings.services.versions_apart import version_apart_findings
from plan.findings.services.webhooks_in_files import webhook_in_file_findings
from plan.model import Finding, Manifest, Plan


def findings(plan: Plan) -> Iterator[Finding]:
    """All of them."""
    found, probes = tuple(programs(plan.lab)), tuple(liveness_probes(plan.lab))
    yield from asks_others_findings(plan.lab, plan.services)
    yield from capability_findings(plan.lab, plan.services)
    yield from chart_source_findings(plan.lab)
    yield from first_miss_findings(probes)
    yield from global_default_findings(plan.lab)
    yield from image_source_findings(plan.lab)
    yield from job_ending_findings(plan.lab)
    yield from made_up_key_findings(found)
    yield from needed_variable_findings(plan.lab, found)
    yield from node_agent_findings(plan.lab, plan.nodes, plan.workloads)
    yield from object_findings(plan.lab, plan.services)
    yield from object_reference_findings(plan.lab, plan.services)
    yield from pile_up_findings(plan.lab)
    yield from pod_name_findings(plan.lab)
    yield from read_only_root_findings(plan.lab, plan.services)
    yield from scheduler_findings(found)
    yield from service_findings(plan.lab, plan.services, _of_lab(plan))
    yield from service_variable_findings(plan.lab, plan.services)
    yield from slow_start_findings(probes)
    yield from spread_findings(plan.services, plan.workloads)
    yield from time_zone_findings(found)
    yield from unread_setting_findings(plan.lab)
    yield from version_apart_findings(found)
    yield from webhook_in_file_findings(plan.lab)


def _of_lab(plan: Plan) -> Mapping[str, Iterable[Manifest]]:
    """Objects that the lab makes without a service, by what makes them."""
    return {
        "tiers.yaml": [each for each in plan.defaults if each["kind"] == "PriorityClass"],
        "storage.yaml": [each for each in plan.defaults if each["kind"] == "StorageClass"],
        "the policies of the tiers": plan.policies,
    }
