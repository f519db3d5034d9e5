"""Findings about networks of pods and nodes: addresses, names, policies."""

from collections.abc import Iterator

from plan.findings.network.announcements import announcement_findings
from plan.findings.network.api_hosts import api_host_findings
from plan.findings.network.bridges import bridge_findings
from plan.findings.network.cilium_denials import cilium_denial_findings
from plan.findings.network.cilium_policies import cilium_policy_findings
from plan.findings.network.host_ports_twice import host_port_twice_findings
from plan.findings.network.load_balancers import load_balancer_findings
from plan.findings.network.loopback import loopback_findings
from plan.findings.network.matched_nodes import matched_node_findings
from plan.findings.network.metallb import metallb_findings
from plan.findings.network.name_servers import name_server_findings
from plan.findings.network.network_policies import network_policy_findings
from plan.findings.network.node_interfaces import node_interface_findings
from plan.findings.network.node_ports import node_port_findings
from plan.findings.network.pod_dns import pod_dns_findings
from plan.findings.network.pod_families import pod_family_findings
from plan.findings.network.pod_mtu import pod_mtu_findings
from plan.findings.network.pod_network import pod_network_findings
from plan.findings.network.pod_range import pod_range_findings
from plan.findings.network.service_addresses import service_address_findings
from plan.findings.network.short_names import short_name_findings
from plan.model import Finding, Plan


def findings(plan: Plan) -> Iterator[Finding]:
    """All of them."""
    yield from announcement_findings(plan.lab, plan.services)
    yield from api_host_findings(plan.lab)
    yield from bridge_findings(plan.lab)
    yield from cilium_denial_findings(plan.lab, plan.services)
    yield from cilium_policy_findings(plan.lab, plan.nodes)
    yield from host_port_twice_findings(plan.lab)
    yield from load_balancer_findings(plan.lab, plan.services)
    yield from loopback_findings(plan.lab, plan.services)
    yield from matched_node_findings(plan.lab, plan.namespaces, plan.services)
    yield from metallb_findings(plan.lab, plan.nodes, plan.services)
    yield from name_server_findings(plan.lab)
    yield from network_policy_findings(plan.lab, plan.namespaces, plan.services)
    yield from node_interface_findings(plan.lab)
    yield from node_port_findings(plan.lab, plan.nodes, plan.workloads)
    yield from pod_dns_findings(plan.lab, plan.services)
    yield from pod_family_findings(plan.lab)
    yield from pod_mtu_findings(plan.lab)
    yield from pod_network_findings(plan.lab, plan.services)
    yield from pod_range_findings(plan.lab, plan.services)
    yield from service_address_findings(plan.lab, plan.services)
    yield from short_name_findings(plan.lab, plan.services)
