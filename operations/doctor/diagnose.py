"""All rules, applied to an observation."""

from collections.abc import Callable, Iterable

from observation.model import Observation
from operations.doctor.finding import Finding, fold
from operations.doctor.rules.containers.configuration import configuration_findings
from operations.doctor.rules.containers.crashing import crash_findings
from operations.doctor.rules.containers.images import image_findings
from operations.doctor.rules.containers.permissions import permission_findings
from operations.doctor.rules.containers.probes import readiness_findings
from operations.doctor.rules.containers.sidecars import sidecar_findings
from operations.doctor.rules.containers.usage import usage_findings
from operations.doctor.rules.containers.waiting import waiting_findings
from operations.doctor.rules.controllers.autoscalers import autoscaler_findings
from operations.doctor.rules.controllers.crons import cron_findings
from operations.doctor.rules.controllers.jobs import job_findings
from operations.doctor.rules.controllers.leftovers import custom_findings, finalizer_findings, namespace_findings
from operations.doctor.rules.controllers.recommendations import recommendation_findings
from operations.doctor.rules.controllers.releases import release_findings
from operations.doctor.rules.controllers.rollouts import rollout_findings, terminating_findings
from operations.doctor.rules.network.dns import dns_findings
from operations.doctor.rules.network.ingresses import route_findings
from operations.doctor.rules.network.load_balancers import address_findings, announcement_findings
from operations.doctor.rules.network.network_policies import network_policy_findings
from operations.doctor.rules.network.services import headless_findings, service_findings
from operations.doctor.rules.nodes.devices import device_findings
from operations.doctor.rules.nodes.evictions import eviction_findings
from operations.doctor.rules.nodes.kubelets import kubelet_findings
from operations.doctor.rules.nodes.leaders import leader_findings
from operations.doctor.rules.nodes.nodes import node_findings
from operations.doctor.rules.nodes.versions import version_findings
from operations.doctor.rules.placement.admission import api_service_findings, webhook_findings
from operations.doctor.rules.placement.creation import creation_findings
from operations.doctor.rules.placement.generated import generated_findings
from operations.doctor.rules.placement.pending import pending_findings
from operations.doctor.rules.secrets.authorities import authority_findings
from operations.doctor.rules.secrets.certificates import certificate_findings, request_findings
from operations.doctor.rules.secrets.stores import store_findings
from operations.doctor.rules.storage.backups import backup_findings
from operations.doctor.rules.storage.databases import database_findings
from operations.doctor.rules.storage.full import full_findings
from operations.doctor.rules.storage.mounts import mount_findings, stuck_findings
from operations.doctor.rules.storage.orphans import orphan_findings
from operations.doctor.rules.storage.volumes import claim_findings

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
