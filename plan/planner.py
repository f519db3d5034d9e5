"""From a lab to its plan."""

from collections.abc import Iterable

from config.lab import Lab
from plan.capacity.measure import measure
from plan.cluster.credentials import credential_findings, plan_credentials
from plan.cluster.kubeadm import kubeadm_documents
from plan.cluster.membership import created_anew
from plan.cluster.nodes import plan_nodes
from plan.findings.access.clear_secrets import clear_secret_findings
from plan.findings.access.lowered_standards import lowered_standard_findings
from plan.findings.access.plain_secrets import plain_secret_findings
from plan.findings.access.rights import rights_findings
from plan.findings.access.secret_places import secret_place_findings
from plan.findings.access.secrets_elsewhere import secret_elsewhere_findings
from plan.findings.access.shared_namespaces import shared_exception_findings
from plan.findings.capacity.admission import admission_findings
from plan.findings.capacity.autoscaling import autoscaling_findings
from plan.findings.capacity.budgets import budget_findings
from plan.findings.capacity.capacity import capacity_findings
from plan.findings.capacity.chart_rollouts import chart_rollout_findings
from plan.findings.capacity.daemons import daemon_findings
from plan.findings.capacity.held_volumes import held_volume_findings
from plan.findings.capacity.requests import limited_by_default, request_findings, unlimited_findings
from plan.findings.capacity.shared_memory import shared_memory_findings
from plan.findings.capacity.told_memory import told_memory_findings
from plan.findings.certificates.certificate_names import certificate_name_findings
from plan.findings.certificates.certificates import certificate_findings
from plan.findings.certificates.challenges import challenge_findings
from plan.findings.certificates.kubelet_certificates import kubelet_certificate_findings
from plan.findings.charts.chart_classes import chart_class_findings
from plan.findings.charts.chart_defaults import chart_default_findings
from plan.findings.charts.chart_kinds import chart_kind_findings
from plan.findings.charts.chart_parts import chart_part_findings
from plan.findings.charts.chart_values import chart_value_findings, footprint_findings
from plan.findings.charts.chart_versions import chart_version_findings
from plan.findings.charts.gpu_values import gpu_value_findings
from plan.findings.charts.kyverno_values import kyverno_value_findings
from plan.findings.charts.operators_alone import operator_findings
from plan.findings.charts.removed_apis import removed_api_findings
from plan.findings.charts.withdrawn import withdrawn_findings
from plan.findings.data.connections import connection_findings
from plan.findings.data.majorities import majority_findings
from plan.findings.data.stores import store_findings
from plan.findings.network.announcements import announcement_findings
from plan.findings.network.api_hosts import api_host_findings
from plan.findings.network.bridges import bridge_findings
from plan.findings.network.cilium_policies import cilium_policy_findings
from plan.findings.network.metallb import metallb_findings
from plan.findings.network.name_servers import name_server_findings
from plan.findings.network.network_policies import network_policy_findings
from plan.findings.network.node_interfaces import node_interface_findings
from plan.findings.network.node_ports import node_port_findings
from plan.findings.network.pod_mtu import pod_mtu_findings
from plan.findings.network.pod_network import pod_network_findings
from plan.findings.network.pod_range import pod_range_findings
from plan.findings.nodes.creation import creation_findings
from plan.findings.nodes.device_files import device_file_findings
from plan.findings.nodes.devices import device_findings
from plan.findings.nodes.driver_branches import driver_findings
from plan.findings.nodes.eviction_thresholds import eviction_threshold_findings
from plan.findings.nodes.gpu import gpu_findings
from plan.findings.nodes.kubernetes_version import kubernetes_version_findings
from plan.findings.nodes.node import node_findings
from plan.findings.nodes.reboots import reboot_findings
from plan.findings.nodes.shutdown import grace_findings
from plan.findings.routes.backend_schemes import backend_scheme_findings
from plan.findings.routes.external_names import external_name_findings
from plan.findings.routes.gateway_listeners import gateway_listener_findings
from plan.findings.routes.hosts_twice import host_twice_findings
from plan.findings.routes.plugin_middlewares import plugin_middleware_findings
from plan.findings.routes.public_records import public_record_findings
from plan.findings.routes.redirects import redirect_findings
from plan.findings.routes.references import reference_findings
from plan.findings.routes.route_annotations import route_annotation_findings
from plan.findings.routes.stream_entries import stream_entry_findings
from plan.findings.routes.unserved import unserved_findings
from plan.findings.routes.uploads import upload_findings
from plan.findings.routes.visitors import visitor_findings
from plan.findings.services.image_sources import chart_source_findings, image_source_findings
from plan.findings.services.job_endings import job_ending_findings
from plan.findings.services.object_references import object_reference_findings
from plan.findings.services.objects import object_findings
from plan.findings.services.pods_in_files import pod_name_findings
from plan.findings.services.service import service_findings
from plan.findings.services.slow_starts import slow_start_findings
from plan.findings.services.unread_settings import unread_setting_findings
from plan.findings.storage.block_volumes import block_volume_findings
from plan.findings.storage.ceph import ceph_findings
from plan.findings.storage.claims import claim_findings
from plan.findings.storage.default_classes import default_class_findings
from plan.findings.storage.file_servers import file_server_findings
from plan.findings.storage.host_paths import host_path_findings
from plan.findings.storage.longhorn import longhorn_findings
from plan.findings.storage.retention import retention_findings
from plan.findings.storage.zfs_cache import zfs_cache_findings
from plan.findings.stored_data import stored_data_findings
from plan.findings.watching.alert_routes import alert_route_findings
from plan.findings.watching.monitor_targets import monitor_target_findings
from plan.findings.watching.monitors import monitor_findings
from plan.model import NodeUse, Plan, sorted_findings
from plan.proxmox.machines import machine_findings, plan_machines
from plan.proxmox.templates import plan_templates
from plan.scenarios.transitions import transition_findings
from plan.tiers.namespaces import plan_namespaces
from plan.tiers.objects import plan_tiers, shutdown_findings
from plan.tiers.policies import plan_policies
from plan.watching.objects import watched
from plan.workloads.network_policies import with_network_policies
from plan.workloads.services import plan_services
from plan.workloads.storage_classes import storage_classes


def make_plan(lab: Lab, *, adopt: bool = True, running: Iterable[NodeUse] = ()) -> Plan:
    """Everything that a lab means. Pure: the same lab gives the same plan.

    Without `adopt`, machines that run already are planned as if they were to be created: a whole lab from nothing.
    Pods that are `running` stay on their nodes where neither of the two has changed; left out, all are placed anew.
    """
    if not adopt:
        lab = created_anew(lab)
    tiers = plan_tiers(lab)
    nodes = plan_nodes(lab)
    namespaces = plan_namespaces(lab, tiers)
    services = watched(lab, nodes, namespaces, plan_services(lab, nodes))
    services = with_network_policies(lab, namespaces, services)
    capacity = measure(lab, nodes, namespaces, services, running)
    workloads = tuple(workload for service in services for workload in service.workloads)
    return Plan(
        lab=lab,
        templates=plan_templates(lab),
        machines=plan_machines(lab),
        credentials=plan_credentials(lab),
        bootstrap=kubeadm_documents(lab),
        tiers=tiers,
        defaults=(*(tier.priority_class for tier in tiers), *storage_classes(lab)),
        policies=plan_policies(lab, tiers),
        namespaces=namespaces,
        services=services,
        capacity=capacity,
        findings=sorted_findings(
            (
                *machine_findings(lab),
                *creation_findings(lab),
                *pod_network_findings(lab, services),
                *pod_range_findings(lab, services),
                *credential_findings(lab),
                *kubelet_certificate_findings(lab, services),
                *shutdown_findings(lab),
                *service_findings(lab, services),
                *block_volume_findings(lab),
                *admission_findings(lab, namespaces, services),
                *announcement_findings(lab, services),
                *autoscaling_findings(lab),
                *certificate_findings(lab),
                *chart_default_findings(lab, namespaces),
                *chart_value_findings(lab),
                *footprint_findings(lab),
                *chart_version_findings(lab),
                *chart_class_findings(lab, services),
                *chart_part_findings(lab),
                *chart_rollout_findings(lab),
                *held_volume_findings(lab, nodes, services),
                *claim_findings(lab),
                *stored_data_findings(lab, services),
                *default_class_findings(lab, services),
                *connection_findings(lab),
                *ceph_findings(lab, nodes),
                *challenge_findings(lab),
                *certificate_name_findings(lab),
                *metallb_findings(lab, nodes),
                *api_host_findings(lab),
                *pod_mtu_findings(lab),
                *node_interface_findings(lab),
                *stream_entry_findings(lab, services),
                *upload_findings(lab),
                *pod_name_findings(lab),
                *plugin_middleware_findings(lab),
                *gateway_listener_findings(lab, services),
                *cilium_policy_findings(lab, nodes),
                *secret_place_findings(lab, services),
                *monitor_target_findings(lab, services),
                *driver_findings(lab),
                *reboot_findings(lab, nodes),
                *public_record_findings(lab),
                *host_twice_findings(lab, services),
                *unread_setting_findings(lab),
                *backend_scheme_findings(lab),
                *route_annotation_findings(lab, services),
                *chart_kind_findings(lab, services),
                *kyverno_value_findings(lab),
                *bridge_findings(lab),
                *zfs_cache_findings(lab, capacity.hosts),
                *visitor_findings(lab),
                *monitor_findings(lab),
                *alert_route_findings(lab),
                *gpu_value_findings(lab),
                *redirect_findings(lab),
                *majority_findings(lab),
                *operator_findings(lab),
                *longhorn_findings(lab, nodes, services),
                *slow_start_findings(lab),
                *removed_api_findings(lab),
                *external_name_findings(lab),
                *retention_findings(lab),
                *job_ending_findings(lab),
                *file_server_findings(lab),
                *grace_findings(lab),
                *image_source_findings(lab),
                *chart_source_findings(lab),
                *plain_secret_findings(lab),
                *clear_secret_findings(lab, services),
                *kubernetes_version_findings(lab, services),
                *rights_findings(lab, services),
                *lowered_standard_findings(lab, namespaces),
                *shared_exception_findings(lab, namespaces),
                *object_findings(lab, services),
                *object_reference_findings(lab, services),
                *secret_elsewhere_findings(lab, services),
                *budget_findings(lab, services),
                *store_findings(lab),
                *name_server_findings(lab),
                *network_policy_findings(lab, namespaces, services),
                *node_port_findings(lab, nodes, workloads),
                *host_path_findings(lab, nodes, services),
                *reference_findings(lab, namespaces, services),
                *told_memory_findings(lab),
                *shared_memory_findings(lab),
                *withdrawn_findings(lab),
                *unserved_findings(lab, services),
                *device_findings(lab),
                *device_file_findings(services),
                *node_findings(lab),
                *eviction_threshold_findings(lab),
                *gpu_findings(lab, capacity.nodes),
                *daemon_findings(nodes, workloads),
                *capacity_findings(lab, capacity, workloads),
                *request_findings(workloads),
                *unlimited_findings(lab, nodes, workloads),
                *limited_by_default(lab, namespaces),
                *transition_findings(lab, capacity, workloads),
            )
        ),
    )
