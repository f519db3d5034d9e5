"""A plan as JSON."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeVar

from cli.planned import foreseen
from cli.reports.amounts import Amounts, amounts
from cli.reports.document import Document, Report
from cli.reports.finding import FindingReport, finding_report
from cli.reports.forecast import (
    ConstraintReport,
    HeadroomReport,
    LossReport,
    RestartReport,
    constraint_report,
    headroom_report,
    loss_report,
    restart_report,
)
from cli.reports.ledger import DataLossReport, EntryReport, data_loss_report, entry_report
from cli.reports.node import NodeReport, node_report
from cli.reports.service import ServiceReport, service_report
from plan.capacity.totals import tier_workloads, total_limits, total_requests
from plan.model import Finding, HostUse, NamespaceUse, Plan, Severity, Tier, VirtualMachine
from plan.scenarios.losses import Loss
from plan.verdict import judge


class MachineReport(Report):
    """A virtual machine; its memory is in MiB, as Proxmox counts it."""

    name: str
    vmid: int
    host: str
    role: str
    vcpus: int
    memory_mib: int
    adopted: bool


class StorageReport(Report):
    """A storage of a host, and how much of it is committed to machines and volumes."""

    name: str
    committed_bytes: int
    size_bytes: int | None


class HostReport(Report):
    """A Proxmox host, and how much of it is committed to machines."""

    name: str
    memory_bytes: int
    machine_memory_bytes: int
    pinned_memory_bytes: int
    reserved_memory_bytes: int
    threads: int
    vcpus: int
    storages: tuple[StorageReport, ...]


class TierReport(Report):
    """A tier with the sums over its services."""

    name: str
    priority: int
    memory: str
    services: int
    namespaces: int
    requests: Amounts
    limits: Amounts


class NamespaceReport(Report):
    """A namespace and the sums of its pods, against its quota."""

    name: str
    tier: str
    requests: Amounts
    limits: Amounts
    quota: Amounts | None


class PlanReport(Document):
    """A whole plan, or one service of it."""

    lab: str
    verdict: str
    counts: dict[Severity, int]
    limiting: str | None
    single_points: tuple[str, ...] | None
    """None where losses are not computed."""
    data_points: tuple[str, ...]
    """Disks and servers with which data is gone for good."""
    machines: tuple[MachineReport, ...]
    hosts: tuple[HostReport, ...]
    nodes: tuple[NodeReport, ...]
    constraints: tuple[ConstraintReport, ...]
    headroom: HeadroomReport
    losses: tuple[LossReport, ...] | None
    data_losses: tuple[DataLossReport, ...]
    ledger: tuple[EntryReport, ...]
    restarts: tuple[RestartReport, ...]
    tiers: tuple[TierReport, ...]
    namespaces: tuple[NamespaceReport, ...]
    services: tuple[ServiceReport, ...]
    manifests: dict[str, int]
    findings: tuple[FindingReport, ...]


Told = TypeVar("Told")


def _or_none(losses: Iterable[Loss] | None, told: Callable[[Loss], Told]) -> tuple[Told, ...] | None:
    return None if losses is None else tuple(map(told, losses))


def plan_report(plan: Plan, service: str | None = None) -> PlanReport:
    """A plan for programs. The verdict is that of the whole plan, even where only one service is shown."""
    forecast = foreseen(plan)
    verdict = judge(forecast)
    limiting = verdict.limiting
    return PlanReport(
        lab=plan.lab.name,
        verdict=verdict.word,
        counts=dict(verdict.counts),
        limiting=f"{limiting.name} of {limiting.of}" if limiting else None,
        single_points=_or_none(verdict.single_points, lambda each: each.name),
        data_points=tuple(each.name for each in verdict.data_points),
        machines=tuple(machine_report(machine) for machine in plan.machines),
        hosts=tuple(host_report(host) for host in plan.capacity.hosts),
        nodes=tuple(node_report(use) for use in plan.capacity.nodes),
        constraints=tuple(constraint_report(each) for each in forecast.headroom.constraints),
        headroom=headroom_report(forecast.headroom),
        losses=_or_none(forecast.losses, loss_report),
        data_losses=tuple(data_loss_report(each) for each in forecast.data_losses),
        ledger=tuple(
            entry_report(each) for each in forecast.ledger if service is None or each.path[:2] == ("services", service)
        ),
        restarts=tuple(restart_report(each) for each in forecast.restarts),
        tiers=tuple(tier_report(plan, tier) for tier in plan.tiers),
        namespaces=tuple(_namespace_report(use) for use in plan.capacity.namespaces),
        services=tuple(service_report(plan, each) for each in plan.services if service in (None, each.name)),
        manifests=dict(sorted(Counter(str(manifest["kind"]) for manifest in plan.manifests).items())),
        findings=tuple(finding_report(plan.lab, each) for each in forecast.findings if _concerns(each, service)),
    )


def machine_report(machine: VirtualMachine) -> MachineReport:
    """A machine for programs."""
    return MachineReport(
        name=machine.name,
        vmid=machine.vmid,
        host=machine.host,
        role=machine.role,
        vcpus=machine.vcpus,
        memory_mib=machine.memory.mib,
        adopted=machine.adopted,
    )


def host_report(host: HostUse) -> HostReport:
    """A host for programs."""
    return HostReport(
        name=host.name,
        memory_bytes=host.memory,
        machine_memory_bytes=host.machine_memory,
        pinned_memory_bytes=host.pinned_memory,
        reserved_memory_bytes=host.reserved_memory,
        threads=host.threads,
        vcpus=host.vcpus,
        storages=tuple(
            StorageReport(name=name, committed_bytes=committed, size_bytes=size)
            for name, (committed, size) in host.storages.items()
        ),
    )


def tier_report(plan: Plan, tier: Tier) -> TierReport:
    """A tier for programs."""
    workloads = tier_workloads(plan, tier)
    return TierReport(
        name=tier.name,
        priority=tier.priority,
        memory=plan.lab.tiers[tier.name].memory,
        services=sum(service.tier == tier.name for service in plan.services),
        namespaces=sum(namespace.tier == tier.name for namespace in plan.namespaces),
        requests=amounts(total_requests(workloads)),
        limits=amounts(total_limits(workloads)),
    )


def _namespace_report(use: NamespaceUse) -> NamespaceReport:
    return NamespaceReport(
        name=use.name,
        tier=use.tier,
        requests=amounts(use.requests),
        limits=amounts(use.limits),
        quota=None if use.quota is None else amounts(use.quota),
    )


def _concerns(finding: Finding, service: str | None) -> bool:
    return service is None or finding.concerns(service)
