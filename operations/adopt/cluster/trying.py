"""Every object of a plan tried on an API server, by a dry run of applying it: what changes, and what is refused."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from observation.objects import MANAGER
from operations.adopt.cluster.comparison import Difference, differences
from operations.adopt.cluster.objects import Key, key_of
from operations.adopt.cluster.stated import as_stated
from operations.clients.kubernetes import Api, Refused
from plan.model import Manifest
from plan.model.fields import value


class RefusedObject(NamedTuple):
    """An object that the API server does not take."""

    key: Key
    reason: str
    """In the words of the API server."""


class Trial(NamedTuple):
    """Effects of applying a plan."""

    tried: int
    """Objects that were tried. Releases of Helm are not among them."""
    differences: tuple[Difference, ...]
    refused: tuple[RefusedObject, ...]

    @property
    def interrupts(self) -> bool:
        """Whether something would be refused, restarted, recreated or lost."""
        return bool(self.refused) or any(each.effect in ("re-created", "data", "restarts") for each in self.differences)


_PATCHED = (
    ("apps", "deployments"),
    ("", "namespaces"),
    ("", "persistentvolumes"),
    ("storage.k8s.io", "storageclasses"),
)
"""Kinds of every cluster: an account that may patch these in all namespaces was given that to take over."""


def may_patch(api: Api) -> bool:
    """Whether the API server lets this account try objects: a dry run of an apply is a patch to it. False where it does
    not say so."""
    reviews = (
        {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "metadata": {},
            "spec": {"resourceAttributes": {"verb": "patch", "group": group, "resource": resource}},
        }
        for group, resource in _PATCHED
    )
    try:
        return all(value(api.create(each), "status", "allowed") for each in reviews)
    except Refused:
        return False


def try_objects(api: Api, manifests: Iterable[Manifest], tell: Callable[[int], None] = lambda done: None) -> Trial:
    """Try objects one after the other; nothing is written. `tell` is told how many are done.

    An object that does not run would be created, and is not sent: its namespace may not be there either.
    """
    found: list[Difference] = []
    refused: list[RefusedObject] = []
    done = 0
    for done, stated in enumerate(manifests, start=1):
        metadata = stated["metadata"]
        try:
            live = api.get(stated["apiVersion"], stated["kind"], metadata["name"], metadata.get("namespace"))
            if live is None:
                found += differences(stated, None)
            else:
                applied = api.apply(stated, manager=MANAGER, strict=False, dry_run=True)
                found += differences(as_stated(applied), live)
        except Refused as answer:
            refused.append(RefusedObject(key_of(stated), answer.message))
        tell(done)
    return Trial(done, tuple(found), tuple(refused))
