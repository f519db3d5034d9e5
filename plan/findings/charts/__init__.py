"""Findings about charts: their values, versions, parts and withdrawals."""

from collections.abc import Iterator

from plan.findings.charts.chart_classes import chart_class_findings
from plan.findings.charts.chart_defaults import chart_default_findings
from plan.findings.charts.chart_kinds import chart_kind_findings
from plan.findings.charts.chart_parts import chart_part_findings
from plan.findings.charts.chart_references import chart_reference_findings
from plan.findings.charts.chart_values import chart_value_findings, footprint_findings
from plan.findings.charts.chart_versions import chart_version_findings
from plan.findings.charts.gpu_values import gpu_value_findings
from plan.findings.charts.kyverno_values import kyverno_value_findings
from plan.findings.charts.operators_alone import operator_findings
from plan.findings.charts.removed_apis import removed_api_findings
from plan.findings.charts.retired_charts import retired_chart_findings
from plan.findings.charts.withdrawn_images import withdrawn_image_findings
from plan.model import Finding, Plan


def findings(plan: Plan) -> Iterator[Finding]:
    """All of them."""
    yield from chart_class_findings(plan.lab, plan.services)
    yield from chart_default_findings(plan.lab, plan.namespaces)
    yield from chart_kind_findings(plan.lab, plan.services)
    yield from chart_part_findings(plan.lab)
    yield from chart_reference_findings(plan.lab, plan.services)
    yield from chart_value_findings(plan.lab)
    yield from chart_version_findings(plan.lab)
    yield from footprint_findings(plan.lab)
    yield from gpu_value_findings(plan.lab)
    yield from kyverno_value_findings(plan.lab)
    yield from operator_findings(plan.lab)
    yield from removed_api_findings(plan.lab)
    yield from retired_chart_findings(plan.lab)
    yield from withdrawn_image_findings(plan.lab)
