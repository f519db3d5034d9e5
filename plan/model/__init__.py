"""The parts of a plan: plain frozen values, from which the components declare resources."""

from collections.abc import Mapping
from typing import NamedTuple

from config.lab import Lab
from plan.model.capacity import Capacity as Capacity
from plan.model.capacity import GroupUse as GroupUse
from plan.model.capacity import HostUse as HostUse
from plan.model.capacity import NamespaceUse as NamespaceUse
from plan.model.capacity import NodeUse as NodeUse
from plan.model.capacity import Pending as Pending
from plan.model.cluster import KUBERNETES_NAMESPACES as KUBERNETES_NAMESPACES
from plan.model.cluster import Namespace as Namespace
from plan.model.cluster import Node as Node
from plan.model.cluster import Tier as Tier
from plan.model.findings import SEVERITIES as SEVERITIES
from plan.model.findings import Edit as Edit
from plan.model.findings import Finding as Finding
from plan.model.findings import HasSeverity as HasSeverity
from plan.model.findings import Remedy as Remedy
from plan.model.findings import Severity as Severity
from plan.model.findings import severity_counts as severity_counts
from plan.model.findings import sorted_findings as sorted_findings
from plan.model.findings import worst_first as worst_first
from plan.model.machines import Administrator as Administrator
from plan.model.machines import Authority as Authority
from plan.model.machines import Credentials as Credentials
from plan.model.machines import MachineTemplate as MachineTemplate
from plan.model.machines import PciMapping as PciMapping
from plan.model.machines import Snippet as Snippet
from plan.model.machines import UsbMapping as UsbMapping
from plan.model.machines import VirtualMachine as VirtualMachine
from plan.model.workloads import Container as Container
from plan.model.workloads import Controller as Controller
from plan.model.workloads import Manifest as Manifest
from plan.model.workloads import Pod as Pod
from plan.model.workloads import QosClass as QosClass
from plan.model.workloads import Release as Release
from plan.model.workloads import ResourceList as ResourceList
from plan.model.workloads import Service as Service
from plan.model.workloads import Workload as Workload


class Plan(NamedTuple):
    """The plan of a lab: everything that will be declared, and the findings about it."""

    lab: Lab
    templates: tuple[MachineTemplate, ...]
    machines: tuple[VirtualMachine, ...]
    credentials: Credentials | None
    """Credentials that the cluster starts with; None for one that exists."""
    bootstrap: Mapping[str, Manifest]
    """The cluster's kubeadm documents, by file name."""
    tiers: tuple[Tier, ...]
    defaults: tuple[Manifest, ...]
    """Cluster-wide objects that come before everything: priority and storage classes."""
    policies: tuple[Manifest, ...]
    namespaces: tuple[Namespace, ...]
    services: tuple[Service, ...]
    capacity: Capacity
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings that stop an `up`."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All nodes of the cluster."""
        return tuple(use.node for use in self.capacity.nodes)

    @property
    def workloads(self) -> tuple[Workload, ...]:
        """All workloads of all services."""
        return tuple(workload for service in self.services for workload in service.workloads)

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """Every Kubernetes object that is declared, charts aside."""
        return (
            *self.defaults,
            *self.policies,
            *(namespace.manifest for namespace in self.namespaces if namespace.is_declared),
            *(manifest for service in self.services for manifest in service.objects),
        )
