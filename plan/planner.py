"""From a lab to its plan."""

from config.lab import Lab
from plan.capacity import measure
from plan.capacity_findings import capacity_findings
from plan.creation import created_anew
from plan.creation_findings import creation_findings
from plan.credentials import credential_findings, plan_credentials
from plan.gpu_findings import gpu_findings
from plan.kubeadm import kubeadm_documents
from plan.machines import machine_findings, plan_machines
from plan.model import Plan, sorted_findings
from plan.namespaces import plan_namespaces
from plan.node_findings import node_findings
from plan.nodes import plan_nodes
from plan.policies import plan_policies
from plan.service_findings import service_findings
from plan.services import plan_services
from plan.storage import storage_classes
from plan.templates import plan_templates
from plan.tiers import plan_tiers, shutdown_findings
from plan.transitions import transition_findings


def make_plan(lab: Lab, *, adopt: bool = True) -> Plan:
    """Everything that a lab means. Pure: the same lab gives the same plan.

    Without `adopt`, machines that run already are planned as if they were to be created: a whole lab from nothing.
    """
    if not adopt:
        lab = created_anew(lab)
    tiers = plan_tiers(lab)
    nodes = plan_nodes(lab)
    namespaces = plan_namespaces(lab, tiers)
    services = plan_services(lab, nodes)
    capacity = measure(lab, nodes, namespaces, services)
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
                *credential_findings(lab),
                *shutdown_findings(lab),
                *service_findings(lab, services),
                *node_findings(lab),
                *gpu_findings(lab, capacity.nodes),
                *capacity_findings(lab, capacity, workloads),
                *transition_findings(lab, capacity, workloads),
            )
        ),
    )
