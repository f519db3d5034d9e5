"""A forge that keeps pull requests and issues: GitHub, Forgejo or Gitea, by the part of their APIs that is the same."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

import requests

from observation import json_file
from operations.clients.bounded import bound
from operations.clients.silence import why_silent
from plan.model.fields import mapping, text, values
from plan.model.fields import number as whole

Kind = Literal["github", "gitea"]
_SECONDS = 30
_MOST_BYTES = 32 * 2**20
_AT_A_TIME = 100
_MOST_PAGES = 200
_AUTOMATIC = frozenset(("github-actions[bot]", "forgejo-actions", "gitea-actions"))
"""Accounts of the token that a forge gives to a run, which it does not tell the run itself."""


class ForgeFailed(Exception):
    """A forge that refused or did not answer; the message is one sentence."""


class Post(NamedTuple):
    """A comment, or an issue by its number."""

    id: int
    author: str
    title: str
    body: str


class Forge:
    """One repository of a forge. The token is sent in a header and stands in no message."""

    def __init__(self, api: str, repository: str, token: str) -> None:
        """`api` is like https://api.github.com or https://forge.example/api/v1. Raises ForgeFailed."""
        if re.fullmatch(r"[\w.-]+/[\w.-]+", repository) is None:
            raise ForgeFailed(f"{repository!r} is no repository: write it as owner/name")
        self.kind: Kind = "gitea" if api.rstrip("/").endswith("/api/v1") else "github"
        self._api = api.rstrip("/")
        self._repository = repository
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"{'token' if self.kind == 'gitea' else 'Bearer'} {token}"
        self._session.headers["Accept"] = "application/json"
        bound(self._session, seconds=2 * _SECONDS, most_bytes=_MOST_BYTES)

    def me(self) -> frozenset[str]:
        """The accounts that the token may belong to. Raises ForgeFailed."""
        answer = self._send("GET", f"{self._api}/user")
        if answer.status_code in (403, 404):
            return _AUTOMATIC
        return frozenset((text(_object(self._content(answer)), "login"),))

    def comments(self, number: int) -> list[Post]:
        """The comments on a pull request or an issue, oldest first. Raises ForgeFailed."""
        return [_post(each, "id") for each in self._pages(f"issues/{number}/comments", {})]

    def add_comment(self, number: int, body: str) -> Post:
        """The comment as it was written. Raises ForgeFailed."""
        return _post(_object(self._write("POST", f"issues/{number}/comments", {"body": body})), "id")

    def edit_comment(self, number: int, body: str) -> None:
        """Raises ForgeFailed."""
        self._write("PATCH", f"issues/comments/{number}", {"body": body})

    def issues(self) -> list[Post]:
        """The open issues, without pull requests. Raises ForgeFailed."""
        asked = {"state": "open", "type": "issues"}
        return [_post(each, "number") for each in self._pages("issues", asked) if not each.get("pull_request")]

    def open_issue(self, title: str, body: str) -> Post:
        """The issue as it was written. Raises ForgeFailed."""
        return _post(_object(self._write("POST", "issues", {"title": title, "body": body})), "number")

    def edit_issue(self, number: int, title: str, body: str) -> None:
        """Raises ForgeFailed."""
        self._write("PATCH", f"issues/{number}", {"title": title, "body": body})

    def close_issue(self, number: int) -> None:
        """Raises ForgeFailed."""
        self._write("PATCH", f"issues/{number}", {"state": "closed"})

    def _pages(self, path: str, asked: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        """Everything of a list. One that comes whole at once gives nothing new on its second page."""
        seen: set[int] = set()
        for page in range(1, _MOST_PAGES + 1):
            parameters = {**asked, "page": str(page), "per_page": str(_AT_A_TIME), "limit": str(_AT_A_TIME)}
            content = self._content(self._send("GET", self._address(path), parameters=parameters))
            found = [_object(each) for each in values({"list": content}, "list")]
            new = [each for each in found if whole(each, "id") not in seen]
            if not new:
                return
            seen.update(whole(each, "id") for each in new)
            yield from new

    def _write(self, method: str, path: str, content: Mapping[str, str]) -> Any:
        return self._content(self._send(method, self._address(path), content=content))

    def _address(self, path: str) -> str:
        return f"{self._api}/repos/{self._repository}/{path}"

    def _send(
        self,
        method: str,
        address: str,
        *,
        parameters: Mapping[str, str] | None = None,
        content: Mapping[str, str] | None = None,
    ) -> requests.Response:
        try:
            return self._session.request(
                method, address, params=parameters, json=content, timeout=_SECONDS, allow_redirects=False
            )
        except requests.RequestException as error:
            raise ForgeFailed(f"{self._api} does not answer: {why_silent(error)}") from None

    def _content(self, answer: requests.Response) -> Any:
        """Raises ForgeFailed."""
        if not 200 <= answer.status_code < 300:
            status = answer.status_code
            asked = f"{answer.request.method} on {self._repository}"
            raise ForgeFailed(f"{self._api} answers {status} to {asked}{_HINTS.get(status, '')}")
        try:
            return json_file.parse(answer.content)
        except ValueError:
            raise ForgeFailed(f"{self._api} is no API of a forge: it does not answer in JSON") from None


_HINTS = {
    301: "; name the repository as it is called now",
    401: "; is the token still valid?",
    403: "; the token may not write comments and issues there",
    404: "; the token sees no such repository, pull request or issue",
}


def _object(value: Any) -> Mapping[str, Any]:
    return mapping({"value": value}, "value")


def _post(found: Mapping[str, Any], key: str) -> Post:
    return Post(whole(found, key), text(found, "user", "login"), text(found, "title"), text(found, "body"))
