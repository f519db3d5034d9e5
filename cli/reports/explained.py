"""Explanations of machines, hosts, tiers, policies and codes as JSON."""

from collections.abc import Iterable
from typing import Any

from cli.known import Kind
from cli.reports.amounts import Amounts, amounts
from cli.reports.document import Document
from cli.reports.finding import FindingReport, finding_report
from cli.reports.plan import HostReport, MachineReport, TierReport, host_report, machine_report, tier_report
from config.source import Path
from plan.cluster.nodes import PODS
from plan.model import Finding, Plan, Severity
from plan.model.resources import CPU, MEMORY
from plan.parts import Part, PartKind


class PageDocument(Document):
    """The explanation of a finding, or of an effect of an `up`."""

    code: str
    severities: tuple[Severity, ...]
    """The severities that a finding of that code may have; empty for an effect."""
    title: str
    meaning: str
    remedy: str


class MachineDocument(MachineReport, Document):
    """A machine that is no node."""

    lab: str
    description: str
    findings: tuple[FindingReport, ...]


class HostDocument(HostReport, Document):
    """A Proxmox host, and the machines on it."""

    lab: str
    machines: tuple[str, ...]
    findings: tuple[FindingReport, ...]


class TierDocument(TierReport, Document):
    """A tier; its quota is that of one namespace."""

    lab: str
    description: str
    quota: Amounts
    members: tuple[str, ...]
    findings: tuple[FindingReport, ...]


class PolicyDocument(Document):
    """A policy, and its manifest."""

    lab: str
    name: str
    manifest: dict[str, Any]


class PartDocument(Document):
    """A part of the lab that is neither a pod nor a machine."""

    lab: str
    kind: PartKind
    name: str
    stated: dict[str, Any]
    """Its keys, as the lab's files have them; amounts in bytes."""
    said: tuple[str, ...]
    used_by: dict[str, tuple[str, ...]]
    findings: tuple[FindingReport, ...]


class KnownDocument(Document):
    """All names that can be explained, by kind."""

    lab: str
    names: dict[Kind, tuple[str, ...]]


def machine_document(plan: Plan, name: str, found: Iterable[Finding]) -> MachineDocument:
    """A machine for programs."""
    machine = next(each for each in plan.machines if each.name == name)
    return MachineDocument(
        lab=plan.lab.name,
        **dict(machine_report(machine)),
        description=plan.lab.machines[name].description,
        findings=_about(plan, found, ("machines", name)),
    )


def host_document(plan: Plan, name: str, found: Iterable[Finding]) -> HostDocument:
    """A host for programs."""
    use = next(each for each in plan.capacity.hosts if each.name == name)
    return HostDocument(
        lab=plan.lab.name,
        **dict(host_report(use)),
        machines=tuple(machine.name for machine in plan.machines if machine.host == name),
        findings=_about(plan, found, ("site", "hosts", name)),
    )


def tier_document(plan: Plan, name: str, found: Iterable[Finding]) -> TierDocument:
    """A tier for programs."""
    row, tier = plan.lab.tiers[name], next(each for each in plan.tiers if each.name == name)
    return TierDocument(
        lab=plan.lab.name,
        **dict(tier_report(plan, tier)),
        description=row.description,
        quota=amounts({CPU: row.quota.cpu, MEMORY: row.quota.memory, PODS: row.quota.pods}),
        members=tuple(service.name for service in plan.services if service.tier == name),
        findings=_about(plan, found, ("tiers", name)),
    )


def policy_document(plan: Plan, name: str) -> PolicyDocument:
    """A policy for programs."""
    manifest = next(each for each in plan.policies if each["metadata"]["name"] == name)
    return PolicyDocument(lab=plan.lab.name, name=name, manifest=manifest)


def part_document(plan: Plan, part: Part, found: Iterable[Finding]) -> PartDocument:
    """A part for programs."""
    return PartDocument(
        lab=plan.lab.name,
        kind=part.kind,
        name=part.name,
        stated=part.row.model_dump(mode="json"),
        said=part.said,
        used_by=dict(part.users),
        findings=_about(plan, found, part.path),
    )


def _about(plan: Plan, found: Iterable[Finding], path: Path) -> tuple[FindingReport, ...]:
    return tuple(finding_report(plan.lab, each) for each in found if each.path[: len(path)] == path)
