"""Outcome of a lab on the control plane: pods that run, that wait and why, that were refused and by whom."""

import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from operations.clients.kubernetes import Api, Applied, Refused
from plan.model import Manifest, Pending, Workload
from rehearsal.control_plane.volumes import attached_volumes

Key = tuple[str, str, str]
"""Namespace, kind and name of a controller."""


def written_key(key: Key) -> str:
    """A controller as `namespace/kind/name`."""
    namespace, kind, name = key
    return f"{namespace}/{kind}/{name}" if namespace else f"{kind}/{name}"


By = Literal["quota", "LimitRange", "Kyverno", "API server"]

CONTROLLERS = ("Deployment", "StatefulSet", "DaemonSet")
QUIET_SECONDS = 4
"""Nothing has changed for so long: it has settled."""
BOUND_SOON_SECONDS = 12
"""As above, where a pod waits for a claim: bound meanwhile, it is tried again after at most 10 s, the scheduler's
`podMaxBackoffSeconds`."""
MADE_SOON_SECONDS = 30
"""As above, where a pod is missing and nobody says why: its controller, the scheduler or the node is slow."""

_REFUSERS: tuple[tuple[By, str], ...] = (
    ("quota", r"exceeded quota|failed quota|insufficient quota"),
    ("LimitRange", r"(maximum|minimum) \S+ usage per|must be (less|greater) than or equal to"),
    ("Kyverno", r"kyverno"),
)


class Refusal(NamedTuple):
    """Something that was not let in."""

    what: Key
    by: By
    message: str
    """In the API server's words, or the policy's."""


class WorkloadState(NamedTuple):
    """A controller and its pods."""

    key: Key
    wanted: int
    running: int
    waiting: Mapping[str, int]
    """Pods that no node takes, by the scheduler's words."""

    @property
    def missing(self) -> int:
        """Pods that should be there and are not."""
        return max(0, self.wanted - self.running - sum(self.waiting.values())) - self.behind

    @property
    def behind(self) -> int:
        """Pods that are not made yet because a statefulset waits for the one before them."""
        if self.key[1] != "StatefulSet" or not self.waiting:
            return 0
        return max(0, self.wanted - self.running - sum(self.waiting.values()))


class NodeState(NamedTuple):
    """Pods and volumes of a node."""

    name: str
    pods: int
    volumes: int
    workloads: Mapping[Key, int] = {}
    """How many of the pods are whose."""


class Outcome(NamedTuple):
    """A lab on the control plane, once it has settled."""

    workloads: tuple[WorkloadState, ...]
    refusals: tuple[Refusal, ...]
    nodes: tuple[NodeState, ...]
    settled: bool = False
    """False where things still changed when we stopped waiting."""
    seconds: float = 0
    """After which nothing changed any more."""
    placing_seconds: float = 0
    """From when the first pod was made until the last one had its node, in whole seconds, as the API server tells."""

    @property
    def running(self) -> int:
        """Pods that run."""
        return sum(each.running for each in self.workloads)

    @property
    def waiting(self) -> tuple[WorkloadState, ...]:
        """Workloads that have pods which no node takes."""
        return tuple(each for each in self.workloads if each.waiting)

    @property
    def is_complete(self) -> bool:
        """Whether everything runs and nothing was refused."""
        whole = all(each.running >= each.wanted for each in self.workloads)
        return self.settled and whole and not self.refusals


def settle(api: Api, applied: Iterable[Applied], seconds: float = 300) -> Outcome:
    """Wait until nothing changes any more, and say what is the case. `applied` is what came of the objects."""
    applied = list(applied)
    start = time.monotonic()
    last, since = _observe(api, applied), start
    while time.monotonic() - start < seconds:
        time.sleep(1)
        now = _observe(api, applied)
        if now != last:
            last, since = now, time.monotonic()
        elif time.monotonic() - since >= _quiet_seconds(now):
            return last._replace(settled=True, seconds=since - start)
    return last._replace(seconds=since - start)


def _quiet_seconds(outcome: Outcome) -> float:
    explained = {each.what for each in outcome.refusals}
    if any(each.missing and each.key not in explained for each in outcome.workloads):
        return MADE_SOON_SECONDS
    words = (each for workload in outcome.waiting for each in workload.waiting)
    return BOUND_SOON_SECONDS if any("unbound immediate" in each for each in words) else QUIET_SECONDS


def _observe(api: Api, applied: Iterable[Applied]) -> Outcome:
    pods = api.list("v1", "Pod")
    sets = _deployments(api)
    workloads = _workloads(api, pods, sets)
    refused = [
        Refusal(_key(each.manifest), who_refused(each.refused), each.refused.message)
        for each in applied
        if each.refused
    ]
    missing = {each.key for each in workloads if each.missing}
    refusals = (*refused, *_refused_pods(api, missing))
    return Outcome(workloads, refusals, _nodes(api, pods, sets), placing_seconds=placing_seconds(pods))


def _workloads(api: Api, pods: Iterable[Manifest], sets: Mapping[Key, Key]) -> tuple[WorkloadState, ...]:
    running: Counter[Key] = Counter()
    waiting: dict[Key, Counter[str]] = defaultdict(Counter)
    for pod in pods:
        key = _owner(pod, sets)
        if key is None or "deletionTimestamp" in pod["metadata"]:
            continue
        if pod["status"]["phase"] == "Running":
            running[key] += 1
        elif words := unschedulable(pod):
            waiting[key][words] += 1
    controllers = [each for kind in CONTROLLERS for each in api.list("apps/v1", kind)]
    return tuple(
        WorkloadState(_key(each), _wanted(each), running[_key(each)], dict(waiting[_key(each)]))
        for each in sorted(controllers, key=_key)
    )


def unschedulable(pod: Manifest) -> str | None:
    """The scheduler's words on a pod that it finds no node for."""
    for condition in pod["status"].get("conditions", ()):
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            return condition.get("message", condition.get("reason", ""))
    return None


def placing_seconds(pods: Iterable[Manifest]) -> float:
    """How long it took to place pods, from when the first of them was made."""
    times = [
        (pod["metadata"]["creationTimestamp"], condition["lastTransitionTime"])
        for pod in pods
        for condition in pod["status"].get("conditions", ())
        if condition["type"] == "PodScheduled" and condition["status"] == "True"
    ]
    if not times:
        return 0
    first, last = min(made for made, _ in times), max(placed for _, placed in times)
    return (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds()


def who_refused(refused: Refused) -> By:
    """The refusing part, as far as the message shows it."""
    return _refuser(refused.message)


def _refuser(message: str) -> By:
    for by, pattern in _REFUSERS:
        if re.search(pattern, message):
            return by
    return "API server"


def _refused_pods(api: Api, missing: set[Key]) -> Iterable[Refusal]:
    """Refusals that the controllers of missing pods got, the last time that they tried."""
    if not missing:
        return ()
    sets = _deployments(api)
    told: dict[Key, str] = {}
    for event in sorted(api.list("v1", "Event", fields="reason=FailedCreate"), key=_time):
        about = event["involvedObject"]
        key = (about["namespace"], about["kind"], about["name"])
        told[sets.get(key, key)] = event["message"].removeprefix("(combined from similar events): ")
    return [Refusal(key, _refuser(told[key]), told[key]) for key in sorted(missing & told.keys())]


def _time(event: Manifest) -> str:
    return event.get("lastTimestamp") or event.get("eventTime") or ""


def _deployments(api: Api) -> dict[Key, Key]:
    """The deployment of each replica set."""
    return {
        _key(each): (each["metadata"]["namespace"], owner["kind"], owner["name"])
        for each in api.list("apps/v1", "ReplicaSet")
        for owner in each["metadata"].get("ownerReferences", ())
    }


def _owner(pod: Manifest, sets: Mapping[Key, Key]) -> Key | None:
    for owner in pod["metadata"].get("ownerReferences", ()):
        key = (pod["metadata"]["namespace"], owner["kind"], owner["name"])
        return sets.get(key, key)
    return None


def _wanted(controller: Manifest) -> int:
    if controller["kind"] == "DaemonSet":
        return controller["status"].get("desiredNumberScheduled", 0)
    return controller["spec"]["replicas"]


def _nodes(api: Api, pods: Iterable[Manifest], sets: Mapping[Key, Key]) -> tuple[NodeState, ...]:
    held: Counter[str] = Counter()
    whose: dict[str, Counter[Key]] = defaultdict(Counter)
    for pod in pods:
        if pod["status"]["phase"] == "Running":
            name = pod["spec"].get("nodeName")
            held[name] += 1
            if (key := _owner(pod, sets)) is not None:
                whose[name][key] += 1
    volumes = attached_volumes(api)
    names = (each["metadata"]["name"] for each in api.list("v1", "Node"))
    return tuple(NodeState(name, held[name], volumes.get(name, 0), dict(whose[name])) for name in names)


def _key(each: Manifest) -> Key:
    return each["metadata"].get("namespace", ""), each["kind"], each["metadata"]["name"]


class Disagreement(NamedTuple):
    """Pods that wait, in number, according to the control plane and to the planner."""

    key: Key
    waiting: int
    planned: int


def disagreements(outcome: Outcome, planned: Iterable[Pending]) -> list[Disagreement]:
    """Where the planner foresaw another number of waiting pods than there are. Pods of a statefulset wait, too, that
    are not made yet because the one before them waits."""
    predicted = {key_of(each.workload): each.pods for each in planned}
    found = {each.key: sum(each.waiting.values()) + each.behind for each in outcome.waiting}
    keys = sorted(predicted.keys() | found.keys())
    pairs = (Disagreement(key, found.get(key, 0), predicted.get(key, 0)) for key in keys)
    return [each for each in pairs if each.waiting != each.planned]


def key_of(workload: Workload) -> Key:
    """The controller that stands for a planned workload."""
    kind = "StatefulSet" if workload.controller == "Cluster" else workload.controller
    return workload.namespace, kind, workload.name
