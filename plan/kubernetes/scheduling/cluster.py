"""A cluster while pods are put on its nodes and taken off again. Amounts are arrays, one column for each node."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from plan.cluster.nodes import ZONE_LABEL
from plan.kubernetes.scheduling.kinds import Kind
from plan.kubernetes.scheduling.selection import Selection
from plan.model import Node, NodeUse
from plan.model.constraints import HOSTNAME, Selector
from plan.model.resources import CPU, MEMORY

Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
Port = tuple[str, int]
Counted = TypeVar("Counted")


class Domains(NamedTuple):
    """The values of a node's label."""

    codes: Integers
    """For each node the number of its value; -1 where it has none."""
    size: int
    """How many values there are."""
    everywhere: bool
    """Whether all nodes have the label."""


class Demand(NamedTuple):
    """Amounts that one pod takes of a node, in the cluster's own numbering."""

    rows: Integers
    amounts: Integers
    """As a column, so that it can be added to those of all nodes."""
    compared: Integers


class Cluster:
    """The nodes of a cluster and the pods on them."""

    def __init__(self, nodes: Iterable[Node], kinds: Iterable[Kind]) -> None:
        """Empty nodes, and the kinds of pods that will be put there."""
        self.nodes: Sequence[Node] = tuple(nodes)
        self.has_soft_taints = any(node.soft_taints for node in self.nodes)
        self.kinds: Sequence[Kind] = tuple(kinds)
        self.order: Mapping[Kind, int] = {kind: place for place, kind in enumerate(self.kinds)}
        self.selection = Selection(self.kinds)
        names = dict.fromkeys((CPU, MEMORY, *(name for kind in self.kinds for name in kind.requests)))
        self.rows: Mapping[str, int] = {name: row for row, name in enumerate(names)}
        self.allocatable = _table([[node.allocatable.get(name, 0) for node in self.nodes] for name in names])
        self.used = np.zeros_like(self.allocatable)
        self.compared = np.zeros((2, len(self.nodes)), np.int64)
        self.slots = _table([node.volume_slots for node in self.nodes])
        self.volumes = np.zeros_like(self.slots)
        self.pods: Sequence[Counter[Kind]] = [Counter() for _ in self.nodes]
        priorities = sorted({kind.workload.pod.priority for kind in self.kinds})
        self._ranks: Mapping[int, int] = {priority: rank for rank, priority in enumerate(priorities)}
        self._kept = np.zeros((len(priorities), *self.used.shape), np.int64)
        self._lesser = np.zeros((len(priorities), len(self.nodes)), np.int64)
        self._zones: dict[tuple[str, str], int] = {}
        self._claims: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
        self._ports: dict[Port, Counter[int]] = defaultdict(Counter)
        self._where: dict[Kind, Counter[int]] = defaultdict(Counter)
        self._demands: dict[Kind, Demand] = {}
        self._domains: dict[str, Domains] = {}

    def put(self, kind: Kind, index: int, count: int = 1) -> None:
        """Put pods onto a node, or with a negative count take them off."""
        demand = self.demand(kind)
        amounts = demand.amounts[:, 0] * count
        rank = self._ranks[kind.workload.pod.priority]
        self.used[demand.rows, index] += amounts
        self._kept[: rank + 1, demand.rows, index] += amounts
        self._lesser[rank + 1 :, index] += count
        self.compared[:, index] += demand.compared * count
        self.volumes[index] += kind.own_volumes * count
        for claim in kind.claims:
            was_mounted = self._claims[claim][index] > 0
            self._zones.setdefault(claim, int(self.domains(ZONE_LABEL).codes[index]))
            self._claims[claim][index] += count
            self.volumes[index] += (self._claims[claim][index] > 0) - was_mounted
        for port in kind.constraints.host_ports:
            self._ports[port][index] += count
        _add(self.pods[index], kind, count)
        _add(self._where[kind], index, count)

    def demand(self, kind: Kind) -> Demand:
        """Demand of a pod of a kind."""
        if kind not in self._demands:
            rows = _table([self.rows[name] for name in kind.requests])
            self._demands[kind] = Demand(
                rows, _table([[each] for each in kind.requests.values()]), _table(kind.compared)
            )
        return self._demands[kind]

    def kept(self, kind: Kind) -> Integers:
        """Amounts that stay used if all pods less important than this kind are gone."""
        return self._kept[self._ranks[kind.workload.pod.priority]]

    def lesser(self, kind: Kind) -> Integers:
        """Numbers of pods that are less important than this kind, by node."""
        return self._lesser[self._ranks[kind.workload.pod.priority]]

    def further_volumes(self, kind: Kind, index: int) -> int:
        """Volume slots that one more pod of a kind would take. A volume takes one, however many pods mount it."""
        return kind.own_volumes + sum(not self._claims[claim][index] > 0 for claim in kind.claims)

    def reaches(self, kind: Kind) -> Booleans:
        """The nodes from which the volumes are in reach that a kind of pods has already, or where they can be made.
        One that it shares and that is new was made in the zone of its first pod."""
        constraints = kind.constraints
        reached = np.ones(len(self.nodes), np.bool_)
        if zones := constraints.volume_zones:
            reached = np.array([node.labels.get(ZONE_LABEL) in zones for node in self.nodes])
            if not constraints.volumes_are_new:
                return reached
        codes, *_ = self.domains(ZONE_LABEL)
        for zone in {self._zones[claim] for claim in kind.claims if claim in self._zones}:
            reached &= codes == zone
        return reached

    def has_port(self, kind: Kind, index: int, *, of_lesser: bool = True) -> bool:
        """Whether a node's ports that a kind of pods wants are taken, those `of_lesser` importance counted or not."""
        ports = frozenset(kind.constraints.host_ports)
        if of_lesser or not ports:
            return any(self._ports[port][index] > 0 for port in ports)
        least = kind.workload.pod.priority
        staying = (each for each in self.pods[index] if each.workload.pod.priority >= least)
        return any(not ports.isdisjoint(each.constraints.host_ports) for each in staying)

    def domains(self, key: str) -> Domains:
        """The values of a label; a node's name is one of them."""
        if key not in self._domains:
            numbers: dict[str, int] = {}
            codes = [
                -1 if value is None else numbers.setdefault(value, len(numbers))
                for value in (node.labels.get(key, node.name if key == HOSTNAME else None) for node in self.nodes)
            ]
            self._domains[key] = Domains(_table(codes), len(numbers), -1 not in codes)
        return self._domains[key]

    def total(self, kind: Kind) -> int:
        """How many pods of a kind there are."""
        return self._where[kind].total()

    def near(self, of: Kind, selector: Selector, topology_key: str, among: Booleans | None = None) -> Integers:
        """How many pods there are that a selector of a kind means, by the number of a label's value; the last is of
        nodes without it. `among` are the nodes that count."""
        return self.where(self.selection.selected(of, selector), topology_key, among)

    def where(self, kinds: Iterable[Kind], topology_key: str, among: Booleans | None = None) -> Integers:
        """The same of some kinds of pods."""
        codes, size, _ = self.domains(topology_key)
        counts = np.zeros(size + 1, np.int64)
        for kind in kinds:
            for index, count in self._where[kind].items():
                if codes[index] >= 0 and (among is None or among[index]):
                    counts[codes[index]] += count
        return counts

    def uses(self) -> tuple[NodeUse, ...]:
        """Use of each node."""
        return tuple(self._use(index) for index in range(len(self.nodes)))

    def _use(self, index: int) -> NodeUse:
        pods = self.pods[index]
        limits: Counter[str] = Counter()
        for kind, count in pods.items():
            for name, amount in kind.limits.items():
                limits[name] += amount * count
        return NodeUse(
            node=self.nodes[index],
            requests={name: amount for name, row in self.rows.items() if (amount := int(self.used[row, index]))},
            limits=dict(limits),
            volumes=int(self.volumes[index]),
            pods=pods.total(),
            workloads=tuple((kind.workload, count) for kind, count in pods.items()),
        )


def _add(counts: Counter[Counted], key: Counted, count: int) -> None:
    """Add to or subtract from a count; keys with a count of 0 are removed."""
    counts[key] += count
    if not counts[key]:
        del counts[key]


def _table(values: Sequence[int] | Sequence[Sequence[int]]) -> Integers:
    return np.array(values, np.int64)
