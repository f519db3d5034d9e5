"""`homelab preflight`."""

import sys
import time
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from cli.commands.plan import refuse
from cli.exits import ERRORS, FINE
from cli.output import print_json
from cli.proxmox import proxmox_of
from cli.reports.plan import finding_report
from cli.text.amounts import plural
from cli.text.plan import INDENT, findings, make_console
from config.load import InvalidLab, lab_folder, load_lab
from operations.clients.proxmox import NotAnswered
from operations.preflight import Check, judge, read_state
from plan import make_plan
from plan.model import Plan, worst_first


def run_preflight(lab: str, endpoint: str | None, ca_file: Path | None, insecure: bool, output: str) -> int:
    """Print whether the live host can take an `up`. ERRORS is returned unless all was checked and nothing fails."""
    try:
        plan = make_plan(load_lab(lab_folder(lab)))
        checks = judge(plan, read_state(plan, proxmox_of(lab, endpoint, ca_file, insecure), time.time))
    except InvalidLab as error:
        return refuse(lab, error, output)
    except NotAnswered as error:
        return _nothing_checked(str(error), output)
    if output == "json":
        print_json(preflight_report(plan, checks))
    else:
        _print_checks(plan, checks, make_console())
    return FINE if passed(checks) else ERRORS


def passed(checks: tuple[Check, ...]) -> bool:
    """Whether everything was checked and nothing fails."""
    return all(check.outcome in ("fine", "warning") for check in checks)


def preflight_report(plan: Plan, checks: tuple[Check, ...]) -> dict[str, object]:
    """The checks for programs."""
    return {
        "lab": plan.lab.name,
        "checked": True,
        "passed": passed(checks),
        "checks": [
            {
                "check": check.question,
                "outcome": check.outcome,
                "answer": check.answer,
                "findings": [finding_report(plan.lab, finding) for finding in check.findings],
            }
            for check in checks
        ],
    }


def _nothing_checked(sentence: str, output: str) -> int:
    if output == "json":
        print_json({"checked": False, "passed": False, "message": sentence})
    else:
        print(f"homelab: {sentence}\nNothing was checked.", file=sys.stderr)
    return ERRORS


def _print_checks(plan: Plan, checks: tuple[Check, ...], console: Console) -> None:
    for check in checks:
        if check.outcome == "fine":
            console.print(Text.assemble(("fine", "green"), " ", (check.question, "bold")))
            console.print(Padding(check.answer, INDENT, expand=False))
    found = sorted((finding for check in checks for finding in check.findings), key=worst_first)
    if found:
        console.print()
        console.print(findings(plan.lab, found))
    console.print()
    console.print(_verdict(checks))


def _verdict(checks: tuple[Check, ...]) -> Text:
    count = {
        outcome: sum(check.outcome == outcome for check in checks) for outcome in ("error", "unchecked", "warning")
    }
    warned = f" {plural(count['warning'], 'check')} with warnings." if count["warning"] else ""
    if passed(checks):
        return Text.assemble((f"Ready: {plural(len(checks), 'check')}, and nothing fails.", "bold green"), warned)
    failing = [f"{plural(count['error'], 'check')} failed"] if count["error"] else []
    failing += [f"{plural(count['unchecked'], 'check')} could not be made"] if count["unchecked"] else []
    return Text.assemble((f"Do not apply this: {', '.join(failing)}, of {len(checks)}.", "bold red"), warned)
