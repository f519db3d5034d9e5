"""Asks the cluster, while an `up` waits, why what is waited for is not ready."""

import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from observation import Gap, Observation, Reference
from observation.kinds import RESOURCE_OF
from operations.clients.cluster import Cluster, Resource
from operations.clients.refusals import NotAnswered
from operations.up.reasons import Reason, reason_for
from plan.model import Manifest

RESOURCES = tuple(
    Resource(group, "v1", RESOURCE_OF[kind], kind, namespaced=True)
    for group, kind in (
        ("", "Pod"),
        ("", "Event"),
        ("", "PersistentVolumeClaim"),
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
        read[resource.plural] = tuple(found)
    return Observation(cluster.server, now, "clock", read, tuple(gaps))


class Inquiry:
    """Asks every other second, while the `up` runs, about the objects that it waits for."""

    def __init__(self, cluster: Cluster | None) -> None:
        self._cluster = cluster
        self._waited: tuple[Reference, ...] = ()
        self._ends = threading.Event()
        self._found: Mapping[Reference, Reason] = {}
        self._gaps: tuple[Gap, ...] = ()
        self._thread = threading.Thread(target=self._ask, daemon=True)
        if cluster is not None:
            self._thread.start()

    def wait_for(self, waited: Iterable[Reference]) -> None:
        """Ask about these from now on."""
        self._waited = tuple(waited)

    @property
    def reasons(self) -> Mapping[Reference, Reason]:
        """The cluster's last answers."""
        return self._found

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Questions that it did not answer."""
        return self._gaps

    def end(self) -> None:
        """Ask no more."""
        self._ends.set()

    def _ask(self) -> None:
        while not self._ends.wait(EVERY):
            waited, cluster = self._waited, self._cluster
            namespaces = sorted({each.namespace for each in waited if each.namespace})
            if not namespaces or cluster is None:
                self._found = {}
                continue
            observed = observe_namespaces(cluster, namespaces)
            reasons = {each: reason_for(each, observed) for each in waited}
            self._found = {each: reason for each, reason in reasons.items() if reason}
            self._gaps = observed.gaps
