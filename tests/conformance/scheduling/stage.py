"""The pods of one lab, and all that controllers and drivers would do for them."""

import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import count
from typing import NamedTuple

from plan.kubernetes.scheduling import Kind
from plan.model import Manifest, Workload
from tests.conformance.scheduling.objects import BOUND, budget, claim, claim_names, owner, pod, volume
from tests.conformance.scheduling.random_labs import SchedulingLab
from tests.conformance.scheduling.real import ApiServer

NOTICE = 0.2
"""Seconds in which the scheduler takes note of other things than pods and nodes."""
SELECTED_NODE = "volume.kubernetes.io/selected-node"
Key = tuple[str, str, str]


class Made(NamedTuple):
    """A pod that was made."""

    manifest: Manifest
    kind: Kind
    only: str | None
    """The node that a pod of a daemonset belongs to."""
    number: int


class Stage:
    """The pods of one lab, by name."""

    def __init__(self, server: ApiServer, lab: SchedulingLab) -> None:
        self.server, self.lab = server, lab
        self.pods: dict[str, Made] = {}
        self._workloads = (*lab.first, *lab.then)
        self._claims: set[tuple[str, str]] = set()
        self._numbers: Counter[Key] = Counter()
        self._free_numbers: dict[Key, list[int]] = defaultdict(list)
        self._names = count()

    def make(self, kind: Kind, only: str | None) -> str:
        """Make a pod; returns its name. One that is recreated has the volumes of the one before it."""
        workload = kind.workload
        number = self._number(workload.key)
        known = len(self._claims)
        for claimed in claim_names(self.lab.name, workload, number):
            self._claim(claimed, workload)
        if len(self._claims) > known:
            time.sleep(NOTICE)
        name = f"{self.lab.name}-{owner(workload)}-{next(self._names)}"
        self.pods[name] = Made(pod(self.lab.name, name, workload, number, only), kind, only, number)
        self.server.create(self.pods[name].manifest)
        return name

    def _number(self, key: Key) -> int:
        if self._free_numbers[key]:
            return self._free_numbers[key].pop(0)
        self._numbers[key] += 1
        return self._numbers[key] - 1

    def release(self, made: Made) -> None:
        """Leave the volumes of a pod that is gone to the one that is recreated."""
        self._free_numbers[made.kind.workload.key].append(made.number)

    def remove(self, name: str) -> Made:
        """Take a pod away."""
        made = self.pods.pop(name)
        self.release(made)
        self.server.delete(made.manifest)
        return made

    def claim_volumes(self) -> None:
        """Make the claims of all pods that there will be, the one more that is asked about included."""
        for workload in self._workloads:
            for number in range(workload.replicas + 1):
                for name in claim_names(self.lab.name, workload, number):
                    self._claim(name, workload)

    def _claim(self, name: str, workload: Workload) -> None:
        if (workload.namespace, name) in self._claims:
            return
        self._claims.add((workload.namespace, name))
        exists = not self.lab.makes_volumes
        if exists:
            self.server.create(volume(name, workload.namespace, workload.pod.constraints.volume_zones))
        self.server.create(claim(name, workload, exists=exists))

    def provision(self, found: Manifest, zones: Mapping[str, str | None]) -> None:
        """Make the volume of a claim whose first pod has its node, in the zone of that; `zones` are those of nodes."""
        metadata = found["metadata"]
        node = metadata.get("annotations", {}).get(SELECTED_NODE)
        if node not in zones or "volumeName" in found["spec"]:
            return
        zone = zones[node]
        made = volume(metadata["name"], metadata["namespace"], (zone,) if zone else ())
        self.server.create(made)
        self.server.patch(
            found,
            {"metadata": {"annotations": {BOUND: "yes"}}, "spec": {"volumeName": made["metadata"]["name"]}},
        )

    def make_budgets(self) -> None:
        """Make the disruption budgets; at first they allow no eviction."""
        for workload in self._protected():
            self.server.create(budget(self.lab.name, workload))

    def update_budgets(self, changed: Collection[Key], placed: Iterable[str]) -> None:
        """Set how many pods the budgets of `changed` workloads allow to be evicted, of all pods that are `placed`."""
        healthy = Counter(self.pods[name].kind.workload.key for name in placed)
        for workload in self._protected():
            if workload.key in changed and workload.max_unavailable is not None:
                desired = max(0, workload.replicas - workload.max_unavailable)
                status = {
                    "disruptionsAllowed": max(0, healthy[workload.key] - desired),
                    "currentHealthy": healthy[workload.key],
                    "desiredHealthy": desired,
                    "expectedPods": workload.replicas,
                }
                self.server.patch(budget(self.lab.name, workload), {"status": status}, "status")

    def _protected(self) -> list[Workload]:
        return [each for each in self._workloads if each.max_unavailable is not None and each.is_steady]

    def start(self, placed: Collection[str]) -> None:
        """Say of each pod that is placed when it started, one second after the other in the order of their making."""
        for second, name in enumerate(name for name in self.pods if name in placed):
            started = f"2026-01-01T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"
            self.server.patch(self.pods[name].manifest, {"status": {"startTime": started}}, "status")
