"""Programs that ask the API server for what they may not do."""

import re
from collections.abc import Iterator

from observation.model import Observation
from observation.objects import Reference
from operations.doctor.finding import Evidence, Finding

_NAME = r"[a-z0-9][a-z0-9./-]*"
_DENIED = re.compile(
    rf'User "system:serviceaccount:({_NAME}):({_NAME})" cannot (\w+) resource "({_NAME})" in API group "((?:{_NAME})?)"'
    rf'(?: in the namespace "({_NAME})"| at the cluster scope)?'
)
"""Anybody who may create events writes their messages: only names are taken out of them."""


def permission_findings(observed: Observation) -> Iterator[Finding]:
    """A finding for each service account and permission that an event or a status says is lacking."""
    seen: set[tuple[str, ...]] = set()
    for event in observed.events:
        for found in _DENIED.finditer(event.message):
            namespace, account, verb, resource, group, where = (part or "" for part in found.groups())
            if event.type != "Warning" or found.groups() in seen:
                continue
            seen.add(tuple(str(part) for part in found.groups()))
            place = f"in {where}" if where else "in the whole cluster"
            kind = "role" if where else "clusterrole"
            yield Finding(
                "PERMISSION-MISSING",
                "error",
                Reference("ServiceAccount", namespace, account),
                f"It may not {verb} {resource}{f'.{group}' if group else ''} {place}, and {event.about} needs it",
                f"kubectl create {kind} {account}-{resource} --verb {verb} --resource {resource}"
                f"{f'.{group}' if group else ''}, and bind it to {namespace}:{account}",
                (Evidence(event.about, f"event {event.reason}: {event.message}"),),
                covers=frozenset((Reference("ServiceAccount", namespace, account), event.about)),
            )
