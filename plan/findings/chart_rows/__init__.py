"""Containers of charts that home labs run, as the values of each say them."""

from collections.abc import Mapping

from plan.findings.chart_rows.applications import APPLICATIONS
from plan.findings.chart_rows.databases import DATABASES
from plan.findings.chart_rows.row import Chart, Data, Nested, Row
from plan.findings.chart_rows.watching import WATCHING

CHARTS: Mapping[str, Chart] = {**APPLICATIONS, **DATABASES, **WATCHING}
"""By the name of the chart."""

__all__ = ["CHARTS", "Chart", "Data", "Nested", "Row"]
