"""Dashboards are JSON as Grafana reads it, in ConfigMaps that its sidecar finds."""

import json
import shutil
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from config.load import InvalidLab, load_lab
from plan import Plan, make_plan
from plan.watching.panels import COLUMNS
from tests.plan.labs import FOLDERS, change, objects, plan_of

WATCHING = {
    "file": "cluster.yaml",
    "old": "platform:\n",
    "new": "platform:\n  watching: {service: monitoring, rule_labels: {release: monitoring}}\n",
}
STACK = """kind: helm
tier: 1-cluster
description: Prometheus with its operator
chart: {name: kube-prometheus-stack, repository: https://charts.example, version: 1.2.3}
footprint: {operator: {containers: {operator: {cpu: 10m, memory: 64Mi, values: resources}}}}
"""


class Part(BaseModel):
    """Of Grafana's model: nothing else may stand there."""

    model_config = ConfigDict(extra="forbid")


class Source(Part):
    type: Literal["prometheus"]
    uid: Literal["${datasource}"]


class Target(Part):
    ref: str = Field(alias="refId", pattern="^[A-Z]$")
    datasource: Source
    expr: str = Field(min_length=1)
    legend: str = Field(alias="legendFormat")
    instant: bool
    range: bool
    format: Literal["table"] | None = None


class Grid(Part):
    x: int = Field(ge=0, lt=COLUMNS)
    y: int = Field(ge=0)
    w: int = Field(gt=0, le=COLUMNS)
    h: int = Field(gt=0)


class Panel(Part):
    id: int
    type: Literal["timeseries", "bargauge", "table", "stat"]
    title: str
    description: str
    grid: Grid = Field(alias="gridPos")
    datasource: Source
    fields: dict[str, object] = Field(alias="fieldConfig")
    targets: list[Target] = Field(min_length=1)


class Dashboard(Part):
    uid: str = Field(max_length=40)
    title: str
    tags: list[str]
    schema_version: int = Field(alias="schemaVersion")
    editable: bool
    refresh: str
    time: dict[str, str]
    templating: dict[str, list[dict[str, str]]]
    panels: list[Panel] = Field(min_length=1)


def dashboards() -> dict[str, str]:
    """The JSON of the dashboards of prod, by their file."""
    maps = (each for each in objects(plan_of("prod"), "ConfigMap") if "grafana_dashboard" in each["metadata"]["labels"])
    return {name: text for each in maps for name, text in each["data"].items()}


def test_there_is_one_for_each_question() -> None:
    assert dashboards().keys() == {"cluster.json", "slots.json", "gpu.json", "rightsizing.json"}


@pytest.mark.parametrize("name", ["cluster.json", "slots.json", "gpu.json", "rightsizing.json"])
def test_a_dashboard_is_of_grafanas_model_and_its_panels_do_not_overlap(name: str) -> None:
    found = Dashboard.model_validate(json.loads(dashboards()[name]))
    assert len({panel.id for panel in found.panels}) == len(found.panels)
    cells = [
        (column, panel.grid.y) for panel in found.panels for column in range(panel.grid.x, panel.grid.x + panel.grid.w)
    ]
    assert len(set(cells)) == len(cells)
    assert all(column < COLUMNS for column, _ in cells)


def test_the_alerts_of_prod_are_in_the_values_of_its_chart() -> None:
    (prometheus,) = (each for each in plan_of("prod").services if each.name == "prometheus")
    assert prometheus.release is not None
    groups = prometheus.release.values["serverFiles"]["alerting_rules.yml"]["groups"]
    assert {group["name"] for group in groups} == {
        "homelab-capacity",
        "homelab-trouble",
        "homelab-tiers",
        "homelab-keeping",
    }


def watched(folder: Path, stack: str) -> Plan:
    """The plan of `small` with a service that watches it."""
    lab = Path(shutil.copytree(FOLDERS["small"], folder / "lab"))
    tier = next(iter(plan_of("small").lab.tiers))
    change(lab, [WATCHING, {"file": "services/monitoring.yaml", "new": stack.replace("1-cluster", tier)}])
    return make_plan(load_lab(lab))


def test_with_the_operator_the_rules_are_an_object(tmp_path: Path) -> None:
    (rule,) = objects(watched(tmp_path, f"{STACK}provides: [monitoring.coreos.com]\n"), "PrometheusRule")
    assert rule["apiVersion"] == "monitoring.coreos.com/v1"
    assert rule["metadata"]["labels"]["release"] == "monitoring"
    assert len(rule["spec"]["groups"]) == 4


def test_without_an_operator_it_takes_the_chart_that_has_a_file_for_rules(tmp_path: Path) -> None:
    with pytest.raises(InvalidLab) as invalid:
        watched(tmp_path, STACK)
    (problem,) = invalid.value.problems
    assert problem.path == ("cluster", "platform", "watching", "service")
    assert "need the Prometheus operator or the chart prometheus" in problem.message
