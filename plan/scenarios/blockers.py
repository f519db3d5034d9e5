"""Reasons for which no node takes a pod even if nothing else ran."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from plan.cluster.nodes import ZONE_LABEL, matches, untolerated
from plan.kubernetes.scheduling.kinds import Kind
from plan.model import Node, Pod, Workload
from plan.model.constraints import HOSTNAME, AffinityTerm, Requirement, Selector, Spread
from plan.model.placement import Cause, NoPlace
from plan.model.resources import pod_requests

SLOTS = "volume slots"
Place = Literal["node_selector", "placement.affinity"]


class MissingLabel(NamedTuple):
    """No node has a label that the pod asks for."""

    requirement: Requirement
    place: Place
    seen: tuple[str, ...]
    """Values of the label that nodes have."""


class NoNodeWithAll(NamedTuple):
    """Each label that the pod asks for is on some node, and all of them are on none."""

    selector: Selector
    place: Place


class Tainted(NamedTuple):
    """All nodes with the labels that the pod asks for have a taint that it does not tolerate."""

    taints: tuple[str, ...]
    nodes: tuple[str, ...]
    selects: bool
    """Whether the pod asks for labels, so that these nodes are not all there are."""


class TooLarge(NamedTuple):
    """The pod asks for more than any node that lets it in has when it is empty."""

    resource: str
    asked: int
    most: int
    node: str
    """The node that has the most."""
    larger: tuple[str, ...] = ()
    """Nodes that have enough, and that the labels which the pod asks for leave out."""


class TooLargeTogether(NamedTuple):
    """For each resource there is a node that has enough of it, and none has enough of all of them."""

    resources: tuple[str, ...]
    asked: tuple[int, ...]


class OutOfReach(NamedTuple):
    """The storage of its volumes is on other hosts than the nodes that let the pod in."""

    volumes: tuple[str, ...]
    hosts: tuple[str, ...]
    """The hosts that have the storage."""


class OnePerNode(NamedTuple):
    """Each pod takes the same ports of its node, and there are more pods than nodes."""

    ports: tuple[tuple[str, int], ...]
    nodes: int


class PortsTaken(NamedTuple):
    """Others take a port on each of the nodes."""

    ports: tuple[tuple[str, int], ...]
    holders: tuple[str, ...]


class OnePerDomain(NamedTuple):
    """Its pods keep apart from each other, and there are fewer places apart than pods."""

    topology_key: str
    domains: int


class KeptApart(NamedTuple):
    """It keeps apart from others, or they from it, and they are everywhere."""

    others: tuple[str, ...]
    topology_key: str


class NothingNear(NamedTuple):
    """It must be near pods that are not there, or where no node takes it."""

    selector: Selector
    others: tuple[str, ...]
    """Workloads of those pods; empty where there are none."""


class SpreadWithoutLabel(NamedTuple):
    """It must be spread over a label that no node has."""

    topology_key: str


class SpreadOverClosed(NamedTuple):
    """It must be spread over places of which some never take it."""

    topology_key: str
    max_skew: int
    closed: tuple[str, ...]


Blocker = (
    MissingLabel
    | NoNodeWithAll
    | Tainted
    | TooLarge
    | TooLargeTogether
    | OutOfReach
    | OnePerNode
    | PortsTaken
    | OnePerDomain
    | KeptApart
    | NothingNear
    | SpreadWithoutLabel
    | SpreadOverClosed
)


def blockers(
    workload: Workload, reason: NoPlace, nodes: Sequence[Node], workloads: Iterable[Workload]
) -> list[Blocker]:
    """Reasons that keep a workload's pods off every node, however empty; none where they merely lack room."""
    pod = workload.pod
    labelled = [node for node in nodes if matches(node, pod)]
    if not labelled:
        return [*_labels(workload, nodes)]
    open_to_it = [node for node in labelled if not untolerated(node, pod)]
    if not open_to_it:
        keys = dict.fromkeys(key for node in labelled for key in untolerated(node, pod))
        selects = len(labelled) < len(nodes)
        return [Tainted(tuple(keys), tuple(node.name for node in labelled), selects)]
    near = [node for node in open_to_it if _reaches(node, workload)]
    if not near:
        return [OutOfReach(pod.block_volumes, pod.constraints.volume_zones)]
    large = [node for node in near if _is_large_enough(node, workload)]
    if not large:
        left_out = [node for node in nodes if not matches(node, pod) and not untolerated(node, pod)]
        return [*_sizes(workload, near, [node for node in left_out if _reaches(node, workload)])]
    return [*_neighbours(workload, reason, large, nodes, workloads)]


def _labels(workload: Workload, nodes: Sequence[Node]) -> Iterator[MissingLabel | NoNodeWithAll]:
    selector = tuple(Requirement(key, "In", (value,)) for key, value in workload.pod.node_selector.items())
    terms = workload.pod.constraints.node_affinity
    if not any(_meets(node, selector) for node in nodes):
        yield from _unmet(selector, "node_selector", nodes)
    elif len(terms) == 1 and not any(_meets(node, terms[0]) for node in nodes):
        yield from _unmet(terms[0], "placement.affinity", nodes)
    else:
        yield NoNodeWithAll((*selector, *(each for term in terms for each in term)), "placement.affinity")


def _meets(node: Node, selector: Selector) -> bool:
    return all(each.holds(node.labels) for each in selector)


def _unmet(selector: Selector, place: Place, nodes: Sequence[Node]) -> Iterator[MissingLabel | NoNodeWithAll]:
    missing = [each for each in selector if not any(each.holds(node.labels) for node in nodes)]
    for each in missing:
        seen = dict.fromkeys(node.labels[each.key] for node in nodes if each.key in node.labels)
        yield MissingLabel(each, place, tuple(seen))
    if not missing:
        yield NoNodeWithAll(selector, place)


def _reaches(node: Node, workload: Workload) -> bool:
    zones = workload.pod.constraints.volume_zones
    return not zones or node.labels.get(ZONE_LABEL) in zones


def _has(node: Node, resource: str) -> int:
    return node.volume_slots if resource == SLOTS else node.allocatable.get(resource, 0)


def _needs(workload: Workload) -> dict[str, int]:
    needs = pod_requests(workload.pod) | {SLOTS: workload.pod.volume_slots}
    return {resource: amount for resource, amount in needs.items() if amount}


def _is_large_enough(node: Node, workload: Workload) -> bool:
    return all(amount <= _has(node, resource) for resource, amount in _needs(workload).items())


def _sizes(
    workload: Workload, nodes: Sequence[Node], left_out: Iterable[Node]
) -> Iterator[TooLarge | TooLargeTogether]:
    needs = _needs(workload)
    larger = tuple(node.name for node in left_out if _is_large_enough(node, workload))
    found = [
        TooLarge(resource, amount, _has(most, resource), most.name, larger)
        for resource, amount in needs.items()
        if amount > _has(most := max(nodes, key=lambda node: _has(node, resource)), resource)
    ]
    yield from found
    if not found:
        scarce = [each for each in needs if any(needs[each] > _has(node, each) for node in nodes)]
        yield TooLargeTogether(tuple(scarce), tuple(needs[each] for each in scarce))


_OF_OTHERS: tuple[Cause, ...] = ("ports", "apart", "apart-from-existing", "near")
"""Causes in which other pods play a part."""


def _neighbours(
    workload: Workload, reason: NoPlace, fitting: Sequence[Node], nodes: Sequence[Node], workloads: Iterable[Workload]
) -> Iterator[Blocker]:
    """Blockers from other pods, and from those of the workload itself, on nodes that would take one pod alone."""
    kind = Kind(workload)
    if any(map(reason.has, _OF_OTHERS)):  # else none of them is looked at, for each pod that waits
        others = [Kind(each) for each in workloads if each.key != workload.key and each.replicas]
        yield from _ports(kind, reason, len(fitting), others)
        yield from _apart(kind, reason, fitting, others)
        yield from _near(kind, reason, others)
    yield from _spread(kind, reason, fitting, nodes)


def _ports(kind: Kind, reason: NoPlace, nodes: int, others: Iterable[Kind]) -> Iterator[OnePerNode | PortsTaken]:
    if not reason.has("ports"):
        return
    ports = kind.constraints.host_ports
    holders = [each.workload.name for each in others if each.constraints.host_ports & ports]
    if holders:
        taken = {port for each in others for port in each.constraints.host_ports & ports}
        yield PortsTaken(tuple(sorted(taken)), tuple(holders))
    elif kind.workload.replicas > nodes:
        yield OnePerNode(tuple(sorted(ports)), nodes)


def _domains(nodes: Iterable[Node], topology_key: str) -> dict[str, None]:
    values = (node.labels.get(topology_key, node.name if topology_key == HOSTNAME else None) for node in nodes)
    return dict.fromkeys(value for value in values if value is not None)


def _apart(
    kind: Kind, reason: NoPlace, fitting: Sequence[Node], others: Sequence[Kind]
) -> Iterator[OnePerDomain | KeptApart]:
    if not reason.has("apart") and not reason.has("apart-from-existing"):
        return
    for term in kind.constraints.apart:
        domains = len(_domains(fitting, term.topology_key))
        if kind.is_selected(kind, term.selector) and kind.workload.replicas > domains:
            yield OnePerDomain(term.topology_key, domains)
            return
    terms: list[tuple[AffinityTerm, Kind]] = [
        (term, each) for term in kind.constraints.apart for each in others if each.is_selected(kind, term.selector)
    ]
    terms += [
        (term, each) for each in others for term in each.constraints.apart if kind.is_selected(each, term.selector)
    ]
    if terms:
        names = dict.fromkeys(each.workload.name for _, each in terms)
        yield KeptApart(tuple(names), terms[0][0].topology_key)


def _near(kind: Kind, reason: NoPlace, others: Sequence[Kind]) -> Iterator[NothingNear]:
    if reason.has("near"):
        for term in kind.constraints.near:
            meant = [each.workload.name for each in others if each.is_selected(kind, term.selector)]
            if not kind.is_selected(kind, term.selector):
                yield NothingNear(term.selector, tuple(meant))


def _counts(spread: Spread, node: Node, pod: Pod) -> bool:
    by_labels = spread.counts_all_nodes or matches(node, pod)
    return by_labels and not (spread.honors_taints and untolerated(node, pod))


def _spread(
    kind: Kind, reason: NoPlace, fitting: Sequence[Node], nodes: Sequence[Node]
) -> Iterator[SpreadWithoutLabel | SpreadOverClosed]:
    for each in kind.required_spread:
        if reason.has("spread-label") and not _domains(fitting, each.topology_key):
            yield SpreadWithoutLabel(each.topology_key)
        elif reason.has("spread"):
            counted = _domains((node for node in nodes if _counts(each, node, kind.workload.pod)), each.topology_key)
            closed = [value for value in counted if value not in _domains(fitting, each.topology_key)]
            if closed:
                yield SpreadOverClosed(each.topology_key, each.max_skew, tuple(closed))
