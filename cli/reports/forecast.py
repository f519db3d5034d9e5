"""Headroom, losses and restarts as JSON."""

from cli.reports.amounts import Amounts, amounts
from cli.reports.document import Report
from plan.model import Workload
from plan.model.resources import CPU, MEMORY
from plan.scenarios.dependence import Way
from plan.scenarios.headroom import Constraint, Headroom
from plan.scenarios.losses import Event, Loss
from plan.scenarios.power_cut import Restart


class ConstraintReport(Report):
    """Something of which there is only so much; its amounts are in `unit`."""

    name: str
    of: str
    resource: str
    unit: str
    used: int
    parts: dict[str, int]
    capacity: int | None
    left: int | None
    policy_percent: int | None
    advisory: bool
    binds: bool


class HeadroomReport(Report):
    """How much more would fit."""

    typical: Amounts
    typical_services: int | None
    typical_services_after_loss: int | None
    ends_with: str | None
    block_volumes: int
    counted_as_declared: tuple[str, ...]
    """Services whose chart may run more than their footprint declares: what that is is not counted."""
    workers: int | None
    worker: str | None
    worker_memory_bytes: int | None = None


class PendingReport(Report):
    """Pods that no node takes."""

    workload: str
    pods: int
    reason: str


class LossReport(Report):
    """The lab without a part of it; workloads as `namespace/name`.

    `pods` ran on it, daemonsets aside; `moved` of them run elsewhere, `stay_down` pods run nowhere, and the volumes of
    `out_of_reach` are on it. `interrupted` are the workloads of which no pod runs for a while or for good,
    `briefly_interrupted` those that come back. `dependents` has, by interrupted service, the services that depend on
    it and run.
    """

    event: Event
    name: str
    survived: bool
    has_control_plane: bool
    pods: int
    moved: int
    stay_down: int
    out_of_reach: int
    pending: tuple[PendingReport, ...]
    interrupted: tuple[str, ...]
    briefly_interrupted: tuple[str, ...]
    unreachable: tuple[str, ...]
    held: tuple[str, ...]
    dependents: dict[str, tuple[str, ...]]
    ways: tuple[Way, ...]
    unpulled: dict[str, tuple[str, ...]]


class RestartReport(Report):
    """When a machine comes back after a power cut, in seconds after the first one of its host."""

    machine: str
    host: str
    seconds: int
    pods_given_up: int | None


def constraint_report(constraint: Constraint) -> ConstraintReport:
    """A constraint for programs."""
    return ConstraintReport(
        name=constraint.name,
        of=constraint.of,
        resource=constraint.resource,
        unit=constraint.unit,
        used=constraint.used,
        parts=dict(constraint.parts),
        capacity=constraint.capacity,
        left=constraint.left,
        policy_percent=constraint.policy_percent,
        advisory=constraint.advisory,
        binds=constraint.binds,
    )


def headroom_report(headroom: Headroom) -> HeadroomReport:
    """How much more would fit, for programs."""
    return HeadroomReport(
        typical=amounts({name: amount for name, amount in headroom.typical.items() if name in (CPU, MEMORY)}),
        typical_services=headroom.typical_services,
        typical_services_after_loss=headroom.typical_services_after_loss,
        ends_with=headroom.ends_with,
        block_volumes=headroom.block_volumes,
        counted_as_declared=headroom.counted_as_declared,
        workers=headroom.workers,
        worker=headroom.worker,
        worker_memory_bytes=headroom.worker_memory,
    )


def loss_report(loss: Loss) -> LossReport:
    """A loss for programs."""
    return LossReport(
        event=loss.event,
        name=loss.name,
        survived=loss.is_survived,
        has_control_plane=loss.has_control_plane,
        pods=loss.pods,
        moved=loss.moved,
        stay_down=loss.stay_down,
        out_of_reach=loss.out_of_reach,
        pending=tuple(
            PendingReport(workload=named(each.workload), pods=each.pods, reason=str(each.reason))
            for each in loss.pending
        ),
        interrupted=tuple(named(each) for each in loss.interrupted),
        briefly_interrupted=tuple(named(each) for each in loss.briefly_interrupted),
        unreachable=loss.unreachable,
        held=tuple(named(each) for each in loss.held),
        dependents=dict(loss.dependents),
        ways=loss.ways,
        unpulled=dict(loss.unpulled),
    )


def restart_report(restart: Restart) -> RestartReport:
    """A restart for programs."""
    return RestartReport.model_validate(restart._asdict())


def named(workload: Workload) -> str:
    """`namespace/name`."""
    return f"{workload.namespace}/{workload.name}"
