"""A cluster while pods are put on its nodes and taken off again."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from config.quantity import Cpu, Memory
from plan.constraints import DEFAULT_SPREAD, HOSTNAME, Constraints, Selector, Spread
from plan.model import Node, ResourceList, Workload
from plan.nodes import PODS
from plan.resources import CPU, MEMORY, added, pod_limits, pod_requests

UNSTATED_CPU, UNSTATED_MEMORY = Cpu.parse("100m"), Memory.parse("200Mi")
"""What a container that states no request counts for when nodes are compared (`GetNonzeroRequests`)."""


@dataclass(frozen=True, eq=False)
class Kind:
    """The pods of a workload, which are all alike."""

    workload: Workload

    @property
    def constraints(self) -> Constraints:
        """What they ask of their place."""
        return self.workload.pod.constraints

    @cached_property
    def requests(self) -> ResourceList:
        """What one of them takes of a node."""
        requests = {name: amount for name, amount in pod_requests(self.workload.pod).items() if amount}
        return requests | {PODS: 1}

    @cached_property
    def compared(self) -> tuple[int, int]:
        """CPU and memory that it counts for when nodes are compared."""
        filled = self.workload.pod._replace(
            containers=tuple(
                each._replace(requests={CPU: UNSTATED_CPU, MEMORY: UNSTATED_MEMORY, **each.requests})
                for each in self.workload.pod.containers
            )
        )
        requests = pod_requests(filled)
        return requests[CPU], requests[MEMORY]

    @cached_property
    def own_volumes(self) -> int:
        """Block volumes that each of them has for itself."""
        return len(self.workload.pod.block_volumes) if self.workload.controller in ("StatefulSet", "Cluster") else 0

    @cached_property
    def claims(self) -> frozenset[tuple[str, str]]:
        """Block volumes that they share with each other and with other workloads, as service and volume."""
        volumes = () if self.own_volumes else self.workload.pod.block_volumes
        return frozenset((self.workload.service, volume) for volume in volumes)

    @cached_property
    def spread(self) -> tuple[Spread, ...]:
        """What it states, or else the scheduler's own preference for the pods of one controller."""
        return self.constraints.spread or (Spread((), HOSTNAME, DEFAULT_SPREAD, required=False),)

    def is_selected(self, by: "Kind", selector: Selector) -> bool:
        """Whether another pod's selector means this one; an empty one means the other's own kind."""
        if not selector:
            return by is self
        labels = self.constraints.labels
        return self.workload.namespace == by.workload.namespace and all(each.holds(labels) for each in selector)


@dataclass(eq=False)
class Place:
    """A node while it is filled."""

    node: Node
    used: Counter[str] = field(default_factory=Counter[str])
    compared_cpu: int = 0
    compared_memory: int = 0
    own_volumes: int = 0
    claims: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    ports: Counter[tuple[str, int]] = field(default_factory=Counter[tuple[str, int]])
    pods: Counter[Kind] = field(default_factory=Counter[Kind])

    def put(self, kind: Kind, count: int = 1) -> None:
        """Put pods onto the node, or with a negative count take them off."""
        for resource, amount in kind.requests.items():
            self.used[resource] += amount * count
        cpu, memory = kind.compared
        self.compared_cpu += cpu * count
        self.compared_memory += memory * count
        self.own_volumes += kind.own_volumes * count
        for claim in kind.claims:
            self.claims[claim] += count
        for port in kind.constraints.host_ports:
            self.ports[port] += count
        self.pods[kind] += count
        if not self.pods[kind]:
            del self.pods[kind]

    def label(self, key: str) -> str | None:
        """A label of the node; its name is one of them."""
        return self.node.labels.get(key, self.node.name if key == HOSTNAME else None)

    @property
    def volumes(self) -> int:
        """Volume slots that are taken. A volume takes one, however many pods of the node mount it."""
        return self.own_volumes + sum(mounts > 0 for mounts in self.claims.values())

    def further_volumes(self, kind: Kind) -> int:
        """Volume slots that one more pod of a kind would take."""
        return kind.own_volumes + sum(not self.claims[claim] for claim in kind.claims)

    @property
    def limits(self) -> dict[str, int]:
        """What the pods on the node may use, as far as they state limits."""
        return added(
            *(
                {name: amount * count for name, amount in pod_limits(kind.workload.pod).items()}
                for kind, count in self.pods.items()
            )
        )


class Cluster:
    """The nodes of a cluster and the pods on them."""

    def __init__(self, nodes: Iterable[Node], kinds: Iterable[Kind]) -> None:
        """Empty nodes, and the kinds of pods that will be put there."""
        self.places: Sequence[Place] = [Place(node) for node in nodes]
        self.kinds: Sequence[Kind] = tuple(kinds)
        self.with_terms: Sequence[Kind] = [kind for kind in self.kinds if _has_terms(kind.constraints)]
        """Pods whose terms other pods are held against."""
        self._where: dict[Kind, Counter[Place]] = defaultdict(Counter)
        self._selected: dict[tuple[Kind, Selector], Sequence[Kind]] = {}

    def put(self, kind: Kind, place: Place, count: int = 1) -> None:
        """Put pods onto a node, or with a negative count take them off."""
        place.put(kind, count)
        self._where[kind][place] += count

    def near(self, of: Kind, selector: Selector, topology_key: str) -> Counter[str]:
        """How many pods that a selector of a kind means there are, by value of a node's label."""
        if (of, selector) not in self._selected:
            self._selected[of, selector] = [kind for kind in self.kinds if kind.is_selected(of, selector)]
        counts: Counter[str] = Counter()
        for kind in self._selected[of, selector]:
            counts.update(self.where(kind, topology_key))
        return counts

    def where(self, kind: Kind, topology_key: str) -> Counter[str]:
        """How many pods of a kind there are, by value of a node's label."""
        counts: Counter[str] = Counter()
        for place, count in self._where[kind].items():
            value = place.label(topology_key)
            if value is not None:
                counts[value] += count
        return counts


def _has_terms(constraints: Constraints) -> bool:
    return bool(constraints.apart or constraints.near or constraints.preferred)
