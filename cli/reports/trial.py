"""Objects that were tried on an API server, as JSON."""

from cli.reports.adopt_cluster import DifferenceReport, RefusedReport, difference_report
from cli.reports.document import Document
from operations.adopt.cluster.trying import Trial


class TrialReport(Document):
    """Effects of applying a lab to a dumped cluster."""

    lab: str
    tried: int
    differences: tuple[DifferenceReport, ...]
    refused: tuple[RefusedReport, ...]


def trial_report(lab: str, trial: Trial) -> TrialReport:
    """A trial for programs."""
    return TrialReport(
        lab=lab,
        tried=trial.tried,
        differences=tuple(map(difference_report, trial.differences)),
        refused=tuple(RefusedReport(object=str(each.key), reason=each.reason) for each in trial.refused),
    )
