"""Findings about pods of which the plan does not know how much they need."""

from collections.abc import Iterable, Iterator

from plan.model import Finding, Workload
from plan.model.findings import Rule
from plan.model.resources import MEMORY, pod_requests
from plan.wording import listed

MEMORY_NOT_REQUESTED = Rule(
    "MEMORY-NOT-REQUESTED",
    "warning",
    title="Pods whose memory nobody knows",
    meaning=(
        "The scheduler, and so this plan, counts what pods request. A pod that requests no memory fits anywhere, uses "
        "as much as it likes, and is among the first to be evicted: that a lab of such pods fits says little."
    ),
    remedy="Write `memory` in the service's file, or the request in its objects. `homelab rightsize` proposes it.",
)


def request_findings(workloads: Iterable[Workload]) -> Iterator[Finding]:
    """One finding on all workloads that run and request no memory."""
    running = [each for each in workloads if each.replicas]
    unknown = [each for each in running if not pod_requests(each.pod).get(MEMORY)]
    if unknown:
        yield MEMORY_NOT_REQUESTED.finding(
            unknown[0].path,
            f"{len(unknown)} of {len(running)} workloads request no memory: the sums of this plan leave "
            f"them out, and whether they fit is not known: {listed([each.name for each in unknown])}",
            "request what they use; `homelab rightsize --prometheus URL` proposes it from 30 days of usage",
            facts={"workloads": tuple(each.name for each in unknown), "of": len(running)},
        )
