"""From a lab to its plan."""

from collections.abc import Iterable

from config.lab import Lab
from plan.capacity.measure import measure
from plan.cluster.credentials import plan_credentials
from plan.cluster.kubeadm import kubeadm_documents
from plan.cluster.membership import created_anew
from plan.cluster.nodes import plan_nodes
from plan.findings.judgement import judged
from plan.model import NodeUse, Plan
from plan.proxmox.machines import plan_machines
from plan.proxmox.templates import plan_templates
from plan.tiers.namespaces import plan_namespaces
from plan.tiers.objects import plan_tiers
from plan.tiers.policies import plan_policies
from plan.watching.objects import watched
from plan.workloads.lowering import lowering_of
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
    namespaces = plan_namespaces(lab, tiers, lowering_of)
    services = watched(lab, nodes, namespaces, plan_services(lab, nodes))
    services = with_network_policies(lab, namespaces, services)
    capacity = measure(lab, nodes, namespaces, services, running)
    plan = Plan(
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
        findings=(),
    )
    return judged(plan)
