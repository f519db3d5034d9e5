"""Reading a cluster by its API, and what it refuses; the API is a small server with answers of the real form."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml
from werkzeug import Request, Response
from werkzeug.serving import make_server

from operations.clients.cluster import Cluster
from operations.clients.refusals import NoCluster
from operations.observe import observe

CORE = [
    {"name": "pods", "kind": "Pod", "namespaced": True, "verbs": ["get", "list"]},
    {"name": "pods/log", "kind": "Pod", "namespaced": True, "verbs": ["get"]},
    {"name": "nodes", "kind": "Node", "namespaced": False, "verbs": ["get", "list"]},
    {"name": "secrets", "kind": "Secret", "namespaced": True, "verbs": ["get", "list"]},
    {"name": "bindings", "kind": "Binding", "namespaced": True, "verbs": ["create"]},
]
FORBIDDEN = 'secrets is forbidden: User "eve" cannot list resource "secrets" in API group "" at the cluster scope'


class Api:
    """Answers by path; whatever is written is remembered."""

    def __init__(self) -> None:
        self.methods: set[str] = set()
        self.ends = True
        self.headers: dict[str, str] = {}
        self.answers: dict[str, Any] = {
            "/version": {"gitVersion": "v1.36.1"},
            "/api/v1": {"resources": CORE},
            "/apis": {"groups": [{"name": "metrics.k8s.io", "preferredVersion": {"version": "v1beta1"}}]},
            "/api/v1/nodes": {"items": [{"metadata": {"name": "worker"}}]},
            "/api/v1/nodes/worker/proxy/configz": {"kubeletconfig": {"evictionHard": {"memory.available": "500Mi"}}},
            "/api/v1/pods": {"items": [{"metadata": {"name": "a"}}], "metadata": {"continue": "more"}},
        }

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        request = Request(environ)
        self.methods.add(request.method)
        if request.path == "/api/v1/secrets":
            return Response(json.dumps({"kind": "Status", "message": FORBIDDEN}), 403)(environ, start)
        if request.args.get("continue") and self.ends:
            return Response(json.dumps({"items": [{"metadata": {"name": "b"}}]}))(environ, start)
        if request.path not in self.answers:
            return Response("gone", 503)(environ, start)
        return Response(json.dumps(self.answers[request.path]), headers=self.headers)(environ, start)


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def kubeconfig(api: Api, tmp_path: Path) -> Iterator[Path]:
    server = make_server("127.0.0.1", 0, api, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    file = tmp_path / "kubeconfig"
    file.write_text(yaml.safe_dump(config(f"http://127.0.0.1:{server.server_port}")), encoding="utf-8")
    yield file
    server.shutdown()
    thread.join()
    server.server_close()


def config(server: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": {"token": "t"}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }


def test_reads_every_page_of_what_can_be_listed(kubeconfig: Path) -> None:
    observed = observe(Cluster(kubeconfig))
    assert [each["metadata"]["name"] for each in observed.of("Pod")] == ["a", "b"]
    assert observed.version == "v1.36.1"
    assert observed.knows("Node")


def test_only_reads(kubeconfig: Path, api: Api) -> None:
    observe(Cluster(kubeconfig))
    assert api.methods == {"GET"}


def test_what_is_forbidden_is_a_gap_in_the_words_of_the_api_server(kubeconfig: Path) -> None:
    observed = observe(Cluster(kubeconfig))
    assert not observed.knows("Secret")
    assert [(each.why, each.detail) for each in observed.gaps if each.subject == "secrets"] == [
        ("forbidden", FORBIDDEN)
    ]


def test_an_api_that_does_not_answer_is_a_gap(kubeconfig: Path) -> None:
    gaps = {each.subject: each.why for each in observe(Cluster(kubeconfig)).gaps}
    assert gaps["metrics.k8s.io"] == "unreachable"
    assert gaps["deployments"] == "not-served"
    assert gaps["stats/summary of kubelet worker"] == "unreachable"


def test_asks_kubelets_for_their_settings(kubeconfig: Path) -> None:
    configuration = observe(Cluster(kubeconfig)).kubelets["worker"].configuration
    assert configuration == {"kubeletconfig": {"evictionHard": {"memory.available": "500Mi"}}}


def test_an_api_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    file = tmp_path / "kubeconfig"
    file.write_text(yaml.safe_dump(config("http://127.0.0.1:9")), encoding="utf-8")
    with pytest.raises(NoCluster, match=r"http://127.0.0.1:9 does not answer"):
        observe(Cluster(file))


@pytest.mark.parametrize("content", ["", "[]", "{", "apiVersion: v1\n"])
def test_a_kubeconfig_that_is_none_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "kubeconfig"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(NoCluster, match="cannot be used"):
        Cluster(file)


def test_a_context_that_does_not_exist_is_named(kubeconfig: Path) -> None:
    with pytest.raises(NoCluster, match="other"):
        Cluster(kubeconfig, "other")


def test_what_kubernetes_would_refuse_is_left_out_and_counted(kubeconfig: Path, api: Api) -> None:
    hostile = [{"metadata": {"name": "a; touch x"}}, {"metadata": {}}, {"metadata": {"name": "b"}, "spec": []}, "text"]
    api.answers["/api/v1/nodes"]["items"] += hostile
    observed = observe(Cluster(kubeconfig))
    assert [each["metadata"]["name"] for each in observed.of("Node")] == ["worker"]
    assert not observed.knows("Node")
    assert [each.detail for each in observed.gaps if each.subject == "nodes"] == [
        "1 of 4 objects have no name",
        "1 of 3 objects have a name or a label that Kubernetes refuses",
        "1 of 3 objects have a field of a type that Kubernetes refuses",
    ]


@pytest.mark.parametrize("answer", [{}, [], {"items": "text"}, {"items": None}, {"items": {"a": 1}}])
def test_an_answer_without_a_list_is_a_gap_and_not_none(kubeconfig: Path, api: Api, answer: Any) -> None:
    api.answers["/api/v1/nodes"] = answer
    observed = observe(Cluster(kubeconfig))
    assert not observed.knows("Node")
    assert [each.why for each in observed.gaps if each.subject == "nodes"] == ["unreadable"]


@pytest.mark.parametrize("name", ["../../escape", "..", "a b", "\x1b[2J", "/etc", ""])
def test_a_resource_whose_name_is_no_name_becomes_no_file(kubeconfig: Path, api: Api, name: str) -> None:
    lists = {"kind": "X", "namespaced": False, "verbs": ["list"]}
    api.answers["/api/v1"] = {"resources": [*CORE, {"name": name, **lists}]}
    api.answers["/apis"] = {"groups": [{"name": name, "preferredVersion": {"version": "v1"}}]}
    api.answers[f"/apis/{name}/v1"] = {"resources": [{"name": "things", **lists}]}
    observed = observe(Cluster(kubeconfig))
    assert not [each for each in observed.resources if each not in ("pods", "nodes", "secrets", "bindings")]


def test_kinds_of_a_further_version_are_read_too_and_those_of_both_once(kubeconfig: Path, api: Api) -> None:
    lists = {"namespaced": True, "verbs": ["list"]}
    name, versions = "gateway.networking.k8s.io", ["v1", "v1alpha2", "v1beta1"]
    group = {"name": name, "preferredVersion": {"version": "v1"}, "versions": [{"version": each} for each in versions]}
    api.answers["/apis"] = {"groups": [group]}
    http, tcp = {"name": "httproutes", "kind": "HTTPRoute", **lists}, {"name": "tcproutes", "kind": "TCPRoute", **lists}
    api.answers |= {f"/apis/{name}/v1": {"resources": [http]}, f"/apis/{name}/v1alpha2": {"resources": [http, tcp]}}
    api.answers[f"/apis/{name}/v1/httproutes"] = {"items": [{"metadata": {"name": "a"}}]}
    api.answers[f"/apis/{name}/v1alpha2/tcproutes"] = {"items": [{"metadata": {"name": "b"}}]}
    observed = observe(Cluster(kubeconfig))
    assert [each["apiVersion"] for each in (*observed.of("HTTPRoute"), *observed.of("TCPRoute"))] == [
        f"{name}/v1",
        f"{name}/v1alpha2",
    ]
    assert [each.subject for each in observed.gaps if name in each.subject] == [f"{name}/v1beta1"]


def test_a_list_that_goes_on_for_ever_is_a_gap(kubeconfig: Path, api: Api) -> None:
    api.answers["/api/v1/nodes"] = {"items": [{"metadata": {"name": "worker"}}], "metadata": {"continue": ""}}
    answer = api.answers["/api/v1/pods"]
    api.ends = False
    observed = observe(Cluster(kubeconfig))
    assert answer["metadata"]["continue"] == "more"
    (gap,) = (each for each in observed.gaps if each.subject == "pods")
    assert (gap.why, "without end" in gap.detail) == ("unreadable", True)


@pytest.mark.parametrize("answer", [None, [], {}, {"gitVersion": ""}, float("nan")])
def test_what_is_no_api_server_is_none(kubeconfig: Path, api: Api, answer: Any) -> None:
    api.answers["/version"] = answer
    with pytest.raises(NoCluster, match="is no API server"):
        observe(Cluster(kubeconfig))


@pytest.mark.parametrize(
    "date", ["Fri, 27 Nov 2026 10:00:00 GMT, x", "Fri, 27 Nov 2026 10:00:00 -0000", "1 Jan 9" + "9" * 30]
)
def test_a_date_of_any_form_breaks_nothing(kubeconfig: Path, api: Api, date: str) -> None:
    api.headers = {"Date": date}
    observe(Cluster(kubeconfig))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (os.mkfifo, "nobody opened it"),
        (lambda file: file.symlink_to("/dev/zero"), "it is a device"),
        (lambda file: file.mkdir(), "it is a folder"),
        (lambda file: file.write_bytes(b"a" * (5 << 20)), "larger than 4 MiB"),
        (lambda file: file.write_text("a: " + "[" * 100_000), "nested too deeply"),
        (lambda file: file.write_bytes(b"\xff\xfe"), "cannot be used"),
    ],
)
def test_a_kubeconfig_that_cannot_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], object], says: str
) -> None:
    monkeypatch.setattr("config.files.LONGEST_WAIT", 0.1)
    make(tmp_path / "kubeconfig")
    with pytest.raises(NoCluster, match=says):
        Cluster(tmp_path / "kubeconfig")
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path / 'none'}:{tmp_path / 'kubeconfig'}")
    with pytest.raises(NoCluster, match="this machine"):
        Cluster()


def test_a_kubeconfig_that_a_command_writes_into_a_pipe_is_read(kubeconfig: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = Thread(target=lambda: (tmp_path / "pipe").write_bytes(kubeconfig.read_bytes()))
    writer.start()
    assert Cluster(tmp_path / "pipe").version() == "v1.36.1"
    writer.join()
    assert Cluster(tmp_path / "pipe").version() == "v1.36.1", "who asks and then writes reads it twice"
