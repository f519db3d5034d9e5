"""Findings about hosts, machines, nodes and their devices."""

from collections.abc import Iterator

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
from plan.findings.nodes.sysctls import sysctl_findings
from plan.findings.nodes.video_memory_shares import video_memory_share_findings
from plan.model import Finding, Plan


def findings(plan: Plan) -> Iterator[Finding]:
    """All of them."""
    yield from creation_findings(plan.lab)
    yield from device_file_findings(plan.services)
    yield from device_findings(plan.lab)
    yield from driver_findings(plan.lab)
    yield from eviction_threshold_findings(plan.lab)
    yield from gpu_findings(plan.lab, plan.capacity.nodes)
    yield from grace_findings(plan.lab)
    yield from kubernetes_version_findings(plan.lab, plan.services)
    yield from node_findings(plan.lab)
    yield from reboot_findings(plan.lab, plan.nodes)
    yield from sysctl_findings(plan.lab, plan.services)
    yield from video_memory_share_findings(plan.lab)
