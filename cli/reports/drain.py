"""The drain of a node as JSON."""

from cli.reports.document import Document, Report
from cli.reports.gap import GapReport, gap_reports
from observation import Observation
from operations.drain import Drain, Move
from operations.drain.foresee import Meanwhile


class MoveReport(Report):
    """Pods of one workload that are evicted, and the nodes that would take them."""

    namespace: str
    workload: str
    pods: int
    to: dict[str, int]
    among: tuple[str, ...]
    """All nodes that its pods may go to."""
    without_place: int
    reason: str | None
    interrupted: bool
    meanwhile: Meanwhile
    grace_seconds: int


class BlockerReport(Report):
    """Something that holds the drain up, or data that stays behind."""

    kind: str
    namespace: str
    name: str
    detail: str


class SlotsReport(Report):
    """Volume slots of a node that takes volumes over; `of` is null where no driver reports a limit."""

    node: str
    before: int
    after: int
    of: int | None


class ShortReport(Report):
    """A resource of which pods without a place have too little; memory in bytes, CPU in millicores."""

    resource: str
    wanted: int
    free: dict[str, int]
    """Left on each other node."""


class StepReport(Report):
    """A command, and what it is for."""

    purpose: str
    command: str


class DrainReport(Document):
    """The answer of `homelab drain`."""

    source: str
    node: str
    can_end: bool
    evicted: dict[str, int]
    """Pods by namespace."""
    moves: tuple[MoveReport, ...]
    blockers: tuple[BlockerReport, ...]
    staying: int
    loses_scratch: tuple[str, ...]
    volume_slots: tuple[SlotsReport, ...]
    short: tuple[ShortReport, ...]
    steps: tuple[StepReport, ...]
    not_asked: tuple[GapReport, ...]


def drain_report(drain: Drain, steps: tuple[tuple[str, str], ...], observation: Observation) -> DrainReport:
    """A drain for programs."""
    return DrainReport(
        source=observation.source,
        node=drain.node,
        can_end=drain.can_end,
        evicted=dict(drain.namespaces),
        moves=tuple(_move_report(move) for move in drain.moves),
        blockers=tuple(BlockerReport(**each._asdict()) for each in drain.blockers),
        staying=drain.staying,
        loses_scratch=drain.scratch,
        volume_slots=tuple(
            SlotsReport(node=each.node, before=each.before, after=each.after, of=each.limit) for each in drain.slots
        ),
        short=tuple(
            ShortReport(resource=each.resource, wanted=each.wanted, free=dict(each.free)) for each in drain.short
        ),
        steps=tuple(StepReport(purpose=purpose, command=command) for purpose, command in steps),
        not_asked=gap_reports(observation.gaps),
    )


def _move_report(move: Move) -> MoveReport:
    return MoveReport(**{**move._asdict(), "to": dict(move.to), "interrupted": move.interrupted})
