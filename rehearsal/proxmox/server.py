"""The API over HTTPS."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote, urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request as HttpRequest
from werkzeug.wrappers import Response

from rehearsal.proxmox import access, agent, cluster, disks, hosts, machines, power, storage
from rehearsal.proxmox.answers import Refusal
from rehearsal.proxmox.call import Answer, Call, Route
from rehearsal.proxmox.faults import Fault, Kind
from rehearsal.proxmox.record import Record, Request
from rehearsal.proxmox.state import State
from rehearsal.proxmox.tasks import Tasks

ROOT = "/api2/json/"
ROUTES: tuple[Route, ...] = (
    *cluster.ROUTES,
    *hosts.ROUTES,
    *storage.ROUTES,
    *machines.ROUTES,
    *disks.ROUTES,
    *power.ROUTES,
    *agent.ROUTES,
)


class Cut(Exception):
    """The connection is cut instead of an answer."""


class Api:
    """Answers requests from a state, one at a time. A WSGI application."""

    def __init__(self, state: State, record: Record) -> None:
        self.state = state
        self.record = record
        self.faults: list[Fault] = []
        self._tasks = Tasks(state)
        self._lock = threading.Lock()
        rules = [Rule(f"{ROOT}{path}", methods=[method], endpoint=answer) for method, path, answer in ROUTES]
        self._routes = Map(rules, strict_slashes=False, merge_slashes=False)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = HttpRequest(environ)
        try:
            status, body = self._respond(request)
        except Cut:
            _cut(environ["werkzeug.socket"])
            raise ConnectionAbortedError from None
        reason = str(body.get("message", "OK")).splitlines()[0]
        response = Response(
            json.dumps(body), status=f"{status} {reason}", content_type="application/json;charset=UTF-8"
        )
        return response(environ, start_response)

    def _respond(self, request: HttpRequest) -> tuple[int, dict[str, Any]]:
        path = unquote(request.path.removeprefix(ROOT))
        with self._lock:
            self._tasks.settle()
            fault = next((each for each in self.faults if each.strikes(request.method, path)), None)
            kind = fault.kind if fault else None
            status, body, means = (0, {}, "-") if kind == "cut-before" else self._answer(request, fault)
            lost = kind in ("cut-before", "cut-after", "timeout")
            self.record.add(
                Request(
                    request.method,
                    urlsplit(request.environ["REQUEST_URI"]).path.removeprefix(ROOT),
                    request.args.to_dict(),
                    {name: ",".join(values) for name, values in request.form.lists()},
                    means,
                    "CSRFPreventionToken" in request.headers,
                    0 if lost else status,
                    None if lost else body,
                )
            )
        if fault and kind == "timeout":
            time.sleep(fault.seconds)
        if lost:
            raise Cut
        return status, body

    def _answer(self, request: HttpRequest, fault: Fault | None) -> tuple[int, dict[str, Any], str]:
        means = "-"
        try:
            if fault and fault.kind == "error":
                raise Refusal(fault.message)
            answer, variables = self._route(request)
            if answer is access.ticket:
                return 200, {"data": access.ticket(self.state, request.form)}, means
            user = access.authenticate(self.state, request.headers, request.method)
            means = user.means
            call = self._call(request, user, fault)
            return 200, {"data": answer(call, **variables)}, means
        except Refusal as refusal:
            body: dict[str, Any] = {"data": None, "message": f"{refusal.message}\n"}
            return refusal.status, body | ({"errors": refusal.errors} if refusal.errors else {}), means

    def _route(self, request: HttpRequest) -> tuple[Answer, dict[str, Any]]:
        if request.method == "POST" and request.path == f"{ROOT}access/ticket":
            return access.ticket, {}
        try:
            answer, variables = self._routes.bind_to_environ(request.environ).match()
            return answer, dict(variables)
        except HTTPException:
            path = request.path.removeprefix(ROOT.rstrip("/"))
            raise Refusal(f"Method '{request.method} {path}' not implemented", 501) from None

    def _call(self, request: HttpRequest, user: access.User, fault: Fault | None) -> Call:
        kind: Kind | None = fault.kind if fault else None
        sent = request.args if request.method in ("GET", "DELETE") else request.form
        if request.method not in ("GET", "DELETE") and request.args:
            sent = request.values
        return Call(
            state=self.state,
            tasks=self._tasks,
            user=user,
            parameters=sent.to_dict(),
            lists=dict(sent.lists()),
            lock_held=kind == "lock",
            task_error=fault.message if fault and kind == "task-fails" else None,
        )


class Handler(WSGIRequestHandler):
    """Sends answers without waiting for more of them, and prints nothing."""

    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002
        pass


def serve(api: Api, certificate: ssl.SSLContext, port: int) -> BaseWSGIServer:
    """A server on loopback, that answers as soon as its `serve_forever` runs."""
    certificate.minimum_version = ssl.TLSVersion.TLSv1_3
    return make_server("127.0.0.1", port, api, threaded=True, request_handler=Handler, ssl_context=certificate)


def _cut(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)
    connection.close()
