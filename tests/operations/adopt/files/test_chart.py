"""Values of a chart as a service, with the footprint of what it renders to."""

import pytest
import yaml

from operations.adopt.files.chart import Chart, NoPods, chart_file

CHART = Chart("grafana", "8.5.0", "https://charts.example.org", "board", "watching")
POD = {
    "containers": [
        {
            "name": "grafana",
            "resources": {"requests": {"cpu": "50m", "memory": "100Mi"}, "limits": {"memory": "200Mi"}},
        },
        {"name": "sidecar"},
    ]
}
RENDERED = [
    {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "board"}},
    {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "board"}, "spec": {"template": {"spec": POD}}},
]


def test_the_footprint_is_that_of_what_is_rendered() -> None:
    made = chart_file("board", "aux", CHART, {"adminPassword": "hunter2", "replicas": 1}, RENDERED)
    said = yaml.safe_load(made.text)
    assert said["chart"] == {"name": "grafana", "repository": "https://charts.example.org", "version": "8.5.0"}
    assert said["values"] == {"replicas": 1}
    assert said["footprint"]["board"]["containers"]["grafana"] == {
        "cpu": "50m",
        "memory": "200Mi",
        "memory_request": "100Mi",
    }
    assert [each.place for each in made.withheld] == ["adminPassword"]
    assert {each.container for each in made.assumed} == {"sidecar"}
    assert "hunter2" not in made.text


def test_a_release_of_another_name_keeps_it() -> None:
    assert yaml.safe_load(chart_file("other", "aux", CHART, {}, RENDERED).text)["release"] == "board"


def test_a_chart_without_pods_is_refused() -> None:
    with pytest.raises(NoPods, match=r"grafana 8\.5\.0 makes no pods"):
        chart_file("board", "aux", CHART, {}, RENDERED[:1])
