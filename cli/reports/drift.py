"""The drift of a lab as JSON."""

from collections.abc import Sequence

from cli.reports.doctor import DriftReport, drift_report
from cli.reports.document import Document
from cli.reports.preflight import CheckReport, check_report
from operations.drift import Drift, State, whole_state
from operations.preflight import Check
from plan.model import Plan


class WholeDriftReport(Document):
    """A lab compared with its cluster; `drift` is null where the cluster does not answer."""

    lab: str
    state: State
    why: str
    drift: DriftReport | None
    machines: tuple[CheckReport, ...] | None
    """Null where machines were not compared."""


def whole_drift_report(
    lab: str, plan: Plan, found: Drift | None, machines: Sequence[Check] | None, why: str
) -> WholeDriftReport:
    """The state, and all that differs."""
    return WholeDriftReport(
        lab=lab,
        state=whole_state(found, machines),
        why=why,
        drift=drift_report(found) if found else None,
        machines=None if machines is None else tuple(check_report(plan.lab, each) for each in machines),
    )
