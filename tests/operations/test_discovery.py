"""Kinds of an API server whose groups come and go: each is asked of its own group alone."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from operations.clients.kubernetes import Api, Refused
from tests.operations.test_bounded import kubeconfig

SERVICES = {
    "kind": "APIResourceList",
    "groupVersion": "v1",
    "resources": [
        {"name": "services", "singularName": "service", "namespaced": True, "kind": "Service", "verbs": ["get"]}
    ],
}
"""Discovery of the core group, less the other kinds."""
SERVED: dict[str, Any] = {
    "/version": {"major": "1", "minor": "34", "gitVersion": "v1.34.2"},
    "/apis": {
        "kind": "APIGroupList",
        "apiVersion": "v1",
        "groups": [
            {
                "name": "shop.example",
                "versions": [{"groupVersion": "shop.example/v1", "version": "v1"}],
                "preferredVersion": {"groupVersion": "shop.example/v1", "version": "v1"},
            }
        ],
    },
    "/api/v1": SERVICES,
    "/api/v1/namespaces/blog/services/blog": {"metadata": {"name": "blog", "namespace": "blog"}},
}


@contextmanager
def api_server(folder: Path, statuses: Mapping[str, int]) -> Iterator[Api]:
    """An API server that refuses some paths, each with an HTTP status."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            status = statuses.get(path, 200 if path in SERVED else 404)
            body = SERVED[path] if status == 200 else {"kind": "Status", "code": status, "message": f"refused {path}"}
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield Api(kubeconfig(folder, server.server_port))
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("status", [404, 503])
def test_a_group_that_is_listed_and_not_served_yet_hides_no_kind_of_another(tmp_path: Path, status: int) -> None:
    with api_server(tmp_path, {"/apis/shop.example/v1": status}) as api:
        assert api.knows("v1", "Service")
        assert api.get("v1", "Service", "blog", "blog") == SERVED["/api/v1/namespaces/blog/services/blog"]


def test_a_group_that_does_not_answer_is_not_taken_for_one_without_the_kind(tmp_path: Path) -> None:
    with api_server(tmp_path, {"/apis/shop.example/v1": 503}) as api:
        with pytest.raises(Refused) as told:
            api.get("shop.example/v1", "Shop", "corner", "blog")
        assert told.value.status == 503
        assert told.value.message == "refused /apis/shop.example/v1"
        with pytest.raises(Refused):
            api.knows("shop.example/v1", "Shop")


@pytest.mark.parametrize(
    ("api_version", "kind"), [("v1", "Shop"), ("shop.example/v1", "Shop"), ("cart.example/v1", "Cart")]
)
def test_a_kind_that_nobody_serves(tmp_path: Path, api_version: str, kind: str) -> None:
    with api_server(tmp_path, {}) as api:
        assert not api.knows(api_version, kind)
        with pytest.raises(Refused, match=f'no matches for kind "{kind}" in version "{api_version}"'):
            api.list(api_version, kind)
