"""One lab on the real scheduler, pod after pod, with the planner beside it.

Each pod is made when the one before it is decided, in the order in which the planner takes them. Of several equally
good nodes the real scheduler takes any: the planner is asked which are, and then follows the real one. So a tie is
proven to be one, and does not carry on into what comes after.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from heapq import heapify, heappop, heappush
from itertools import count
from typing import NamedTuple

from plan.model import Manifest, Workload
from plan.nodes import ZONE_LABEL
from plan.scheduling import Kind, Room, Scheduler, place
from tests.conformance.scheduling.objects import (
    BOUND,
    budget,
    claim,
    claim_names,
    controller,
    node_objects,
    owner,
    pod,
    priority_class,
    shared_objects,
    volume,
)
from tests.conformance.scheduling.random_labs import SchedulingLab
from tests.conformance.scheduling.real import Event, RealScheduler

SECONDS = 60
"""That the scheduler has for the first word on something."""
FORGOTTEN = 4
"""Seconds in which it says something of a pod that it looks at, however busy the machine is."""
AT_ONCE = 0.5
"""Seconds within which it says all that it has decided."""
NOTICE = 0.2
"""Seconds in which it takes note of other things than pods and nodes."""
SELECTED_NODE = "volume.kubernetes.io/selected-node"
THERE = {("Namespace", "", "kube-system")}
"""What every cluster has."""
Key = tuple[str, str, str]


class Difference(NamedTuple):
    """A decision that the planner would not have made."""

    lab: str
    workload: str
    real: str
    planned: str


class Verdict(NamedTuple):
    """How many pods of a workload wait at the end: really, and as planned from nothing."""

    lab: str
    workload: str
    real: int
    planned: int


class Result(NamedTuple):
    """What came of a lab."""

    verdicts: tuple[Verdict, ...]
    decisions: int
    """Pods that were placed where the planner would have placed them, or among several equally good places."""
    ties: int
    """Those that were placed elsewhere than where the planner would have placed them."""
    races: int
    """Rooms that the pod got which had made them, though a more important one waited: they are woken together."""
    preemptions: int
    sentences: int
    """That were the planner's, word for word."""
    forgotten: int
    """Pods that the scheduler would have looked at again five minutes later, when there was room for them."""
    differences: tuple[Difference, ...]

    @property
    def unlike(self) -> list[Verdict]:
        """Workloads of which another number of pods waits than was planned from nothing."""
        return [each for each in self.verdicts if each.real != each.planned]


class _Made(NamedTuple):
    manifest: Manifest
    kind: Kind
    only: int | None
    number: int


class Laboratory:
    """A real scheduler that is given one lab after the other."""

    def __init__(self, real: RealScheduler) -> None:
        self.real = real
        self._made: set[Key] = set()
        self._numbers = count()
        for each in shared_objects():
            real.server.create(each)

    def run(self, lab: SchedulingLab) -> Result:
        """Schedule a lab, and take it away again."""
        for workload in (*lab.first, *lab.then):
            self._prepare(workload)
        replay = _Replay(self.real, lab, self._wait_for_nodes)
        replay.claim_volumes()
        for node in lab.nodes:
            for each in node_objects(node):
                self.real.server.create(each)
        self._wait_for_nodes(len(lab.nodes), lambda event: None)
        try:
            return replay.run()
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
        What else happens is passed on."""
        until = time.monotonic() + SECONDS
        self._once(_namespace("probe"))
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
                    said = _words(event.object)
                else:
                    happened(event)
            self.real.server.delete(probe)
            if said and said.startswith(f"0/{nodes} nodes"):
                return
        raise TimeoutError(f"the scheduler does not see {nodes} nodes: {said}")


class _Replay:
    def __init__(
        self, real: RealScheduler, lab: SchedulingLab, wait_for_nodes: Callable[[int, Callable[[Event], None]], None]
    ) -> None:
        self.real, self.lab, self.wait_for_nodes = real, lab, wait_for_nodes
        self.workloads = (*lab.first, *lab.then)
        self.nodes = lab.nodes
        self.planner = Scheduler(self.nodes, self.workloads)
        self.index = {node.name: index for index, node in enumerate(self.nodes)}
        self.pods: dict[str, _Made] = {}
        self.placed: dict[str, int] = {}
        self.waiting: dict[str, str] = {}
        self.gone: list[str] = []
        self.deciding = ""
        self.disputed: set[str] = set()
        self.unclear: dict[str, int] = {}
        self.nominated: dict[str, Sequence[Room] | str] = {}
        self.claims: set[tuple[str, str]] = set()
        self.numbers: Counter[Key] = Counter()
        self.free_numbers: dict[Key, list[int]] = defaultdict(list)
        self.names = count()
        self.arrivals = count()
        self.again: list[_Made] = []
        self.differences: list[Difference] = []
        self.counted: Counter[str] = Counter()

    def run(self) -> Result:
        keys = {each.key for each in self.lab.first}
        self._protect()
        self._fill(keys)
        scratch = place(self.nodes, self.lab.first)
        if self.lab.then or self.lab.lost:
            self._age()
            if self.lab.lost:
                self._lose(self.index[self.lab.lost])
            self._protect(changed=keys)
            self._fill({each.key for each in self.workloads})
            scratch = place(self.nodes, self.workloads, scratch[0])
        self._ask_again()
        return self._result({each.workload.key: each.pods for each in scratch[1]})

    def _fill(self, keys: set[Key]) -> None:
        """Make each pod that does not run yet, in the planner's order, and let it be decided."""
        waiting = Counter((self.pods[name].kind, self.pods[name].only) for name in self.waiting)
        queue: list[tuple[tuple[int, int], Kind, int | None]] = []
        for queued in self.planner.missing(self.arrivals):
            if queued.kind.workload.key not in keys:
                continue
            if waiting[queued.kind, queued.only]:
                waiting[queued.kind, queued.only] -= 1
            else:
                queue.append(queued)
        heapify(queue)
        while queue:
            _, kind, only = heappop(queue)
            self._decide(self._make(kind, only))
            while self.again:
                _, victim, node, _ = self.again.pop(0)
                heappush(queue, ((-victim.workload.pod.priority, next(self.arrivals)), victim, node))

    def _lose(self, lost: int) -> None:
        """Let a node die, and take its pods away: they are made anew, those of daemonsets aside."""
        names = [name for name, node in self.placed.items() if node == lost]
        names += [name for name in self.waiting if self.pods[name].only == lost]
        gone = [self._forget(name) for name in names]
        left = [index for index in range(len(self.nodes)) if index != lost]
        moved = {index: place for place, index in enumerate(left)}
        node, self.nodes = self.nodes[lost], tuple(self.nodes[index] for index in left)
        self.index = {each.name: index for index, each in enumerate(self.nodes)}
        self.planner = Scheduler(self.nodes, self.workloads)
        kinds = {kind.workload.key: kind for kind in self.planner.cluster.kinds}
        for name, made in self.pods.items():
            only = None if made.only is None else moved[made.only]
            self.pods[name] = made._replace(kind=kinds[made.kind.workload.key], only=only)
        self.placed = {name: moved[index] for name, index in self.placed.items()}
        for name, index in self.placed.items():
            self.planner.cluster.put(self.pods[name].kind, index)
        for each in (*reversed(node_objects(node)), *(made.manifest for made in gone)):
            self.real.server.delete(each)
        self.wait_for_nodes(len(self.nodes), self._take)

    def _forget(self, name: str) -> _Made:
        made = self.pods.pop(name)
        self.placed.pop(name, None)
        self.waiting.pop(name, None)
        self.free_numbers[made.kind.workload.key].append(made.number)
        return made

    def _make(self, kind: Kind, only: int | None) -> str:
        """Make a pod; returns its name. One that is made anew has the volumes of the one before it."""
        workload = kind.workload
        if self.free_numbers[workload.key]:
            number = self.free_numbers[workload.key].pop(0)
        else:
            number = self.numbers[workload.key]
            self.numbers[workload.key] += 1
        known = len(self.claims)
        for claimed in claim_names(self.lab.name, workload, number):
            self._claim(claimed, workload)
        if len(self.claims) > known:
            time.sleep(NOTICE)
        name = f"{self.lab.name}-{owner(workload)}-{next(self.names)}"
        node = None if only is None else self.nodes[only].name
        self.pods[name] = _Made(pod(self.lab.name, name, workload, number, node), kind, only, number)
        self.real.server.create(self.pods[name].manifest)
        return name

    def claim_volumes(self) -> None:
        """Make the claims of all pods that there will be, the one more that is asked about included."""
        for workload in self.workloads:
            for number in range(workload.replicas + 1):
                for name in claim_names(self.lab.name, workload, number):
                    self._claim(name, workload)

    def _claim(self, name: str, workload: Workload) -> None:
        if (workload.namespace, name) in self.claims:
            return
        self.claims.add((workload.namespace, name))
        exists = not self.lab.makes_volumes
        if exists:
            self.real.server.create(volume(name, workload.namespace, workload.pod.constraints.volume_zones))
        made = claim(name, workload, exists=exists)
        self.real.server.create(made)
        if exists:
            self.real.server.patch(made, {"status": {"phase": "Bound"}}, "status")

    def _decide(self, name: str) -> None:
        """Follow what happens until a pod is decided, and every other that the planner would place now."""
        self.deciding = name
        while name in self.nominated or not any(name in each for each in (self.placed, self.waiting, self.unclear)):
            if not self._follow(FORGOTTEN if name in self.nominated else SECONDS):
                if name not in self.nominated:
                    raise TimeoutError(f"the scheduler says nothing of {name}")
                name = self.deciding = self._make_anew(name)
        while True:
            if self.unclear:
                if not self._follow(AT_ONCE):
                    self._settle_unclear()
            elif helped := next((each for each in self.waiting if self._finds_room(each)), None):
                if not self._follow(FORGOTTEN):
                    self._decide(self._make_anew(helped))
            else:
                return

    def _make_anew(self, name: str) -> str:
        """Make a pod anew that the scheduler has forgotten: of some of what may help a pod it takes no note, and looks
        at it again after five minutes."""
        self.counted["forgotten"] += 1
        made = self._forget(name)
        self.real.server.delete(made.manifest)
        anew = self._make(made.kind, made.only)
        if name in self.nominated:
            self.nominated[anew] = self.nominated.pop(name)
        return anew

    def _follow(self, seconds: float) -> bool:
        """Whether anything happens in time."""
        event = self.real.next_event(seconds)
        if event is not None:
            self._take(event)
        return event is not None

    def _take(self, event: Event) -> None:
        if event.object["kind"] == "PersistentVolumeClaim":
            self._provision(event.object)
        elif event.object["metadata"]["name"] in self.pods:
            self._happened(event)

    def _happened(self, event: Event) -> None:
        name, found = event.object["metadata"]["name"], event.object
        if event.what == "DELETED":
            if name in self.placed:
                self._goes(name)
        elif node := found["spec"].get("nodeName"):
            if not any(name in each for each in (self.placed, self.gone, self.unclear)):
                self._is_placed(name, self.index[node])
        elif "nominatedNodeName" in found["status"]:
            if name not in self.nominated:
                self._is_nominated(name)
        elif (words := _words(found)) and name not in self.waiting:
            self._waits(name, words)

    def _is_nominated(self, name: str) -> None:
        self.nominated[name] = self.planner.rooms(self.pods[name].kind, self.pods[name].only)
        self.waiting.pop(name, None)

    def _goes(self, name: str) -> None:
        """A pod makes room for the one that is nominated, or will be in a moment; it is made anew later."""
        if not self.nominated:
            self._is_nominated(self.deciding)
        self.gone.append(name)
        kind = self.pods[name].kind
        self.planner.cluster.put(kind, self.placed.pop(name), -1)
        self.again.append(self.pods[name])
        self.free_numbers[kind.workload.key].append(self.pods[name].number)
        self._protect(changed={kind.workload.key})

    def _is_placed(self, name: str, node: int, *, is_certain: bool = False) -> None:
        """What the scheduler decides one after the other, it may say in another order: what is not agreed at once is
        looked at again after the next one."""
        kind, only = self.pods[name].kind, self.pods[name].only
        if name in self.nominated:
            self._has_preempted(name, node)
        else:
            rooms = self.planner.rooms(kind, only)
            if not is_certain and not any(isinstance(room, Room) and room.node == node for room in rooms):
                self.unclear[name] = node
                return
            self._is_agreed(name, node, (), rooms)
        self.unclear.pop(name, None)
        self.planner.cluster.put(kind, node)
        self.placed[name] = node
        self.waiting.pop(name, None)
        self._protect(changed={kind.workload.key})
        self._look_again(node)
        for each, where in list(self.unclear.items()):
            if self.unclear.pop(each, None) is not None:
                self._is_placed(each, where)

    def _settle_unclear(self) -> None:
        name, node = next(iter(self.unclear.items()))
        self._is_placed(name, node, is_certain=True)

    def _has_preempted(self, name: str, node: int) -> None:
        rooms = self.nominated.pop(name)
        self._is_agreed(name, node, [self.pods[each].kind for each in self.gone], rooms)
        self.gone.clear()
        self.counted["preemptions"] += 1
        priority = self.pods[name].kind.workload.pod.priority
        sooner = (each for each in self.waiting if self.pods[each].kind.workload.pod.priority > priority)
        self.counted["races"] += any(self._finds_room(each) for each in sooner)

    def _look_again(self, taken: int) -> None:
        """A more important pod may be quicker than the one that made room for itself, which then makes it anew."""
        gone = Counter(self.pods[each].kind for each in self.gone)
        for name, rooms in self.nominated.items():
            if any(room.node == taken and Counter(room.victims) == gone for room in rooms if isinstance(room, Room)):
                self.gone.clear()
                self.nominated[name] = self.planner.rooms(self.pods[name].kind, self.pods[name].only)

    def _is_agreed(self, name: str, node: int, victims: Sequence[Kind], rooms: Sequence[Room] | str) -> None:
        if isinstance(rooms, str):
            self._differs(name, f"goes to {self._room(node, victims)}", rooms)
        elif not any(room.node == node and Counter(room.victims) == Counter(victims) for room in rooms):
            planned = " or ".join(self._room(room.node, room.victims) for room in rooms)
            self._differs(name, f"goes to {self._room(node, victims)}", f"goes to {planned}")
        else:
            self.counted["decisions"] += 1
            self.counted["ties"] += rooms[0].node != node

    def _waits(self, name: str, words: str) -> None:
        if self.nominated.pop(name, None):
            self.gone.clear()
        rooms = self.planner.rooms(self.pods[name].kind, self.pods[name].only)
        if rooms == words:
            self.counted["sentences"] += 1
        else:
            planned = rooms if isinstance(rooms, str) else f"goes to {self._room(rooms[0].node, rooms[0].victims)}"
            self._differs(name, words, planned)
            self.disputed.add(name)
        self.waiting[name] = words

    def _ask_again(self) -> None:
        """Make one more pod of all that wait: what is said of them is true to what is there in the end."""
        for kind, only in dict.fromkeys((self.pods[name].kind, self.pods[name].only) for name in self.waiting):
            name = self._make(kind, only)
            self._decide(name)
            self.waiting.pop(name, None)

    def _finds_room(self, name: str) -> bool:
        return name not in self.disputed and not isinstance(
            self.planner.rooms(self.pods[name].kind, self.pods[name].only), str
        )

    def _room(self, node: int, victims: Iterable[Kind]) -> str:
        names = sorted(each.workload.name for each in victims)
        return self.nodes[node].name + (f" instead of {', '.join(names)}" if names else "")

    def _differs(self, name: str, real: str, planned: str) -> None:
        self.differences.append(Difference(self.lab.name, self.pods[name].kind.workload.name, real, planned))

    def _provision(self, found: Manifest) -> None:
        """Make the volume of a claim whose first pod has its node, where that is."""
        metadata = found["metadata"]
        node = metadata.get("annotations", {}).get(SELECTED_NODE)
        if node not in self.index or "volumeName" in found["spec"]:
            return
        zone = self.nodes[self.index[node]].labels.get(ZONE_LABEL)
        made = volume(metadata["name"], metadata["namespace"], (zone,) if zone else ())
        self.real.server.create(made)
        self.real.server.patch(
            found,
            {"metadata": {"annotations": {BOUND: "yes"}}, "spec": {"volumeName": made["metadata"]["name"]}},
        )

    def _protect(self, changed: set[Key] | None = None) -> None:
        """Do what the controller of disruption budgets does: say how many pods each lets go."""
        for kind in self.planner.cluster.kinds:
            workload = kind.workload
            if workload.max_unavailable is None:
                continue
            made = budget(self.lab.name, workload)
            if changed is None:
                self.real.server.create(made)
            elif workload.key in changed:
                desired = max(0, workload.replicas - workload.max_unavailable)
                healthy = sum(self.pods[name].kind is kind for name in self.placed)
                status = {
                    "disruptionsAllowed": max(0, healthy - desired),
                    "currentHealthy": healthy,
                    "desiredHealthy": desired,
                    "expectedPods": workload.replicas,
                }
                self.real.server.patch(made, {"status": status}, "status")

    def _age(self) -> None:
        """Say of each pod that is placed when it started, one second after the other in the order of their making."""
        for second, name in enumerate(name for name in self.pods if name in self.placed):
            started = f"2026-01-01T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"
            self.real.server.patch(self.pods[name].manifest, {"status": {"startTime": started}}, "status")

    def _result(self, planned: dict[Key, int]) -> Result:
        real: dict[Kind, int] = defaultdict(int)
        for name in self.waiting:
            real[self.pods[name].kind] += 1
        verdicts = tuple(
            Verdict(
                self.lab.name,
                kind.workload.name,
                real[kind],
                planned.get(kind.workload.key, 0),
            )
            for kind in self.planner.cluster.kinds
            if kind.workload.is_steady
        )
        counted = self.counted
        return Result(
            verdicts,
            counted["decisions"],
            counted["ties"],
            counted["races"],
            counted["preemptions"],
            counted["sentences"],
            counted["forgotten"],
            tuple(self.differences),
        )


def _namespace(name: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def _words(found: Manifest) -> str | None:
    """Why the scheduler finds no place for a pod."""
    for condition in found.get("status", {}).get("conditions", ()):
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            return condition.get("message")
    return None
