"""Rules and dashboards in a real Prometheus: it takes all rules, and each query gives data on the metrics it names."""

import json
import re
import shutil
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from plan.watching import alert_groups
from plan.watching.dashboards import dashboards
from plan.watching.objects import rule_file
from tests.plan.labs import plan_of

TOOLS = [shutil.which("prometheus"), shutil.which("promtool")]
pytestmark = pytest.mark.skipif(None in TOOLS, reason="not run: prometheus is not installed (Debian: prometheus)")
HERE = Path(__file__).parent
SECONDS = 7200
STEP = 60
START_SECONDS = 180


def dashboards_of_prod() -> list[tuple[str, str]]:
    """Each query of the dashboards of prod, with its dashboard."""
    plan = plan_of("prod")
    found = dashboards(plan.lab, tuple(use.node for use in plan.capacity.nodes), plan.namespaces)
    return [(each.uid, query) for each in found for query in each.queries]


def open_metrics(now: int) -> str:
    """The series of `series.yaml` over the last two hours. A counter grows by its value each minute."""
    lines: list[str] = []
    stated: dict[str, list[dict[str, Any]]] = yaml.safe_load((HERE / "series.yaml").read_text(encoding="utf-8"))
    for name, series in stated.items():
        is_counter = name.endswith("_total")
        lines.append(f"# TYPE {name.removesuffix('_total')} {'counter' if is_counter else 'gauge'}")
        for each in series:
            labels = ",".join(f'{key}="{value}"' for key, value in each["labels"].items())
            for number, at in enumerate(range(now - SECONDS, now + 1, STEP)):
                value = each["value"] * (number + 1) if is_counter else each["value"]
                lines.append(f"{name}{{{labels}}} {value} {at}")
    return "\n".join([*lines, "# EOF", ""])


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return bound.getsockname()[1]


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Prometheus that has the lab's rules and the series."""
    folder = tmp_path_factory.mktemp("prometheus")
    plan = plan_of("prod")
    rules = rule_file(alert_groups(plan.lab, tuple(use.node for use in plan.capacity.nodes), plan.namespaces))
    (folder / "rules.yaml").write_text(yaml.safe_dump(rules), encoding="utf-8")
    (folder / "prometheus.yml").write_text("rule_files: [rules.yaml]\n", encoding="utf-8")
    (folder / "series.txt").write_text(open_metrics(int(time.time())), encoding="utf-8")
    subprocess.run(
        ["promtool", "tsdb", "create-blocks-from", "openmetrics", "series.txt", "data"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    url = f"127.0.0.1:{free_port()}"
    log = (folder / "log").open("w")
    flags = ["--config.file=prometheus.yml", "--storage.tsdb.path=data", f"--web.listen-address={url}"]
    with subprocess.Popen(["prometheus", *flags], cwd=folder, stdout=log, stderr=log) as process:
        try:
            _wait(f"http://{url}/-/ready", process, folder / "log")
            yield f"http://{url}"
        finally:
            process.terminate()


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(START_SECONDS * 5):
        assert process.poll() is None, log.read_text(encoding="utf-8")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(log.read_text(encoding="utf-8"))


def asked(url: str, path: str, **query: str) -> Any:
    """The data of an answer."""
    with urllib.request.urlopen(f"{url}{path}?{urllib.parse.urlencode(query)}", timeout=30) as answer:
        return json.loads(answer.read())["data"]


def test_it_takes_every_rule(prometheus: str) -> None:
    groups = asked(prometheus, "/api/v1/rules")["groups"]
    plan = plan_of("prod")
    nodes = tuple(use.node for use in plan.capacity.nodes)
    expected = {group.name: len(group.alerts) for group in alert_groups(plan.lab, nodes, plan.namespaces)}
    assert {group["name"]: len(group["rules"]) for group in groups} == expected


@pytest.mark.parametrize(("dashboard", "query"), dashboards_of_prod())
def test_every_query_of_a_dashboard_gives_data(dashboard: str, query: str, prometheus: str) -> None:
    assert asked(prometheus, "/api/v1/query", query=query)["result"], f"{dashboard}: no data for {query}"


def test_every_metric_that_is_asked_for_has_series() -> None:
    stated = yaml.safe_load((HERE / "series.yaml").read_text(encoding="utf-8"))
    names = {
        name
        for _, query in dashboards_of_prod()
        for name in re.findall(r"\b(?:kube|node|container|kubelet|pve)_\w+(?=[{)\[ ]|$)|DCGM_\w+", query)
    }
    assert {name for name in names if "_" in name} - {"node_pressure"} <= stated.keys()
