"""Values of a chart as a service, with the footprint of what it renders to."""

import pytest
import yaml

from config.lab import Lab
from operations.adopt.files.chart import Chart, NoPods, chart_file
from tests.plan.labs import lab_of

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


@pytest.fixture(scope="module")
def lab() -> Lab:
    return lab_of("every_kind")


def test_the_footprint_is_that_of_what_is_rendered(lab: Lab) -> None:
    made = chart_file("board", "aux", CHART, {"adminPassword": "hunter2", "replicas": 1}, RENDERED, lab)
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


def test_a_release_of_another_name_keeps_it(lab: Lab) -> None:
    assert yaml.safe_load(chart_file("other", "aux", CHART, {}, RENDERED, lab).text)["release"] == "board"


def test_a_chart_without_pods_is_refused(lab: Lab) -> None:
    with pytest.raises(NoPods, match=r"grafana 8\.5\.0 makes no pods"):
        chart_file("board", "aux", CHART, {}, RENDERED[:1], lab)


def test_claims_ports_of_the_node_and_kinds_are_counted(lab: Lab) -> None:
    pod = {"containers": [{"name": "main", "ports": [{"containerPort": 53, "hostPort": 53, "protocol": "UDP"}]}]}
    templates = [
        {"metadata": {"name": "data"}, "spec": {"storageClassName": "block"}},
        {"metadata": {"name": "log"}, "spec": {"storageClassName": "elsewhere"}},
        {"metadata": {"name": "tmp"}, "spec": {}},
    ]
    rendered = [
        {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": {"name": "dns"},
            "spec": {"template": {"spec": pod}, "volumeClaimTemplates": templates},
        },
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": "zones.dns.example.org"},
            "spec": {"group": "dns.example.org"},
        },
    ]
    made = chart_file("board", "aux", CHART, {}, rendered, lab)
    said = yaml.safe_load(made.text)
    assert said["footprint"]["dns"]["claims"] == {"data": "block"}
    assert said["footprint"]["dns"]["host_ports"] == ["53/udp"]
    assert said["provides"] == ["dns.example.org"]
    assert set(said["exceptions"]) == {"host-access"}
    assert made.uncounted == ("log-dns-0", "tmp-dns-0")
