"""Proposals for requests and limits as JSON."""

from cli.reports.document import Document, Report
from cli.reports.finding import FindingReport, finding_report
from cli.reports.gap import GapReport, gap_reports
from cli.text.rightsize import why
from observation import Observation
from operations.rightsize.answer import Answer
from operations.rightsize.cluster import Sized
from operations.rightsize.effect import Freed
from operations.rightsize.scratch import SizedScratch
from operations.rightsize.size import Proposal
from operations.rightsize.volumes import SizedVolume
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
    kills_seen_in: tuple[str, ...]
    """Who tells of OOM kills: `metrics`, `pod status`, `events`."""
    recommended: str | None
    """Upper bound of a Vertical Pod Autoscaler's recommendation for memory."""
    why: str


class NotSizedReport(Report):
    """A container without a proposal."""

    namespace: str
    workload: str
    container: str
    why: str


class FreedReport(Report):
    """Requests that are freed on a tier or a node; negative where more is asked for."""

    name: str
    memory_bytes: int
    cpu_millicores: int


class EffectReport(Report):
    """The cluster with all proposals."""

    tiers: tuple[FreedReport, ...]
    nodes: tuple[FreedReport, ...]
    restarted_pods: int
    without_place: tuple[str, ...]
    losses_no_longer_borne: tuple[str, ...]
    losses_borne_again: tuple[str, ...]
    new_findings: tuple[FindingReport, ...]
    """Findings that only a plan of the lab with the proposals has; empty without a lab."""
    is_worse: bool
    """Something no longer fits: then nothing is written."""


class FileReport(Report):
    """A file of the lab with the proposals."""

    file: str
    diff: str
    written: bool


class VolumeReport(Report):
    """A claim; `proposed_bytes` is null where it is left alone, `used_bytes` where nothing tells."""

    namespace: str
    claim: str
    size_bytes: int
    used_bytes: int | None
    growth_per_day_bytes: int | None
    days: float
    measured_by: str
    answer: str
    proposed_bytes: int | None
    why: str
    can_grow: bool | None


class ScratchReport(Report):
    """A container with a limit of ephemeral storage; `used_bytes` is null where no kubelet was asked."""

    namespace: str
    workload: str
    container: str
    limit_bytes: int
    used_bytes: int | None
    evicted_pods: int
    answer: str
    proposed_bytes: int | None


class RightsizeReport(Document):
    """The answer of `homelab rightsize`."""

    source: str
    window_days: float
    proposals: list[ProposalReport]
    not_sized: list[NotSizedReport]
    volumes: tuple[VolumeReport, ...]
    ephemeral_storage: tuple[ScratchReport, ...]
    effect: EffectReport
    files: tuple[FileReport, ...]
    not_written: tuple[NotSizedReport, ...]
    """Proposals whose amounts the lab does not write: those of charts and databases, or all without a lab."""
    warnings: list[str]
    not_asked: tuple[GapReport, ...]


def rightsize_report(answer: Answer, observation: Observation, warnings: list[str]) -> RightsizeReport:
    """The report of proposals."""
    return RightsizeReport(
        source=observation.usage.source if observation.usage else observation.source,
        window_days=answer.sizes.days,
        proposals=[_proposal(sized, each) for sized in answer.sizes.sized for each in (sized.memory, sized.cpu)],
        not_sized=[NotSizedReport(**each._asdict()) for each in answer.sizes.not_sized],
        volumes=tuple(_volume(each) for each in answer.volumes),
        ephemeral_storage=tuple(_scratch(each) for each in answer.scratch),
        effect=_effect(answer),
        files=tuple(FileReport(file=each.file, diff=each.diff, written=each.written) for each in answer.files),
        not_written=tuple(
            NotSizedReport(
                **dict(zip(("namespace", "workload", "container"), each.sized.key, strict=True)), why=each.why
            )
            for each in answer.not_writable
        ),
        warnings=warnings,
        not_asked=gap_reports(observation.gaps),
    )


def _effect(answer: Answer) -> EffectReport:
    found = answer.effect
    return EffectReport(
        tiers=tuple(_freed(each) for each in found.tiers),
        nodes=tuple(_freed(each) for each in found.nodes),
        restarted_pods=found.restarted,
        without_place=tuple("/".join(each) for each in found.without_place),
        losses_no_longer_borne=found.losses_no_longer_borne,
        losses_borne_again=found.losses_borne_again,
        new_findings=tuple(finding_report(answer.lab, each) for each in answer.new_findings) if answer.lab else (),
        is_worse=answer.is_worse,
    )


def _volume(sized: SizedVolume) -> VolumeReport:
    return VolumeReport(
        namespace=sized.namespace,
        claim=sized.claim,
        size_bytes=sized.size,
        used_bytes=sized.used,
        growth_per_day_bytes=sized.growth_per_day,
        days=sized.days,
        measured_by=sized.source,
        answer=sized.answer,
        proposed_bytes=sized.proposed,
        why=sized.why,
        can_grow=sized.can_grow,
    )


def _scratch(sized: SizedScratch) -> ScratchReport:
    return ScratchReport(
        namespace=sized.namespace,
        workload=sized.workload,
        container=sized.container,
        limit_bytes=sized.limit,
        used_bytes=sized.used,
        evicted_pods=sized.evicted,
        answer=sized.answer,
        proposed_bytes=sized.proposed,
    )


def _freed(freed: Freed) -> FreedReport:
    return FreedReport(name=freed.name, memory_bytes=freed.memory, cpu_millicores=freed.cpu)


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
        kills_seen_in=sized.kills.sources,
        recommended=shown(sized.witness.upper_bound) if sized.witness and proposal.resource == "memory" else None,
        why=why(sized, proposal),
    )
