"""The drift of a lab as JSON."""

from cli.reports.doctor import DriftReport, drift_report
from cli.reports.document import Document
from operations.drift import Drift, State


class WholeDriftReport(Document):
    """A lab compared with its cluster; `drift` is null where the cluster does not answer."""

    lab: str
    state: State
    why: str
    drift: DriftReport | None


def whole_drift_report(lab: str, found: Drift | None, why: str) -> WholeDriftReport:
    """The state, and all that differs."""
    return WholeDriftReport(
        lab=lab, state=found.state if found else "not known", why=why, drift=drift_report(found) if found else None
    )
