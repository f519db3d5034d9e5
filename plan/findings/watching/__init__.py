"""Findings about monitors and alerts."""

from collections.abc import Iterator

from plan.findings.watching.alert_routes import alert_route_findings
from plan.findings.watching.monitor_targets import monitor_target_findings
from plan.findings.watching.monitors import monitor_findings
from plan.model import Finding, Plan


def findings(plan: Plan) -> Iterator[Finding]:
    """All of them."""
    yield from alert_route_findings(plan.lab)
    yield from monitor_findings(plan.lab)
    yield from monitor_target_findings(plan.lab, plan.services)
