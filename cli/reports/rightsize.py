"""Proposals for requests and limits as JSON."""

from cli.reports.document import Document, Report
from cli.reports.gap import GapReport, gap_reports
from cli.text.rightsize import why
from observation import Observation
from operations.rightsize.cluster import Sized, Sizes
from operations.rightsize.size import Proposal
from plan.model.resources import notation


class ProposalReport(Report):
    """One resource of a container. Amounts are as a manifest has them; null: nothing stated, or left alone."""

    namespace: str
    workload: str
    container: str
    resource: str
    request_now: str | None
    request_proposed: str | None
    limit_now: str | None
    limit_proposed: str | None
    patterns: list[str]
    confidence: str
    days: float
    why: str


class NotSizedReport(Report):
    """A container without a proposal."""

    namespace: str
    workload: str
    container: str
    why: str


class RightsizeReport(Document):
    """The answer of `homelab rightsize`."""

    source: str
    window_days: float
    proposals: list[ProposalReport]
    not_sized: list[NotSizedReport]
    warnings: list[str]
    not_asked: tuple[GapReport, ...]


def rightsize_report(sizes: Sizes, observation: Observation, source: str, warnings: list[str]) -> RightsizeReport:
    """The report of proposals."""
    return RightsizeReport(
        source=source,
        window_days=sizes.days,
        proposals=[_proposal(sized, each) for sized in sizes.sized for each in (sized.memory, sized.cpu)],
        not_sized=[NotSizedReport(**each._asdict()) for each in sizes.not_sized],
        warnings=warnings,
        not_asked=gap_reports(observation.gaps),
    )


def _proposal(sized: Sized, proposal: Proposal) -> ProposalReport:
    def shown(amount: int | None) -> str | None:
        return None if amount is None else notation(proposal.resource, amount)

    return ProposalReport(
        namespace=sized.namespace,
        workload=sized.workload,
        container=sized.container,
        resource=proposal.resource,
        request_now=shown(proposal.now.request),
        request_proposed=shown(proposal.proposed.request),
        limit_now=shown(proposal.now.limit),
        limit_proposed=shown(proposal.proposed.limit),
        patterns=sorted(proposal.patterns),
        confidence=proposal.confidence,
        days=sized.usage.days,
        why=why(sized.usage, proposal),
    )
