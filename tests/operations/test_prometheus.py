"""Asking Prometheus: ranges in parts, refusals in its words, usage by workload; the server answers in its form."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from werkzeug import Request, Response
from werkzeug.serving import make_server

from operations.clients.prometheus import Prometheus
from operations.clients.refusals import NotAnswered
from operations.observe.clocks import prometheus_clock_gap
from operations.observe.history import history_of_cluster
from operations.observe.usage import usage_of_cluster, workload_of
from operations.observe.volumes import volumes_of_cluster
from tests.operations.doctor.cluster import healthy

END = datetime(2027, 3, 1, 12, tzinfo=UTC)
LABELS = {"namespace": "shop", "pod": "web-r1-x0", "container": "web"}
GONE = {"namespace": "shop", "pod": "web-7d9c5b8f6c-x2x9z", "container": "web"}


class Answers:
    """Remembers what was asked, and answers every query with the same series."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.labels = [LABELS, GONE]
        self.value: str | None = None
        self.refusal: tuple[int, Any] | None = None
        self.failures = 0

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        request = Request(environ)
        form = dict(request.form)
        self.asked.append(form)
        if self.failures:
            self.failures -= 1
            raise ConnectionError
        if self.refusal:
            status, content = self.refusal
            return Response(content if isinstance(content, str) else json.dumps(content), status)(environ, start)
        result = [{"metric": labels, **self._points(form)} for labels in self.labels]
        return Response(json.dumps({"status": "success", "data": {"result": result}}))(environ, start)

    def _points(self, form: dict[str, str]) -> dict[str, Any]:
        if "step" not in form:
            return {"value": [END.timestamp(), self.value or str(200 << 20)]}
        begin, last, step = (float(form[key]) for key in ("start", "end", "step"))
        count = int((last - begin) / step) + 1
        return {"values": [[begin + step * each, str(100 << 20)] for each in range(count)]}


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def prometheus(answers: Answers) -> Iterator[Prometheus]:
    server = make_server("127.0.0.1", 0, answers, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield Prometheus(f"http://127.0.0.1:{server.server_port}/")
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_long_range_is_asked_in_parts_without_a_point_twice(prometheus: Prometheus, answers: Answers) -> None:
    told: list[tuple[int, int]] = []
    found = prometheus.range("up", END, timedelta(days=30), timedelta(minutes=1), lambda *part: told.append(part))
    assert len(answers.asked) == 5
    assert told[-1] == (5, 5)
    times = [each.at for each in found[0].samples]
    assert len(times) == len(set(times)) == 30 * 24 * 60 + 1
    assert (times[0], times[-1]) == (END - timedelta(days=30), END)


def test_a_part_that_fails_is_asked_again(prometheus: Prometheus, answers: Answers) -> None:
    answers.failures = 1
    assert prometheus.now("up")
    assert len(answers.asked) == 2


@pytest.mark.parametrize(
    ("refusal", "why", "words"),
    [
        ((400, {"status": "error", "error": "parse error: unexpected end"}), "unreadable", "parse error"),
        ((401, {"status": "error", "error": "no token"}), "forbidden", "no token"),
        ((200, "<html>a login page</html>"), "unreadable", "is not a Prometheus"),
    ],
)
def test_a_refusal_is_told_in_its_words(
    prometheus: Prometheus, answers: Answers, refusal: tuple[int, Any], why: str, words: str
) -> None:
    answers.refusal = refusal
    with pytest.raises(NotAnswered, match=words) as refused:
        prometheus.now("up{")
    assert refused.value.why == why


def test_one_that_is_not_there_is_named() -> None:
    with pytest.raises(NotAnswered, match=r"http://127.0.0.1:9 does not answer"):
        Prometheus("http://127.0.0.1:9").now("up")


def test_usage_is_that_of_workloads_pods_that_are_gone_included(prometheus: Prometheus) -> None:
    usage, gaps = usage_of_cluster(prometheus, healthy().observe())
    assert usage is not None
    assert not gaps
    (found,) = usage.containers
    assert (found.workload, found.container, found.pods, found.days) == ("Deployment/web", "web", 2, 30)
    assert (found.memory.max, found.memory_daily[0]) == (200, 100)


def test_a_metric_without_a_label_for_containers_is_named_with_those_that_it_has(
    prometheus: Prometheus, answers: Answers
) -> None:
    answers.labels = [{"kubernetes_namespace": "shop", "pod_name": "web-r1-x0"}]
    usage, gaps = usage_of_cluster(prometheus, healthy().observe())
    assert usage is None
    (gap,) = (each for each in gaps if each.subject == "usage")
    assert "container_memory_working_set_bytes has no label for a container" in gap.detail
    assert "only kubernetes_namespace, pod_name" in gap.detail


@pytest.mark.parametrize(
    "labels",
    [
        {"kubernetes_namespace": "shop", "pod_name": "web-r1-x0", "container_name": "web"},
        {
            "exported_namespace": "shop",
            "exported_pod": "web-r1-x0",
            "exported_container": "web",
            "namespace": "monitoring",
            "pod": "exporter-0",
            "container": "exporter",
        },
    ],
)
def test_labels_of_another_name_are_found(prometheus: Prometheus, answers: Answers, labels: dict[str, str]) -> None:
    answers.labels = [labels]
    usage, gaps = usage_of_cluster(prometheus, healthy().observe())
    assert usage is not None
    assert [(each.namespace, each.workload, each.container) for each in usage.containers] == [
        ("shop", "Deployment/web", "web")
    ]
    assert gaps == ()


@pytest.mark.parametrize(("apart", "is_live", "named"), [(0, True, False), (600, True, True), (-600, True, True),
    (86_400, False, False), (-600, False, True)])  # fmt: skip
def test_clocks_apart_are_named(
    prometheus: Prometheus, answers: Answers, apart: int, is_live: bool, named: bool
) -> None:
    observed_at = datetime.fromtimestamp(200 << 20, UTC) - timedelta(seconds=apart)
    gap = prometheus_clock_gap(prometheus, observed_at, is_live=is_live)
    assert (gap is not None) == named
    if gap is not None:
        assert f"10 min 0 s {'ahead of' if apart > 0 else 'behind'} the time" in gap.detail


def test_volumes_are_read_by_claim(prometheus: Prometheus, answers: Answers) -> None:
    answers.labels = [{"namespace": "shop", "persistentvolumeclaim": "data"}]
    (volume,), gaps = volumes_of_cluster(prometheus, END, 30)
    assert (volume.namespace, volume.claim, volume.used, volume.capacity) == ("shop", "data", 200 << 20, 200 << 20)
    assert gaps == ()


def test_volumes_that_nobody_recorded_are_a_gap(prometheus: Prometheus, answers: Answers) -> None:
    answers.labels = []
    volumes, (gap,) = volumes_of_cluster(prometheus, END, 30)
    assert (volumes, gap.why) == ((), "absent")
    assert "has no kubelet_volume_stats_used_bytes" in gap.detail


@pytest.mark.parametrize(
    ("pod", "counts"),
    [("web-7d9c5b8f6c-x2x9z", True), ("web-old-7d9c5b8f6c-x2x9z", False), ("web-0", False), ("web-x2x9z", False)],
)
def test_a_pod_that_is_gone_belongs_to_the_workload_that_made_its_name(pod: str, counts: bool) -> None:
    observed = healthy().observe()
    assert (workload_of(observed, "shop", pod) == "Deployment/web") is counts


def test_the_history_asks_for_the_labels_that_the_exporter_s_series_have(
    prometheus: Prometheus, answers: Answers
) -> None:
    own = {"namespace": "monitoring", "pod": "exporter-0", "node": "worker-b"}
    answers.labels = [{**own, **{f"exported_{name}": "x" for name in ("namespace", "pod", "container", "node")}}]
    history_of_cluster(prometheus, healthy().observe())
    asked = [each["query"] for each in answers.asked if "step" in each and "kubelet" not in each["query"]]
    assert len({*asked}) == 3
    assert all("by (exported_node" in each or "exported_node, volumeattachment" in each for each in asked)
    assert not any("(namespace" in each or "(node" in each or "{node" in each for each in asked)


@pytest.mark.parametrize("value", ["NaN", "+Inf", "-Inf", "-5", "1e300", "1e400", "much"])
def test_what_nothing_can_have_used_is_no_usage(prometheus: Prometheus, answers: Answers, value: str) -> None:
    answers.value = value
    usage, gaps = usage_of_cluster(prometheus, healthy().observe(), END)
    assert usage is None
    assert gaps
    assert volumes_of_cluster(prometheus, END, 30)[0] == ()
    prometheus_clock_gap(prometheus, END, is_live=True)
