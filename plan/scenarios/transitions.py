"""Rollouts and moves that get stuck, though everything fits while nothing moves.

Not evaluated: rollouts of what charts and operators run, whose strategy is their own.
"""

from collections.abc import Iterable, Iterator

from config.lab import Lab
from plan.model import Capacity, Finding, Workload
from plan.model.findings import Rule
from plan.scenarios.jobs import job_findings
from plan.scenarios.power_cut import cold_start_findings
from plan.scenarios.rollouts import rollout_findings
from plan.scenarios.scaling import scaling_findings
from plan.scenarios.snapshot import MANY_PLACES, MANY_WAITING, as_it_stands, hardly_fits, is_too_large
from plan.scenarios.workers import worker_findings

NOT_COMPUTED = Rule(
    "NOT-COMPUTED",
    "info",
    title="Losses and rollouts are not computed",
    meaning=f"While more than {MANY_WAITING} workloads wait for a place, the plan says why each of them waits, and "
    "leaves out losses, drains, rollouts, autoscaling, jobs and room after a loss: each would place the whole lab many "
    f"times. Where there are more than {MANY_PLACES:,} pairs of a pod and a node, it leaves them out as well.",
    remedy="Make the workloads fit that have no place; then all of it is computed. Of a cluster that is too large, "
    "look at a part.",
)


def transition_findings(lab: Lab, capacity: Capacity, workloads: Iterable[Workload]) -> Iterator[Finding]:
    """All findings about moves."""
    snapshot = as_it_stands(capacity, workloads)
    namespaces = {use.name: use for use in capacity.namespaces}
    yield from cold_start_findings(lab, snapshot.nodes)
    if hardly_fits(snapshot):
        yield NOT_COMPUTED.finding(
            ("cluster",),
            f"losses, drains, rollouts, autoscaling and jobs are not computed while {len(snapshot.pending)} workloads "
            "have no place",
            "make them fit first",
            facts={"waiting": len(snapshot.pending)},
        )
        return
    if is_too_large(snapshot):
        pods = sum(each.replicas for each in snapshot.workloads)
        yield NOT_COMPUTED.finding(
            ("cluster",),
            f"losses, drains, rollouts, autoscaling and jobs are not computed for {pods:,} pods on "
            f"{len(snapshot.nodes):,} nodes",
            "look at a part of the lab: the services of some nodes, and these nodes",
            facts={"pods": pods, "nodes": len(snapshot.nodes)},
        )
        return
    yield from rollout_findings(lab, snapshot, namespaces)
    yield from scaling_findings(lab, snapshot, namespaces)
    yield from job_findings(lab, snapshot)
    yield from worker_findings(lab, snapshot, namespaces)
