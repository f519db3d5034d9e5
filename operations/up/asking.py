"""Asks the cluster, while an `up` waits, why what is waited for is not ready."""

import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from observation import Gap, Observation, Reference
from observation.accepted import accepted
from observation.kinds import RESOURCE_OF
from operations.clients.cluster import Cluster, Resource
from operations.clients.refusals import NotAnswered
from operations.up.reasons import Reason, reason_for
from operations.up.rollouts import seconds_to_roll_out
from plan.model import Manifest

RESOURCES = tuple(
    Resource(group, "v1", RESOURCE_OF[kind], kind, namespaced=True)
    for group, kind in (
        ("", "Pod"),
        ("", "Event"),
        ("", "PersistentVolumeClaim"),
        ("", "Service"),
        ("apps", "Deployment"),
        ("apps", "ReplicaSet"),
        ("apps", "StatefulSet"),
        ("apps", "DaemonSet"),
        ("batch", "Job"),
    )
)
"""Resources that show why a pod is missing, or not ready."""
EVERY = 2.0
"""Seconds between two questions."""


def observe_namespaces(cluster: Cluster, namespaces: Iterable[str]) -> Observation:
    """Observation of why pods are not ready in some namespaces; a refused question is a gap."""
    read: dict[str, tuple[Manifest, ...]] = {}
    gaps: list[Gap] = []
    now = datetime.now(UTC)
    for resource in RESOURCES:
        found: list[Manifest] = []
        for namespace in namespaces:
            try:
                found += cluster.list(resource, namespace)
            except NotAnswered as refused:
                gaps.append(Gap(resource.plural, refused.why, refused.detail))
        read[resource.plural], lacking = accepted(resource.plural, found, resource.api_version, resource.kind)
        gaps += lacking
    return Observation(cluster.server, now, "clock", read, tuple(gaps))


class Answers(NamedTuple):
    """The cluster's last answers."""

    reasons: Mapping[Reference, Reason] = {}
    """Why something is not ready."""
    rolling: Mapping[Reference, int] = {}
    """Changed objects whose pods are not all new and ready, and the seconds that each may take for it."""


class Inquiry:
    """Asks every other second, while the `up` runs, about the objects that it waits for, and about those that it has
    changed until they are rolled out."""

    def __init__(self, cluster: Cluster | None) -> None:
        self._cluster = cluster
        self._waited: tuple[Reference, ...] = ()
        self._changed: tuple[Reference, ...] = ()
        self._rolled_out: frozenset[Reference] = frozenset()
        self._ends = threading.Event()
        self.answers = Answers()
        self._thread = threading.Thread(target=self._ask, daemon=True)
        if cluster is not None:
            self._thread.start()

    def ask_about(self, waited: Iterable[Reference], changed: Iterable[Reference]) -> None:
        """Ask about these from now on."""
        self._waited, self._changed = tuple(waited), tuple(changed)

    @property
    def knows_all(self) -> bool:
        """Whether all changed objects are rolled out, as far as the cluster answers."""
        return not self._thread.is_alive() or self._rolled_out.issuperset(self._changed)

    def end(self) -> None:
        """Ask no more."""
        self._ends.set()

    def _ask(self) -> None:
        while not self._ends.wait(EVERY):
            changed = tuple(each for each in self._changed if each not in self._rolled_out)
            asked, cluster = (*self._waited, *changed), self._cluster
            namespaces = sorted({each.namespace for each in asked if each.namespace})
            if not namespaces or cluster is None:
                self.answers = Answers()
                continue
            observed = observe_namespaces(cluster, namespaces)
            rolling = {each: seconds for each in changed if (seconds := seconds_to_roll_out(each, observed))}
            reasons = {each: reason_for(each, observed) for each in (*self._waited, *rolling)}
            self.answers = Answers({each: reason for each, reason in reasons.items() if reason}, rolling)
            self._rolled_out |= {*changed} - rolling.keys()
