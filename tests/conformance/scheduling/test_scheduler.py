"""Every decision of the real kube-scheduler is the planner's too: where a pod goes, who has to go for it, and what is
said where it finds no place."""

from collections.abc import Callable, Mapping

import pytest

from plan.cluster.nodes import ZONE_LABEL
from plan.model import Plan, Workload
from plan.scenarios.losses import losses, snapshot_of
from plan.scenarios.snapshot import as_it_stands
from tests.conformance.scheduling.agreement import Result, Verdict
from tests.conformance.scheduling.laboratory import Laboratory
from tests.conformance.scheduling.random_labs import SchedulingLab, random_lab
from tests.plan.labs import plan_of

LABS = 300
IN_ONE_TEST = 20
EXPLAINED: Mapping[tuple[str, str], str] = {
    (
        "lab85",
        "w1",
    ): "waits until w4 comes, and is placed before all pods of w4 are there; planned are all of them first",
}
"""Verdicts that differ from what is planned from nothing though nothing was left to chance, by lab and workload."""


def check(laboratory: Laboratory, results: list[Result]) -> None:
    """Count what came of some labs, and fail where the planner would have decided otherwise."""
    differences = [each for result in results for each in result.differences]
    unlike = [each for result in results for each in result.unlike]
    numbers = {
        "labs": len(results),
        "workloads": sum(len(each.verdicts) for each in results),
        "unlike": len(unlike),
        "decisions": sum(each.decisions for each in results),
        "ties": sum(each.ties for each in results),
        "races": sum(each.races for each in results),
        "preemptions": sum(each.preemptions for each in results),
        "sentences": sum(each.sentences for each in results),
        "forgotten": sum(each.forgotten for each in results),
        "differences": len(differences),
        "explained": sum(_is_explained(each) for each in unlike),
    }
    laboratory.total.update(numbers)
    assert differences == []
    not_by_chance = [each for result in results if not (result.ties or result.races) for each in result.unlike]
    assert [each for each in not_by_chance if not _is_explained(each)] == []


def _is_explained(verdict: Verdict) -> bool:
    return (verdict.lab, verdict.workload) in EXPLAINED


@pytest.mark.parametrize("first", range(0, LABS, IN_ONE_TEST))
def test_random_labs(laboratory: Laboratory, first: int) -> None:
    check(laboratory, [laboratory.run(random_lab(seed)) for seed in range(first, first + IN_ONE_TEST)])


@pytest.mark.parametrize(("name", "lost"), [("prod", "k8s-node1"), ("prod", "k8s-node3"), ("every_kind", "worker")])
def test_a_whole_lab_and_the_loss_of_a_node(laboratory: Laboratory, name: str, lost: str) -> None:
    """With what kubeadm runs."""
    plan = plan_of(name)
    result = laboratory.run(whole_lab(name, plan, lost))
    check(laboratory, [result])
    loss = next(each for each in losses(plan.lab, snapshot_of(plan)) if (each.event, each.name) == ("node", lost))
    planned = {each.workload.name: each.pods for each in (*plan.capacity.pending, *loss.pending)}
    assert {each.workload: each.real for each in result.verdicts if each.real} == planned


def test_how_far_they_agree(laboratory: Laboratory, figure: Callable[[str], None]) -> None:
    """Comes last: it tells of all labs of this run."""
    total = laboratory.total
    if not total:
        pytest.skip("not run: no lab was scheduled")
    figure(
        f"scheduler agreement: {total['workloads']:,} workloads in {total['labs']:,} labs, "
        f"{total['differences']:,} decisions differ; {total['decisions']:,} pods are where the planner puts them, "
        f"{total['ties']:,} of these on another of equally good nodes; {total['preemptions']:,} preemptions; "
        f"{total['sentences']:,} sentences verbatim"
    )
    figure(
        f"  planned from nothing {total['workloads'] - total['unlike']:,} workloads have the same verdict; "
        f"the other {total['unlike']:,} follow from ties or from {total['races']:,} races, "
        f"but for {total['explained']:,} explained by name; "
        f"{total['forgotten']:,} pods would have waited five minutes for room that was there"
    )


def whole_lab(name: str, plan: Plan, lost: str) -> SchedulingLab:
    """A lab as planned, before and after a loss. Its volumes exist, as they do after the first day."""
    snapshot = as_it_stands(plan.capacity, plan.workloads)
    zones = tuple(dict.fromkeys(node.labels[ZONE_LABEL] for node in snapshot.nodes))
    steady = tuple(_with_volumes(each, zones) for each in snapshot.workloads if each.is_steady)
    return SchedulingLab(f"{name.replace('_', '-')}-{lost}", tuple(snapshot.nodes), steady, lost=lost)


def _with_volumes(workload: Workload, zones: tuple[str, ...]) -> Workload:
    if not workload.pod.block_volumes:
        return workload
    constraints = workload.pod.constraints._replace(volume_zones=zones)
    return workload._replace(pod=workload.pod._replace(constraints=constraints))
