"""A dashboard of Grafana, as the JSON that its sidecar or its provisioning reads."""

import json
from typing import Any, Literal, NamedTuple

from plan.model import Manifest
from plan.model.metadata import manifest

SCHEMA_VERSION = 39
"""Of Grafana 10.4; newer ones migrate it when they load it."""
SIDECAR_LABEL = "grafana_dashboard"
"""By which the sidecar of Grafana's chart finds dashboards in ConfigMaps."""
COLUMNS = 24
"""Width of Grafana's grid."""
ROW_HEIGHT = 8
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}


class Query(NamedTuple):
    """A query of Prometheus, and what its series are called."""

    expression: str
    legend: str


class Panel(NamedTuple):
    """A panel; its unit is one of Grafana's, for example `bytes` or `percentunit`."""

    title: str
    kind: Literal["timeseries", "bargauge", "table", "stat"]
    unit: str
    queries: tuple[Query, ...]
    about: str
    width: int = 12


class Dashboard(NamedTuple):
    """A dashboard with its panels in reading order."""

    uid: str
    title: str
    panels: tuple[Panel, ...]

    @property
    def queries(self) -> tuple[str, ...]:
        """The expressions of all panels."""
        return tuple(query.expression for panel in self.panels for query in panel.queries)


def dashboard_map(dashboard: Dashboard, namespace: str, labels: dict[str, str]) -> Manifest:
    """The ConfigMap that holds a dashboard."""
    return manifest(
        "v1",
        "ConfigMap",
        f"dashboard-{dashboard.uid}",
        namespace,
        labels={**labels, SIDECAR_LABEL: "1"},
        data={f"{dashboard.uid}.json": json.dumps(dashboard_json(dashboard), indent=1)},
    )


def dashboard_json(dashboard: Dashboard) -> dict[str, Any]:
    """The dashboard in Grafana's model."""
    return {
        "uid": f"homelab-{dashboard.uid}",
        "title": dashboard.title,
        "tags": ["homelab"],
        "schemaVersion": SCHEMA_VERSION,
        "editable": False,
        "refresh": "1m",
        "time": {"from": "now-24h", "to": "now"},
        "templating": {
            "list": [{"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}]
        },
        "panels": _laid_out(dashboard.panels),
    }


def _laid_out(panels: tuple[Panel, ...]) -> list[dict[str, Any]]:
    """The panels on Grafana's grid, row by row."""
    laid: list[dict[str, Any]] = []
    left = top = 0
    for number, panel in enumerate(panels, 1):
        if left + panel.width > COLUMNS:
            left, top = 0, top + ROW_HEIGHT
        at = {"x": left, "y": top, "w": panel.width, "h": ROW_HEIGHT}
        laid.append({"id": number, "gridPos": at, **_panel(panel)})
        left += panel.width
    return laid


def _panel(panel: Panel) -> dict[str, Any]:
    is_now = panel.kind != "timeseries"
    targets = [
        {
            "refId": chr(ord("A") + number),
            "datasource": _SOURCE,
            "expr": query.expression,
            "legendFormat": query.legend,
            "instant": is_now,
            "range": not is_now,
            **({"format": "table"} if panel.kind == "table" else {}),
        }
        for number, query in enumerate(panel.queries)
    ]
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "datasource": _SOURCE,
        "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
        "targets": targets,
    }
