"""All findings about a plan, but for those that take a forecast of it."""

from collections.abc import Iterator

from plan.cluster.credentials import credential_findings
from plan.findings import (
    access,
    capacity,
    certificates,
    charts,
    data,
    network,
    nodes,
    routes,
    services,
    storage,
    watching,
)
from plan.findings.ran_with import with_accepted
from plan.model import Finding, Plan, sorted_findings
from plan.proxmox.machines import machine_findings
from plan.scenarios.transitions import transition_findings
from plan.tiers.objects import shutdown_findings

SUBJECTS = (access, capacity, certificates, charts, data, network, nodes, routes, services, storage, watching)
"""Packages, each with the findings about its subject."""


def judged(plan: Plan) -> Plan:
    """The plan with all findings about it."""
    return plan._replace(findings=sorted_findings(with_accepted(plan.lab, _findings(plan))))


def _findings(plan: Plan) -> Iterator[Finding]:
    for subject in SUBJECTS:
        yield from subject.findings(plan)
    yield from machine_findings(plan.lab)
    yield from credential_findings(plan.lab)
    yield from shutdown_findings(plan.lab)
    yield from transition_findings(plan.lab, plan.capacity, plan.workloads)
