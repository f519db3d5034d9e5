"""Rollouts and moves that get stuck, though everything fits while nothing moves.

Not evaluated: rollouts of what charts and operators run, whose strategy is their own.
"""

from collections.abc import Iterable, Iterator

from config.lab import Lab
from plan.model import Capacity, Finding, Workload
from plan.scenarios.jobs import job_findings
from plan.scenarios.power_cut import cold_start_findings
from plan.scenarios.rollouts import rollout_findings
from plan.scenarios.scaling import scaling_findings
from plan.scenarios.snapshot import as_it_stands
from plan.scenarios.workers import worker_findings


def transition_findings(lab: Lab, capacity: Capacity, workloads: Iterable[Workload]) -> Iterator[Finding]:
    """All findings about what moves."""
    standing = as_it_stands(capacity, workloads)
    namespaces = {use.name: use for use in capacity.namespaces}
    yield from rollout_findings(lab, standing, namespaces)
    yield from scaling_findings(lab, standing, namespaces)
    yield from job_findings(lab, standing)
    yield from worker_findings(lab, standing, namespaces)
    yield from cold_start_findings(lab, standing.nodes)
