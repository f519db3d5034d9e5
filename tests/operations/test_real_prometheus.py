"""Usage from a real Prometheus: its percentiles, its days, its kills, and a reading that goes on where it stopped."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from observation import Usage
from observation.model import Gap
from operations.clients.answered import AnswerFile
from operations.clients.prometheus import Prometheus
from operations.observe.usage import usage_of_cluster
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


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("prometheus")
    web = 'namespace="shop",pod="web-r1-x0",container="web"'
    gone = 'namespace="shop",pod="web-r0-zz",container="web"'
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
        *series("kube_pod_container_status_restarts_total", web, month, lambda n: 3.0 if n > 150 else 0.0),
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
