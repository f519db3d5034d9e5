"""Forecast of a plan: effects of losses, copies of data, room for more, and the findings about them.

It costs more than the plan itself, and no `up` waits for it: it is made where a plan is shown.
"""

from typing import NamedTuple

from plan.findings.access.unsealing import unsealing_findings
from plan.findings.capacity.loss import loss_findings
from plan.findings.data.data import data_findings
from plan.ledger import DataLoss, Entry, data_losses, ledger
from plan.model import Finding, Plan, sorted_findings
from plan.scenarios.headroom import Headroom, headroom
from plan.scenarios.losses import Loss, bound, losses
from plan.scenarios.power_cut import Restart, restarts
from plan.scenarios.snapshot import as_it_stands, hardly_fits, is_too_large


class Forecast(NamedTuple):
    """Losses, restarts, headroom and findings of a plan."""

    losses: tuple[Loss, ...] | None
    """None where they are not computed: so many workloads wait for a place even without one, or there are so many pods
    and nodes."""
    ledger: tuple[Entry, ...]
    """All data of the lab, where it lies, and its copies."""
    data_losses: tuple[DataLoss, ...]
    restarts: tuple[Restart, ...]
    """When each machine is back after a power cut."""
    headroom: Headroom
    findings: tuple[Finding, ...]
    """Findings of the plan, and about losses and copies of data; the worst first."""


def look_ahead(plan: Plan) -> Forecast:
    """Forecast of a plan; pure, as the plan."""
    planned = as_it_stands(plan.capacity, plan.workloads)
    snapshot = bound(planned)
    lost = None if hardly_fits(snapshot) or is_too_large(snapshot) else tuple(losses(plan.lab, snapshot))
    entries = ledger(plan.lab)
    return Forecast(
        losses=lost,
        ledger=entries,
        data_losses=tuple(data_losses(plan.lab, entries)),
        restarts=restarts(plan.lab, snapshot.nodes),
        headroom=headroom(plan, lost or ()),
        findings=sorted_findings(
            (
                *plan.findings,
                *loss_findings(plan.lab, planned, lost or ()),
                *data_findings(plan, entries),
                *unsealing_findings(plan.lab),
            )
        ),
    )
