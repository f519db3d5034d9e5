"""A forge on this machine that answers as the documented endpoints of GitHub and of Forgejo or Gitea do."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

LONGEST = 65_536
"""Characters of a comment or an issue that GitHub takes."""


class FakeForge:
    """`me/lab` with pull request 12. GitHub gives lists in pages, Gitea gives comments whole."""

    def __init__(
        self, kind: str, *, account: str | None = "me", token: str = "the-token", tells_account: bool = True
    ) -> None:
        self.kind = kind
        self.tells_account = tells_account
        self.account = account
        self.header = f"{'token' if kind == 'gitea' else 'Bearer'} {token}"
        self.comments: list[dict[str, Any]] = []
        self.issues: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.address = ""

    def write(self, author: str, body: str) -> None:
        self.comments.append({"id": len(self.comments) + 1, "user": {"login": author}, "body": body})

    def open(self, author: str, title: str, body: str, **more: Any) -> None:
        number = len(self.issues) + 1
        user = {"login": author}
        self.issues.append(
            {"id": 900 + number, "number": number, "user": user, "title": title, "body": body, "state": "open"} | more
        )

    def answer(self, request: Request) -> Response:
        self.asked.append(f"{request.method} {request.path}")
        if request.headers.get("Authorization") != self.header:
            return _json({"message": "Bad credentials"}, 401)
        path = request.path.removeprefix("/api/v1")
        if path == "/user":
            return (
                _json({"login": self.account})
                if self.account and self.tells_account
                else _json({"message": "not accessible"}, 403)
            )
        if not path.startswith("/repos/me/lab/"):
            return _json({"message": "Not Found"}, 404)
        return self._repository(request, path.removeprefix("/repos/me/lab/"))

    def _repository(self, request: Request, path: str) -> Response:
        content = json.loads(request.get_data() or b"{}")
        if len(content.get("body") or "") > LONGEST:
            return _json({"message": "Validation Failed", "errors": [{"message": "body is too long"}]}, 422)
        match request.method, path.split("/"):
            case "GET", ["issues", "12", "comments"]:
                return _json(self._page(request, self.comments) if self.kind == "github" else self.comments)
            case "POST", ["issues", "12", "comments"]:
                self.write(self.account or "github-actions[bot]", content["body"])
                return _json(self.comments[-1], 201)
            case "PATCH", ["issues", "comments", number]:
                self.comments[int(number) - 1] |= content
                return _json(self.comments[int(number) - 1])
            case "GET", ["issues"]:
                return _json(self._page(request, [each for each in self.issues if each["state"] == "open"]))
            case "POST", ["issues"]:
                self.open(self.account or "github-actions[bot]", **content)
                return _json(self.issues[-1], 201)
            case "PATCH", ["issues", number]:
                self.issues[int(number) - 1] |= content
                return _json(self.issues[int(number) - 1])
        return _json({"message": "Not Found"}, 404)

    def _page(self, request: Request, everything: list[dict[str, Any]]) -> list[dict[str, Any]]:
        asked = {key: values[0] for key, values in parse_qs(request.query_string.decode()).items()}
        size = int(asked["per_page" if self.kind == "github" else "limit"])
        start = (int(asked["page"]) - 1) * size
        return everything[start : start + size]


def _json(content: Any, status: int = 200) -> Response:
    return Response(json.dumps(content), status, content_type="application/json; charset=utf-8")


@contextmanager
def running(forge: FakeForge) -> Iterator[FakeForge]:
    """The forge, reachable at its `address`."""
    server = make_server("127.0.0.1", 0, Request.application(forge.answer), threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    forge.address = f"http://127.0.0.1:{server.server_port}{'/api/v1' if forge.kind == 'gitea' else ''}"
    try:
        yield forge
    finally:
        server.shutdown()
        thread.join()
