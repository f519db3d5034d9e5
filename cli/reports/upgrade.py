"""The way to the next minor release of Kubernetes as JSON."""

from datetime import date

from cli.reports.document import Document, Report
from cli.reports.gap import GapReport, gap_reports
from observation import Observation
from operations.upgrade import Judged, Upgrade


class NodeReport(Report):
    """A node and its kubelet."""

    name: str
    is_control_plane: bool
    kubelet: str
    runtime: str
    runtime_for_target: str
    skew: str


class AddOnReport(Report):
    """An add-on, and whether it admits the target; `admits` is null where nobody says."""

    name: str
    namespace: str
    version: str
    answer: str
    admits: str | None
    source: str | None


class ChangeReport(Report):
    """A documented change of the target; `objects` are those that it concerns, as `Kind/namespace/name`."""

    minor: int
    name: str
    answer: str
    severity: str
    effect: str
    remedy: str
    source: str
    objects: tuple[str, ...]


class DrainedReport(Report):
    """The drain of a node on the way."""

    node: str
    blockers: int
    without_place: int


class StepReport(Report):
    """A command, where it is run, and its purpose."""

    where: str
    command: str
    purpose: str


class UpgradeReport(Document):
    """The answer of `homelab upgrade`."""

    source: str
    version: str
    end_of_life: date | None
    days_left: int | None
    target: str | None
    rules_read_for_target: bool
    distribution: str
    held_up: bool
    nodes: tuple[NodeReport, ...]
    add_ons: tuple[AddOnReport, ...]
    changes: tuple[ChangeReport, ...] | None
    drains: tuple[DrainedReport, ...]
    steps: tuple[StepReport, ...]
    not_asked: tuple[GapReport, ...]


def upgrade_report(upgrade: Upgrade, observation: Observation) -> UpgradeReport:
    """An upgrade for programs."""
    return UpgradeReport(
        source=observation.source,
        version=upgrade.version,
        end_of_life=upgrade.release.end_of_life if upgrade.release else None,
        days_left=upgrade.days_left,
        target=str(upgrade.target) if upgrade.target else None,
        rules_read_for_target=upgrade.target is not None and upgrade.target.rules_read,
        distribution=upgrade.distribution,
        held_up=upgrade.is_held_up,
        nodes=tuple(NodeReport(**node._asdict()) for node in upgrade.nodes),
        add_ons=tuple(
            AddOnReport(
                name=each.name,
                namespace=each.namespace,
                version=each.version,
                answer=each.answer,
                admits=str(each.admits) if each.admits else None,
                source=each.admits.source if each.admits else None,
            )
            for each in upgrade.add_ons
        ),
        changes=None if upgrade.changes is None else tuple(_change_report(each) for each in upgrade.changes),
        drains=tuple(DrainedReport(**each._asdict()) for each in upgrade.drains),
        steps=tuple(StepReport(**step._asdict()) for step in upgrade.steps),
        not_asked=gap_reports(observation.gaps),
    )


def _change_report(judged: Judged) -> ChangeReport:
    change = judged.change
    return ChangeReport(
        minor=change.minor,
        name=change.name,
        answer=judged.answer,
        severity=change.severity,
        effect=change.effect,
        remedy=change.remedy,
        source=change.source,
        objects=tuple(str(each) for each in judged.objects),
    )
