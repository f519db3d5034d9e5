"""Rollouts of many workloads that one shortage holds back."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from config.lab import Lab
from plan.cluster.nodes import admits
from plan.model import NodeUse, Remedy, Workload
from plan.model.placement import NoPlace
from plan.model.resources import notation, pod_requests
from plan.scenarios.blockers import blockers
from plan.scenarios.quota_remedies import singleton_remedy
from plan.scenarios.snapshot import ClusterSnapshot
from plan.wording import listed, plural


class Stuck(NamedTuple):
    """A workload whose further pod finds no place."""

    workload: Workload
    reason: NoPlace

    @property
    def rolled(self) -> Workload:
        """The workload with the pods that it has while it is rolled out."""
        return self.workload._replace(replicas=self.workload.replicas + self.workload.surge)


def by_shortage(snapshot: ClusterSnapshot, stuck: Iterable[Stuck]) -> list[list[Stuck]]:
    """Workloads in groups: those that nothing but the same nodes' lack of the same resources holds back are one."""
    groups: dict[object, list[Stuck]] = {}
    for each in stuck:
        own = bool(blockers(each.rolled, each.reason, snapshot.nodes, snapshot.workloads)) or not each.reason.lacking
        takers = frozenset(node.name for node in snapshot.nodes if admits(node, each.workload.pod))
        groups.setdefault(each.workload.key if own else (takers, each.reason.lacking), []).append(each)
    return list(groups.values())


def shortage(snapshot: ClusterSnapshot, stuck: Sequence[Stuck]) -> str:
    """How much is left where their pods could run, and how much they ask for."""
    uses = [use for use in snapshot.uses if admits(use.node, stuck[0].workload.pod)]
    said: list[str] = []
    for resource in sorted(stuck[0].reason.lacking):
        asked = [amount for each in stuck if (amount := pod_requests(each.workload.pod).get(resource, 0))]
        if asked and resource in uses[0].node.allocatable:
            most = max(_left(use, resource) for use in uses)
            few, many = notation(resource, min(asked)), notation(resource, max(asked))
            wanted = few if few == many else f"{few} to {many}"
            said.append(f"{notation(resource, most)} of {resource} left, and they ask for {wanted}")
    where = (
        f"none of the {plural(len(uses), 'node')} that take them has more than"
        if len(uses) > 1
        else f"{uses[0].node.name} has"
    )
    return (
        f"{where} {listed(said)}"
        if said
        else f"{plural(len(uses), 'node')} that take them lack {listed(sorted(stuck[0].reason.lacking))}"
    )


def _left(use: NodeUse, resource: str) -> int:
    return use.node.allocatable.get(resource, 0) - use.requests.get(resource, 0)


def ending_first(lab: Lab, stuck: Sequence[Stuck]) -> Iterator[Remedy]:
    """An old pod of each goes before its new one comes, where all of them allow it."""
    each = [next(singleton_remedy(lab, one.workload), None) for one in stuck]
    remedies = [one for one in each if one is not None]
    if len(remedies) == len(stuck):
        whole = [one.workload.name for one, how in zip(stuck, remedies, strict=True) if "singleton" in str(how.edits)]
        rest = [one.workload.name for one in stuck if one.workload.name not in whole]
        ways = [f"singleton: true for {', '.join(whole)}"] if whole else []
        ways += [f"adopt: {{surge: 0, unavailable: 1}} for {', '.join(rest)}"] if rest else []
        words = f"write {' and '.join(ways)}, where a short interruption does no harm (the old pod goes first)"
        yield Remedy(words, tuple(edit for one in remedies for edit in one.edits))
