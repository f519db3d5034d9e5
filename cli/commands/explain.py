"""`homelab explain`."""

from cli.exits import FINE
from cli.known import CODES, Kind, kinds_of, meant, names_of
from cli.lab import EXPLAINED
from cli.output import print_json, refuse_input, refuse_lab
from cli.planned import foreseen, planned
from cli.reports.document import Document
from cli.reports.explained import (
    KnownDocument,
    PageDocument,
    host_document,
    machine_document,
    part_document,
    policy_document,
    tier_document,
)
from cli.reports.ledger import disk_document, entry_document
from cli.reports.node import node_document
from cli.reports.service import service_document
from cli.text.console import make_console
from config.load import InvalidLab
from config.refusals import REFUSALS
from config.source import Path
from config.suggest import did_you_mean
from operations.doctor.catalogue import RULES
from operations.rules import all_rules
from plan.changes.effects import EFFECTS
from plan.forecast import Forecast
from plan.ledger import DataLoss, Entry
from plan.model import Plan
from plan.parts import part_of


def run_explain(name: str | None, lab: str, output: str, whole: bool) -> int:
    """Print what a name means: the code of a finding, an effect of an `up`, or a part of the lab; without a name, all
    names that are known."""
    code = name.upper() if name else ""
    if kinds_of(code, CODES):
        _explain_code(code, output)
        return FINE
    if name and name.isupper():
        codes = [code for codes in CODES.values() for code in codes]
        return refuse_input(f"no finding has the code {name!r}{did_you_mean(name, codes, EXPLAINED)}", output)
    try:
        plan = planned(lab)
    except InvalidLab as error:
        return refuse_lab(lab, error, output)
    known = names_of(plan)
    if name is None:
        _list_names(plan, output)
        return FINE
    if not kinds_of(name, known):
        name = meant(name, known, plan)
    kinds = kinds_of(name, known)
    if not kinds:
        hint = did_you_mean(name, [each for names in known.values() for each in names], EXPLAINED)
        kinds_known = "service, machine, host, tier, policy, volume, network, storage or device"
        sentence = f"{lab} has no {kinds_known} {name!r}, and no finding has that code"
        return refuse_input(f"{sentence}{hint}", output)
    forecast = foreseen(plan)
    if output == "json":
        print_json(_document(plan, kinds[0], name, forecast))
    else:
        for kind in kinds:
            _print(plan, kind, name, forecast, whole)
    return FINE


def _explain_code(code: str, output: str) -> None:
    """The rule of the plan, where the plan and the doctor have one of the same code."""
    rule = all_rules().get(code)
    if rule is None and code in RULES:
        _explain_ailment(code, output)
        return
    pages = {**{each.code: each for each in REFUSALS}, **EFFECTS}
    page = rule or pages[code]
    severities = rule.severities if rule else ()
    if output == "json":
        print_json(
            PageDocument(code=code, severities=severities, title=page.title, meaning=page.meaning, remedy=page.remedy)
        )
    else:
        severity = f" ({' or '.join(severities)})" if severities else ""
        print(f"{code}{severity}: {page.title}\n\n{page.meaning}\n\nRemedy: {page.remedy}")


def _explain_ailment(code: str, output: str) -> None:
    """The rule behind a finding of `homelab doctor`; the remedy is in each finding, with its names."""
    rule = RULES[code]
    if output == "json":
        print_json(PageDocument(code=code, severities=(), title=rule.title, meaning=rule.rule, remedy=""))
    else:
        print(f"{code}: {rule.title}\n\n{rule.rule}\n\nRemedy: in each finding of homelab doctor, with its names")


def _list_names(plan: Plan, output: str) -> None:
    names: dict[Kind, tuple[str, ...]] = {**names_of(plan), **CODES}
    if output == "json":
        print_json(KnownDocument(lab=plan.lab.name, names=names))
    else:
        from cli.text.known import print_known

        print_known(names, make_console())


def _document(plan: Plan, kind: Kind, name: str, forecast: Forecast) -> Document:
    found = forecast.findings
    match kind:
        case "service":
            return service_document(plan, name)
        case "node":
            return node_document(plan, name)
        case "machine":
            return machine_document(plan, name, found)
        case "host":
            return host_document(plan, name, found)
        case "tier":
            return tier_document(plan, name, found)
        case "policy":
            return policy_document(plan, name)
        case "data":
            return entry_document(plan, _entry(forecast, name), found)
        case "disk":
            return disk_document(plan, _disk(forecast, name), _entries_on(forecast, name), found)
        case "network" | "bridge" | "storage class" | "storage" | "device" | "template" | "machine backup":
            return part_document(plan, part_of(plan, kind, name), found)
        case "finding" | "refusal" | "effect" | "ailment":
            raise AssertionError("a code needs no lab")


def _print(plan: Plan, kind: Kind, name: str, forecast: Forecast, whole: bool) -> None:
    from cli.text.data import print_disk, print_entry
    from cli.text.hardware import print_host, print_machine
    from cli.text.node import print_node
    from cli.text.parts import print_part
    from cli.text.rules import print_policy, print_tier
    from cli.text.service import print_service

    found = forecast.findings
    match kind:
        case "service":
            print_service(plan, name, whole=whole)
        case "node":
            print_node(plan, name)
        case "machine":
            print_machine(plan, name, found, make_console())
        case "host":
            print_host(plan, name, found, make_console())
        case "tier":
            print_tier(plan, name, found, make_console())
        case "policy":
            print_policy(plan, name, make_console())
        case "data":
            print_entry(plan, _entry(forecast, name), found, make_console())
        case "disk":
            entries = _entries_on(forecast, name)
            print_disk(plan, _disk(forecast, name), entries, found, make_console())
        case "network" | "bridge" | "storage class" | "storage" | "device" | "template" | "machine backup":
            print_part(plan, part_of(plan, kind, name), found, make_console())
        case "finding" | "refusal" | "effect" | "ailment":
            raise AssertionError("a code needs no lab")


def _entry(forecast: Forecast, name: str) -> Entry:
    return next(entry for entry in forecast.ledger if entry.name == name)


def _disk(forecast: Forecast, name: str) -> DataLoss:
    path = _disk_path(name)
    return next(loss for loss in forecast.data_losses if loss.path == path)


def _entries_on(forecast: Forecast, name: str) -> tuple[Entry, ...]:
    host, _, disk = name.partition("/")
    return tuple(
        entry for entry in forecast.ledger if any((place.server, place.disk) == (host, disk) for place in entry.places)
    )


def _disk_path(name: str) -> Path:
    host, _, disk = name.partition("/")
    return ("site", "hosts", host, "disks", disk)
