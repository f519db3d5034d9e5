"""A real scheduler that is given one lab after the other."""

import time
from collections import Counter
from collections.abc import Callable
from itertools import count

from plan.model import Manifest, Workload
from tests.conformance.scheduling.agreement import Result
from tests.conformance.scheduling.objects import controller, node_objects, priority_class, shared_objects
from tests.conformance.scheduling.random_labs import SchedulingLab
from tests.conformance.scheduling.real import SECONDS, Event, RealScheduler, reason_in
from tests.conformance.scheduling.replay import Replay
from tests.conformance.scheduling.stage import Stage

THERE = {("Namespace", "", "kube-system")}
"""Objects that every cluster has."""


class Laboratory:
    """A real scheduler that is given one lab after the other."""

    def __init__(self, real: RealScheduler) -> None:
        self.real = real
        self.total: Counter[str] = Counter()
        """Counts over all labs."""
        self._made: set[tuple[str, str, str]] = set()
        self._numbers = count()
        for each in shared_objects():
            real.server.create(each)

    def run(self, lab: SchedulingLab) -> Result:
        """Schedule a lab, and take it away again."""
        for workload in (*lab.first, *lab.then):
            self._prepare(workload)
        stage = Stage(self.real.server, lab)
        stage.claim_volumes()
        stage.make_budgets()
        for node in lab.nodes:
            for each in node_objects(node):
                self.real.server.create(each)
        self._wait_for_nodes(len(lab.nodes), lambda event: None)
        try:
            return Replay(self.real, stage, self._wait_for_nodes).run()
        finally:
            for namespace in {each.namespace for each in (*lab.first, *lab.then)}:
                self.real.server.clear("v1", "Pod", namespace)
            self.real.server.clear("v1", "Node")
            self.real.server.clear("storage.k8s.io/v1", "CSINode")

    def _prepare(self, workload: Workload) -> None:
        constraints, priority = workload.pod.constraints, workload.pod.priority
        self._once(priority_class(priority, preempts=constraints.preempts))
        self._once(_namespace(workload.namespace))
        self._once(controller(workload))

    def _once(self, manifest: Manifest | None) -> None:
        if manifest is None:
            return
        metadata = manifest["metadata"]
        key = manifest["kind"], metadata.get("namespace", ""), metadata["name"]
        if key not in self._made and key not in THERE:
            self._made.add(key)
            self.real.server.create(manifest)

    def _wait_for_nodes(self, nodes: int, happened: Callable[[Event], None]) -> None:
        """Until the scheduler knows these nodes and no others: it says how many there are of a pod that fits none.
        Other events are passed on."""
        until = time.monotonic() + SECONDS
        self._once(_namespace("probe"))
        said = None
        while time.monotonic() < until:
            name = f"probe-{next(self._numbers)}"
            probe = {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": name, "namespace": "probe"},
                "spec": {"containers": [{"name": "main", "image": "none"}], "nodeSelector": {"nowhere": name}},
            }
            self.real.server.create(probe)
            said = None
            while said is None and (event := self.real.next_event(until - time.monotonic())):
                if event.object["metadata"]["name"] == name:
                    said = reason_in(event.object)
                else:
                    happened(event)
            self.real.server.delete(probe)
            if said and said.startswith(f"0/{nodes} nodes"):
                return
        raise TimeoutError(f"the scheduler does not see {nodes} nodes: {said}")


def _namespace(name: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
