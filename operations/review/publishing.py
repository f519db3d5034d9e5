"""One comment on a pull request and one issue of a lab: found by a hidden marker, edited in place."""

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

from operations.clients.forge import Forge, ForgeFailed, Post

Done = Literal["created", "edited", "unchanged", "closed", "nothing to do"]


class Issue(NamedTuple):
    """An issue as it should be; None for the body where it should be closed."""

    title: str
    body: str | None


def marker(subject: str, lab: str) -> str:
    """The first line of a comment or an issue, which no reader sees."""
    return f"<!-- homelab {subject} {re.sub(r'[^A-Za-z0-9._/]+', '_', lab)} -->"


def put_comment(forge: Forge, number: int, mark: str, body: str) -> Done:
    """Make sure that a pull request has one comment with this text. Raises ForgeFailed."""
    wanted = f"{mark}\n{body}"
    found = _own(forge, forge.comments(number), mark)
    if found is None:
        _find_again(forge, forge.add_comment(number, wanted))
        return "created"
    if _same(found.body, wanted):
        return "unchanged"
    forge.edit_comment(found.id, wanted)
    return "edited"


def put_issue(forge: Forge, mark: str, issue: Issue) -> Done:
    """Make sure that there is one open issue with this text, or none. Raises ForgeFailed."""
    found = _own(forge, forge.issues(), mark)
    if issue.body is None:
        if found is None:
            return "nothing to do"
        forge.close_issue(found.id)
        return "closed"
    wanted = f"{mark}\n{issue.body}"
    if found is None:
        _find_again(forge, forge.open_issue(issue.title, wanted))
        return "created"
    if found.title == issue.title and _same(found.body, wanted):
        return "unchanged"
    forge.edit_issue(found.id, issue.title, wanted)
    return "edited"


def _own(forge: Forge, posts: Iterable[Post], mark: str) -> Post | None:
    """The oldest that begins with the marker. What another account wrote stays its own: that account could edit it."""
    marked = [each for each in posts if each.body.startswith(mark)]
    own = forge.me() if marked else frozenset[str]()
    return next((each for each in marked if each.author in own), None)


def _find_again(forge: Forge, made: Post) -> None:
    """Refuse a token with which the next run would not know what this one wrote. Raises ForgeFailed."""
    if made.author not in forge.me():
        raise ForgeFailed(
            f"it was written as {made.author}, and the token does not tell whose it is, so that each run would write "
            "another one: let it read its user (read:user), or take the run's own token"
        )


def _same(one: str, other: str) -> bool:
    """Forges keep a text with the ends of its lines as a browser sends them, or without its last one."""
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()
