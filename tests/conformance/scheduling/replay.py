"""One lab on the real scheduler, pod after pod, compared with the planner.

Each pod is made when the one before it is decided, in the order in which the planner takes them. Of several equally
good nodes the real scheduler takes any: the planner is asked which are, and then follows the real one. So a tie is
proven to be one, and does not carry on into what comes after.
"""

from collections import Counter
from collections.abc import Callable
from heapq import heapify, heappop, heappush
from itertools import count

from plan.cluster.nodes import ZONE_LABEL
from plan.kubernetes.scheduling import Kind, Scheduler, place
from tests.conformance.scheduling.agreement import Agreement, Result, Rooms, Verdict
from tests.conformance.scheduling.objects import node_objects
from tests.conformance.scheduling.real import SECONDS, Event, RealScheduler, reason_in
from tests.conformance.scheduling.stage import Key, Made, Stage

FORGOTTEN = 4
"""Seconds in which the scheduler says something of a pod that it looks at, however busy the machine is."""
AT_ONCE = 0.5
"""Seconds within which it says all that it has decided."""


class Replay:
    """A lab while it is scheduled."""

    def __init__(
        self, real: RealScheduler, stage: Stage, wait_for_nodes: Callable[[int, Callable[[Event], None]], None]
    ) -> None:
        self.real, self.stage, self.lab, self.wait_for_nodes = real, stage, stage.lab, wait_for_nodes
        self.workloads = (*self.lab.first, *self.lab.then)
        self.nodes = self.lab.nodes
        self.planner = Scheduler(self.nodes, self.workloads)
        self.agreement = Agreement(self.lab.name)
        self.placed: dict[str, str] = {}
        """The node of each pod that has one."""
        self.waiting: dict[str, str] = {}
        """Why each pod waits that does."""
        self.deciding = ""
        self.nominated: dict[str, Rooms] = {}
        """Pods for which others go, and the rooms that the planner would have made for them."""
        self.gone: list[Made] = []
        """Pods that were evicted."""
        self.again: list[Made] = []
        """Pods among them that are to be recreated."""
        self.unclear: dict[str, str] = {}
        """Pods with a node on which the planner would not have placed them as things stand."""
        self.disputed: set[str] = set()
        """Pods that wait, and for which the planner sees room."""
        self._arrivals = count()

    def run(self) -> Result:
        """Schedule everything, and say how far the planner agrees."""
        early: set[Key] = {each.key for each in self.lab.first}
        self._fill(early)
        planned = place(self.nodes, self.lab.first)
        if self.lab.then or self.lab.lost:
            self.stage.start(self.placed)
            if self.lab.lost:
                self._lose(self.lab.lost)
            self.stage.update_budgets(early, self.placed)
            self._fill({each.key for each in self.workloads})
            planned = place(self.nodes, self.workloads, planned[0])
        self._ask_again()
        really = Counter(self.stage.pods[name].kind.workload.key for name in self.waiting)
        expected = {each.workload.key: each.pods for each in planned[1]}
        return self.agreement.result(
            Verdict(self.lab.name, each.name, really[each.key], expected.get(each.key, 0)) for each in self.workloads
        )

    def _fill(self, keys: set[Key]) -> None:
        """Make each pod that does not run yet, in the planner's order, and let it be decided."""
        pods = self.stage.pods
        waiting = Counter((pods[name].kind, pods[name].only) for name in self.waiting)
        queue: list[tuple[tuple[int, int], Kind, str | None]] = []
        for order, kind, index in self.planner.missing(self._arrivals):
            only = None if index is None else self.nodes[index].name
            if kind.workload.key not in keys:
                continue
            if waiting[kind, only]:
                waiting[kind, only] -= 1
            else:
                queue.append((order, kind, only))
        heapify(queue)
        while queue:
            _, kind, only = heappop(queue)
            self._decide(self.stage.make(kind, only))
            while self.again:
                victim = self.again.pop(0)
                order = -victim.kind.workload.pod.priority, next(self._arrivals)
                heappush(queue, (order, victim.kind, victim.only))

    def _lose(self, lost: str) -> None:
        """Let a node die, and take its pods away: they are recreated, those of daemonsets aside."""
        gone = [name for name, node in self.placed.items() if node == lost]
        gone += [name for name in self.waiting if self.stage.pods[name].only == lost]
        (node,) = (each for each in self.nodes if each.name == lost)
        self.nodes = tuple(each for each in self.nodes if each is not node)
        for each in reversed(node_objects(node)):
            self.real.server.delete(each)
        for name in gone:
            self._take_away(name)
        self.planner = Scheduler(self.nodes, self.workloads)
        kinds = {kind.workload.key: kind for kind in self.planner.cluster.kinds}
        for name, made in self.stage.pods.items():
            self.stage.pods[name] = made._replace(kind=kinds[made.kind.workload.key])
        for name, there in self.placed.items():
            self.planner.cluster.put(self.stage.pods[name].kind, self._index(there))
        self.wait_for_nodes(len(self.nodes), self._happened)

    def _take_away(self, name: str) -> Made:
        self.placed.pop(name, None)
        self.waiting.pop(name, None)
        return self.stage.remove(name)

    def _ask_again(self) -> None:
        """Make one more pod of all that wait: what is said of them is true to what is there in the end."""
        pods = self.stage.pods
        for kind, only in dict.fromkeys((pods[name].kind, pods[name].only) for name in self.waiting):
            name = self.stage.make(kind, only)
            self._decide(name)
            self.waiting.pop(name, None)

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
                    self._is_placed(*next(iter(self.unclear.items())), is_certain=True)
            elif helped := next((each for each in self.waiting if self._finds_room(each)), None):
                if not self._follow(FORGOTTEN):
                    self._decide(self._make_anew(helped))
            else:
                return

    def _make_anew(self, name: str) -> str:
        """Make a pod anew that the scheduler has forgotten: of some of what may help a pod it takes no note, and looks
        at it again after five minutes."""
        self.agreement.counted["forgotten"] += 1
        made = self._take_away(name)
        anew = self.stage.make(made.kind, made.only)
        if name in self.nominated:
            self.nominated[anew] = self.nominated.pop(name)
        return anew

    def _follow(self, seconds: float) -> bool:
        """Whether anything happens in time."""
        event = self.real.next_event(seconds)
        if event is not None:
            self._happened(event)
        return event is not None

    def _happened(self, event: Event) -> None:
        name, found = event.object["metadata"]["name"], event.object
        if found["kind"] == "PersistentVolumeClaim":
            self.stage.provision(found, {each.name: each.labels.get(ZONE_LABEL) for each in self.nodes})
        elif name not in self.stage.pods:
            return
        elif event.what == "DELETED":
            if name in self.placed:
                self._goes(name)
        elif node := found["spec"].get("nodeName"):
            if name not in self.placed and name not in self.unclear and self.stage.pods[name] not in self.gone:
                self._is_placed(name, node)
        elif "nominatedNodeName" in found["status"]:
            if name not in self.nominated:
                self._is_nominated(name)
        elif (words := reason_in(found)) and name not in self.waiting:
            self._waits(name, words)

    def _is_nominated(self, name: str) -> None:
        self.nominated[name] = self._rooms(name)
        self.waiting.pop(name, None)

    def _goes(self, name: str) -> None:
        """A pod makes room for the one that is nominated, or will be in a moment; it is recreated later."""
        if not self.nominated:
            self._is_nominated(self.deciding)
        made = self.stage.pods[name]
        self.planner.cluster.put(made.kind, self._index(self.placed.pop(name)), -1)
        self.gone.append(made)
        self.again.append(made)
        self.stage.release(made)
        self.stage.update_budgets({made.kind.workload.key}, self.placed)

    def _is_placed(self, name: str, node: str, *, is_certain: bool = False) -> None:
        """The scheduler may report its decisions in another order than it made them: one that does not agree at once is
        checked again after the next one."""
        kind = self.stage.pods[name].kind
        if name in self.nominated:
            self._has_preempted(name, node)
        else:
            rooms = self._rooms(name)
            if not is_certain and not any(each == node for each, _ in rooms.found):
                self.unclear[name] = node
                return
            self.agreement.place(kind, node, (), rooms)
        self.unclear.pop(name, None)
        self.planner.cluster.put(kind, self._index(node))
        self.placed[name] = node
        self.waiting.pop(name, None)
        self.stage.update_budgets({kind.workload.key}, self.placed)
        self._look_again(node)
        for each, where in list(self.unclear.items()):
            if self.unclear.pop(each, None) is not None:
                self._is_placed(each, where)

    def _has_preempted(self, name: str, node: str) -> None:
        kind = self.stage.pods[name].kind
        self.agreement.place(kind, node, [each.kind for each in self.gone], self.nominated.pop(name))
        self.gone.clear()
        sooner = (each for each in self.waiting if self._priority(each) > kind.workload.pod.priority)
        self.agreement.counted["preemptions"] += 1
        self.agreement.counted["races"] += any(self._finds_room(each) for each in sooner)

    def _look_again(self, taken: str) -> None:
        """A more important pod may be quicker than the one that made room for itself, which then recreates it."""
        for name, rooms in self.nominated.items():
            if rooms.include(taken, [each.kind for each in self.gone]):
                self.gone.clear()
                self.nominated[name] = self._rooms(name)

    def _waits(self, name: str, words: str) -> None:
        kind, rooms = self.stage.pods[name].kind, self.nominated.pop(name, None)
        if rooms and self.gone:
            victims = [each.kind for each in self.gone]
            if not any(rooms.include(node, victims) for node, _ in rooms.found):
                self.agreement.differ(kind, f"pushes out {len(victims)} and waits", str(rooms))
            self.gone.clear()
        if not self.agreement.words(kind, words, self._rooms(name)):
            self.disputed.add(name)
        self.waiting[name] = words

    def _rooms(self, name: str) -> Rooms:
        made = self.stage.pods[name]
        only = None if made.only is None else self._index(made.only)
        return Rooms.of(self.planner.rooms(made.kind, only), [each.name for each in self.nodes])

    def _finds_room(self, name: str) -> bool:
        return name not in self.disputed and bool(self._rooms(name).found)

    def _priority(self, name: str) -> int:
        return self.stage.pods[name].kind.workload.pod.priority

    def _index(self, node: str) -> int:
        return next(index for index, each in enumerate(self.nodes) if each.name == node)
