"""Live objects, taken over from their present writer: read, tried and moved one at a time."""

from typing import NamedTuple

from observation.objects import MANAGER
from operations.adopt.takeover.ownership import ownership_patch
from operations.adopt.takeover.secret_marks import is_hidden
from operations.clients.kubernetes import Api, Refused
from plan.model import Manifest
from plan.model.fields import mapping

_ATTEMPTS = 5
"""How often an object is read again that somebody else writes at the same time."""
_CHANGED_MEANWHILE = (409, 422)
"""Status codes of the API server for a patch whose resource version is not the newest."""


class Owned(NamedTuple):
    """An object whose fields are the program's, as it runs."""

    manifest: Manifest
    moved: bool
    """Whether its owners had to be written."""


class Unfit(NamedTuple):
    """An object that cannot be applied to the one that runs."""

    reason: str
    """In the words of the API server."""


def own(api: Api, stated: Manifest, *, write: bool) -> Owned | Unfit | None:
    """Make the program the owner of what it states of an object; None where no such object runs.

    Without `write` it is only tried. Nothing but `managedFields`, and of a Secret the copy of its content in an
    annotation, is ever written.
    """
    metadata = stated["metadata"]
    for _ in range(_ATTEMPTS):
        live = api.get(stated["apiVersion"], stated["kind"], metadata["name"], metadata.get("namespace"))
        if live is None:
            return None
        try:
            applied = api.apply(_with_content(stated, live), manager=MANAGER, strict=False, dry_run=True)
        except Refused as refused:
            return Unfit(refused.message)
        patch = ownership_patch(live, applied)
        if patch is None or not write:
            return Owned(live, moved=False)
        try:
            return Owned(api.patch_json(live, patch), moved=True)
        except Refused as refused:
            if refused.status not in _CHANGED_MEANWHILE:
                return Unfit(refused.message)
    return Unfit("it changes all the time: something else writes it")


def _with_content(stated: Manifest, live: Manifest) -> Manifest:
    """A Secret whose content a preview does not show, with the one that runs."""
    if stated["kind"] != "Secret" or not any(is_hidden(stated.get(field)) for field in ("data", "stringData")):
        return stated
    return {
        **{key: value for key, value in stated.items() if key != "stringData"},
        "data": dict(mapping(live, "data")),
    }
