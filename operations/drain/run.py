"""A drain that is carried out: one pod after the other, up to the first surprise.

All that is remembered is in the cluster: the node is cordoned, and pods that went are gone. So a drain that was stopped
goes on when it is run again.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple, Protocol

from observation.objects import controller_uid, name_of, namespace_of, spec_of, status_of
from operations.clients.kubernetes import Refused
from operations.drain.foresee import DEFAULT_GRACE_SECONDS, Drain, is_evicted
from plan.model import Manifest
from plan.model.fields import entries, number, text

BUDGET_SECONDS = 15 * 60
"""How long a disruption budget may hold one pod, as the runbook's `--timeout` says."""
PLACE_SECONDS = 30
"""How long a new pod may be without a node before that is a surprise."""
MARGIN_SECONDS = 60
"""How much longer than its grace period a pod may take to end."""
_PAUSE = 2
_TOO_MANY = 429
_GONE = 404

Stage = Literal["cordoned", "held", "evicted", "ended", "done"]
Why = Literal["refused", "held", "does-not-end", "no-place"]


class Told(NamedTuple):
    """Something that has happened."""

    stage: Stage
    about: str
    """The node, or the pod as `namespace/name`."""
    left: int
    """Pods that are still to go."""
    detail: str = ""


class Surprise(Exception):
    """Something that was not predicted; nothing more was done after it."""

    def __init__(self, why: Why, about: str, detail: str) -> None:
        super().__init__(f"{about}: {detail}")
        self.why = why
        self.about = about
        self.detail = detail


class Cluster(Protocol):
    """As much of an API server as a drain needs."""

    def patch(self, manifest: Manifest, change: dict[str, Any], /) -> object:
        """Change an object."""
        ...

    def list(self, api_version: str, kind: str, /) -> list[Manifest]:
        """The objects of a kind."""
        ...

    def post(self, manifest: Manifest, part: str, body: Manifest, /) -> object:
        """Send something to a part of an object. Raises Refused."""
        ...


class Clock(Protocol):
    """Time, which tests make pass as they like."""

    def monotonic(self) -> float:
        """Seconds."""
        ...

    def sleep(self, seconds: float, /) -> None:
        """Wait."""
        ...


def run(cluster: Cluster, drain: Drain, tell: Callable[[Told], None], clock: Clock = time) -> None:
    """Cordon the node, and evict its pods one after the other. Raises Surprise."""
    pods = list(_pods(cluster, drain.node))
    cluster.patch(_node(drain.node), {"spec": {"unschedulable": True}})
    tell(Told("cordoned", drain.node, len(pods)))
    while pods := list(_pods(cluster, drain.node)):
        _one(cluster, pods[0], len(pods), tell, clock)
    tell(Told("done", drain.node, 0))


def _one(cluster: Cluster, pod: Manifest, left: int, tell: Callable[[Told], None], clock: Clock) -> None:
    name = _name(pod)
    begun = clock.monotonic()
    while (held := _evict(cluster, pod)) is not None:
        if clock.monotonic() - begun > BUDGET_SECONDS:
            raise Surprise("held", name, f"its disruption budget held it for {BUDGET_SECONDS // 60} minutes: {held}")
        tell(Told("held", name, left, held))
        clock.sleep(_PAUSE)
    tell(Told("evicted", name, left))
    patience = number(spec_of(pod), "terminationGracePeriodSeconds", default=DEFAULT_GRACE_SECONDS) + MARGIN_SECONDS
    begun = clock.monotonic()
    while _is_there(cluster, pod):
        if clock.monotonic() - begun > patience:
            raise Surprise("does-not-end", name, f"it has not ended after {patience} seconds")
        clock.sleep(_PAUSE)
    begun = clock.monotonic()
    while (waiting := _unplaced(cluster, pod)) is not None:
        if clock.monotonic() - begun > PLACE_SECONDS:
            raise Surprise("no-place", name, f"the pod in its place, {_name(waiting)}, has no node: {_reason(waiting)}")
        clock.sleep(_PAUSE)
    tell(Told("ended", name, left - 1))


def _evict(cluster: Cluster, pod: Manifest) -> str | None:
    """Ask a pod to go; what the API server says where a budget holds it. Raises Surprise."""
    metadata = {"name": name_of(pod), "namespace": namespace_of(pod)}
    eviction = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": metadata,
        "deleteOptions": {"preconditions": {"uid": text(pod, "metadata", "uid")}},
    }
    try:
        cluster.post(pod, "eviction", eviction)
    except Refused as refused:
        if refused.status == _TOO_MANY:
            return refused.message
        if refused.status != _GONE:
            raise Surprise("refused", _name(pod), refused.message) from None
    return None


def _pods(cluster: Cluster, node: str) -> Iterator[Manifest]:
    for pod in sorted(cluster.list("v1", "Pod"), key=_name):
        if text(pod, "spec", "nodeName") == node and is_evicted(pod):
            yield pod


def _is_there(cluster: Cluster, pod: Manifest) -> bool:
    uid = text(pod, "metadata", "uid")
    return any(text(each, "metadata", "uid") == uid and is_evicted(each) for each in cluster.list("v1", "Pod"))


def _unplaced(cluster: Cluster, gone: Manifest) -> Manifest | None:
    """A pod of the same controller that has no node."""
    owner = controller_uid(gone)
    return next(
        (
            each
            for each in cluster.list("v1", "Pod")
            if owner and controller_uid(each) == owner and is_evicted(each) and not text(each, "spec", "nodeName")
        ),
        None,
    )


def _reason(pod: Manifest) -> str:
    conditions = entries(status_of(pod), "conditions")
    return next((text(each, "message") for each in conditions if text(each, "type") == "PodScheduled"), "not scheduled")


def _name(pod: Manifest) -> str:
    return f"{namespace_of(pod)}/{name_of(pod)}"


def _node(name: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}}
