"""Findings about what fits, waits, is refused or is stuck."""

from collections.abc import Iterator

from plan.findings.capacity.admission import admission_findings
from plan.findings.capacity.autoscaling import autoscaling_findings
from plan.findings.capacity.autoscaling_bounds import autoscaling_bound_findings
from plan.findings.capacity.autoscaling_sources import metrics_source_findings, replicas_findings
from plan.findings.capacity.budgets import budget_findings
from plan.findings.capacity.capacity import capacity_findings
from plan.findings.capacity.chart_rollouts import chart_rollout_findings
from plan.findings.capacity.daemons import daemon_findings
from plan.findings.capacity.disk_limits import disk_limit_findings
from plan.findings.capacity.held_volumes import held_volume_findings
from plan.findings.capacity.query_memory import query_memory_findings
from plan.findings.capacity.requests import limited_by_default, limited_pods, request_findings, unlimited_findings
from plan.findings.capacity.shared_memory import shared_memory_findings
from plan.findings.capacity.told_memory import told_memory_findings
from plan.model import Finding, Plan


def findings(plan: Plan) -> Iterator[Finding]:
    """All of them."""
    yield from admission_findings(plan.lab, plan.namespaces, plan.services)
    yield from autoscaling_bound_findings(plan.lab)
    yield from autoscaling_findings(plan.lab)
    yield from metrics_source_findings(plan.lab)
    yield from replicas_findings(plan.lab, plan.services)
    yield from budget_findings(plan.lab, plan.services)
    yield from capacity_findings(plan.lab, plan.capacity, plan.workloads)
    yield from chart_rollout_findings(plan.lab)
    yield from daemon_findings(plan.nodes, plan.workloads)
    yield from disk_limit_findings(plan.nodes, plan.services)
    yield from held_volume_findings(plan.lab, plan.nodes, plan.services)
    yield from limited_by_default(plan.lab, plan.namespaces)
    yield from limited_pods(plan.services, plan.namespaces)
    yield from query_memory_findings(plan.lab)
    yield from request_findings(plan.workloads)
    yield from shared_memory_findings(plan.lab)
    yield from told_memory_findings(plan.lab)
    yield from unlimited_findings(plan.lab, plan.nodes, plan.workloads)
