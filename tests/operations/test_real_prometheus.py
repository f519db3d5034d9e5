"""Usage from a real Prometheus: its percentiles, its days, its kills, and a reading that goes on where it stopped."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from observation import Usage
from observation.model import Gap
from operations.clients.answered import AnswerFile
from operations.clients.prometheus import Prometheus
from operations.observe.history import history_of_cluster
from operations.observe.usage import usage_of_cluster
from operations.observe.volumes import volumes_of_cluster
from tests.operations.doctor.cluster import healthy

END = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
STEP = timedelta(minutes=4)
MIB = 1 << 20

pytestmark = pytest.mark.skipif(
    not (shutil.which("prometheus") and shutil.which("promtool")), reason="prometheus and promtool are not on PATH"
)


def series(metric: str, labels: str, since: timedelta, value: Callable[[int], float]) -> Iterator[str]:
    begin, count = END - since, int(since / STEP)
    for each in range(count + 1):
        yield f"{metric}{{{labels}}} {value(each):g} {(begin + each * STEP).timestamp():.0f}"


def cluster_series() -> Iterator[str]:
    """Of kube-state-metrics: a volume more after twenty days, and a pod that ended and is still exported."""
    month = timedelta(days=30)
    memory = 'resource="memory",unit="byte"'
    yield "# TYPE kube_volumeattachment_info gauge"
    for each, since in (("one", month), ("two", timedelta(days=10))):
        labels = f'volumeattachment="{each}",attacher="disks.lan",node="worker-a"'
        yield from series("kube_volumeattachment_info", labels, since, lambda _: 1)
    yield "# TYPE kube_node_status_allocatable gauge"
    for node in ("worker-a", "worker-b"):
        yield from series("kube_node_status_allocatable", f'{memory},node="{node}"', month, lambda _: 16 << 30)
    yield "# TYPE kube_pod_container_resource_requests gauge"
    for pod in ("live", "ended"):
        labels = f'namespace="shop",pod="{pod}",container="c",{memory},node="worker-a"'
        yield from series("kube_pod_container_resource_requests", labels, month, lambda _: 8 << 30)
    yield "# TYPE kube_pod_status_phase gauge"
    for pod, phase in (("live", "Running"), ("ended", "Succeeded")):
        labels = f'namespace="shop",pod="{pod}",phase="{phase}"'
        yield from series("kube_pod_status_phase", labels, month, lambda _: 1)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("prometheus")
    web = 'namespace="shop",pod="web-r1-x0",container="web"'
    gone = 'namespace="shop",pod="web-7d9c5b8f6c-x2x9z",container="web"'
    of_exporter = 'namespace="monitoring",pod="exporter-0",container="exporter"'
    exported = f'exported_namespace="shop",exported_pod="web-r1-x0",exported_container="web",{of_exporter}'
    claim = 'namespace="shop",persistentvolumeclaim="data"'
    month, hours = timedelta(days=30), timedelta(hours=10)
    metrics = folder / "metrics.txt"
    lines = [
        "# TYPE container_memory_working_set_bytes gauge",
        *series("container_memory_working_set_bytes", web, month, lambda n: (900 if n == 150 else 100) * MIB),
        *series("container_memory_working_set_bytes", gone, hours, lambda n: 50 * MIB),
        "# TYPE container_cpu_usage_seconds counter",
        *series("container_cpu_usage_seconds_total", web, month, lambda n: n * 24.0),
        "# TYPE container_oom_events counter",
        *series("container_oom_events_total", web, month, lambda n: 3.0 if n > 150 else 0.0),
        "# TYPE kube_pod_container_status_restarts counter",
        *series("kube_pod_container_status_restarts_total", exported, month, lambda n: 3.0 if n > 150 else 0.0),
        "# TYPE kubelet_volume_stats_used_bytes gauge",
        *series("kubelet_volume_stats_used_bytes", claim, month, lambda n: (4 << 30) + n * 100 * MIB / 360),
        "# TYPE kubelet_volume_stats_capacity_bytes gauge",
        *series("kubelet_volume_stats_capacity_bytes", claim, month, lambda _: 10 << 30),
        *cluster_series(),
        "# EOF",
    ]
    metrics.write_text("\n".join(lines) + "\n", encoding="utf-8")
    subprocess.run(
        [
            "promtool",
            "tsdb",
            "create-blocks-from",
            "--max-block-duration=720h",
            "openmetrics",
            metrics,
            folder / "data",
        ],
        check=True,
        capture_output=True,
    )
    (folder / "prometheus.yml").write_text("{}\n", encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    server = subprocess.Popen(
        [
            "prometheus",
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            "--storage.tsdb.retention.time=60d",
            f"--web.listen-address={address}",
        ],
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(300):
            try:
                if requests.get(f"http://{address}/-/ready", timeout=1).ok:
                    break
            except requests.RequestException:
                time.sleep(0.1)
        yield f"http://{address}"
    finally:
        server.terminate()
        server.wait(30)


def usage(url: str, answers: AnswerFile | None = None) -> tuple[Usage | None, tuple[Gap, ...]]:
    return usage_of_cluster(Prometheus(url), healthy().observe(), END, answers=answers)


def test_percentiles_days_and_kills_are_those_of_the_series(url: str) -> None:
    found, gaps = usage(url)
    assert not gaps
    assert found is not None
    (web,) = found.containers
    assert (web.workload, web.container, web.pods) == ("Deployment/web", "web", 2)
    assert (web.memory.p50, web.memory.p95, web.memory.max) == (100, 100, 900)
    assert web.cpu.p50 == pytest.approx(100, abs=1)
    assert sorted(set(web.memory_daily)) == [100, 900]
    assert web.days == pytest.approx(30, abs=0.1)
    assert (web.oom_kills, web.restarts) == (3, 3)


def test_a_volume_has_its_peak_and_its_growth(url: str) -> None:
    ((volume,), gaps) = volumes_of_cluster(Prometheus(url), END, 30)
    assert (volume.claim, gaps) == ("data", ())
    assert volume.capacity == pytest.approx(10 << 30, rel=0.001)
    assert volume.days == pytest.approx(30, abs=0.2)
    assert volume.used == pytest.approx((4 << 30) + 3000 * MIB, rel=0.01)
    assert volume.growth_per_day == pytest.approx(100 * MIB, rel=0.02)


def test_ten_hours_of_data_are_no_day(url: str) -> None:
    early = END - timedelta(days=30) + timedelta(hours=10)
    found, _ = usage_of_cluster(Prometheus(url), healthy().observe(), early)
    assert found is not None
    assert found.window_days == pytest.approx(10 / 24, abs=0.1)


def test_an_interrupted_reading_goes_on_where_it_stopped(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = Prometheus.now

    def counted(self: Prometheus, query: str, at: datetime | None = None) -> object:
        if len(asked) == 3:
            asked.append("interrupted")
            raise KeyboardInterrupt
        asked.append(query)
        return real(self, query, at)

    monkeypatch.setattr(Prometheus, "now", counted)
    file = tmp_path / "answers.jsonl"
    with pytest.raises(KeyboardInterrupt):
        usage(url, AnswerFile(file, END))
    first = {each for each in asked if each != "interrupted"}
    with file.open("a", encoding="utf-8") as torn:
        torn.write('{"query": "tor')
    asked.clear()
    answers = AnswerFile(file, END + timedelta(minutes=5))
    assert (len(answers), answers.end) == (3, END)
    asked += ["not interrupted again"] * 4
    found, _ = usage(url, answers)
    assert not first & set(asked)
    assert found == usage(url)[0]


def test_the_history_counts_volumes_and_only_pods_that_have_not_ended(url: str) -> None:
    cluster = healthy()
    for node in ("worker-a", "worker-b"):
        cluster.add("CSINode", node, spec={"drivers": [{"name": "disks.lan", "allocatable": {"count": 28}}]})
    found, gaps = history_of_cluster(Prometheus(url), replace(cluster.observe(), now=END))
    attachments = [each.value for each in found.measures["attachments"]]
    assert (attachments[0], attachments[-1], max(attachments)) == (1, 2, 2)
    assert all(each.value == pytest.approx(0.25, rel=1e-4) for each in found.measures["memory-requests"])
    assert [each.subject for each in gaps] == ["history: memory-limits", "history: evictions"]
