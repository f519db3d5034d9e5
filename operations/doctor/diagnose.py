"""All rules, applied to an observation."""

from collections.abc import Callable, Iterable

from observation.model import Observation
from operations.doctor.finding import Finding, fold
from operations.doctor.rules.admission import api_service_findings, webhook_findings
from operations.doctor.rules.authorities import authority_findings
from operations.doctor.rules.autoscalers import autoscaler_findings
from operations.doctor.rules.backups import backup_findings
from operations.doctor.rules.certificates import certificate_findings, request_findings
from operations.doctor.rules.configuration import configuration_findings
from operations.doctor.rules.crashing import crash_findings
from operations.doctor.rules.creation import creation_findings
from operations.doctor.rules.crons import cron_findings
from operations.doctor.rules.databases import database_findings
from operations.doctor.rules.devices import device_findings
from operations.doctor.rules.dns import dns_findings
from operations.doctor.rules.evictions import eviction_findings
from operations.doctor.rules.full import full_findings
from operations.doctor.rules.generated import generated_findings
from operations.doctor.rules.images import image_findings
from operations.doctor.rules.ingresses import route_findings
from operations.doctor.rules.jobs import job_findings
from operations.doctor.rules.kubelets import kubelet_findings
from operations.doctor.rules.leaders import leader_findings
from operations.doctor.rules.leftovers import custom_findings, finalizer_findings, namespace_findings
from operations.doctor.rules.load_balancers import address_findings, announcement_findings
from operations.doctor.rules.mounts import mount_findings, stuck_findings
from operations.doctor.rules.network_policies import network_policy_findings
from operations.doctor.rules.nodes import node_findings
from operations.doctor.rules.orphans import orphan_findings
from operations.doctor.rules.pending import pending_findings
from operations.doctor.rules.permissions import permission_findings
from operations.doctor.rules.probes import readiness_findings
from operations.doctor.rules.recommendations import recommendation_findings
from operations.doctor.rules.releases import release_findings
from operations.doctor.rules.rollouts import rollout_findings, terminating_findings
from operations.doctor.rules.services import headless_findings, service_findings
from operations.doctor.rules.sidecars import sidecar_findings
from operations.doctor.rules.stores import store_findings
from operations.doctor.rules.usage import usage_findings
from operations.doctor.rules.versions import version_findings
from operations.doctor.rules.volumes import claim_findings
from operations.doctor.rules.waiting import waiting_findings

Rule = Callable[[Observation], Iterable[Finding]]

RULES: tuple[Rule, ...] = (
    node_findings,
    kubelet_findings,
    leader_findings,
    device_findings,
    pending_findings,
    image_findings,
    configuration_findings,
    mount_findings,
    full_findings,
    dns_findings,
    network_policy_findings,
    crash_findings,
    waiting_findings,
    readiness_findings,
    creation_findings,
    eviction_findings,
    rollout_findings,
    terminating_findings,
    job_findings,
    cron_findings,
    claim_findings,
    stuck_findings,
    service_findings,
    headless_findings,
    address_findings,
    announcement_findings,
    route_findings,
    certificate_findings,
    request_findings,
    store_findings,
    release_findings,
    authority_findings,
    webhook_findings,
    api_service_findings,
    autoscaler_findings,
    recommendation_findings,
    sidecar_findings,
    database_findings,
    backup_findings,
    generated_findings,
    custom_findings,
    namespace_findings,
    finalizer_findings,
    orphan_findings,
    permission_findings,
    usage_findings,
    version_findings,
)
"""In the order in which causes go before what follows from them."""


def diagnose(observed: Observation) -> tuple[Finding, ...]:
    """Everything that is wrong, by cause, worst first."""
    return fold(finding for rule in RULES for finding in rule(observed))
