"""`homelab preflight`."""

import time
from pathlib import Path

from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_lab, tell, warn
from cli.planned import planned
from cli.proxmox import Reach, proxmox_of_part
from cli.reports.preflight import NothingCheckedReport, preflight_report
from cli.text.console import make_console
from cli.text.preflight import print_checks
from config.load import InvalidLab
from operations.clients.proxmox import NotAnswered
from operations.preflight import Check, Part, judge, parts_of, passed, read_state


def run_preflight(lab: str, endpoint: str | None, ca_file: Path | None, insecure: bool, output: str) -> int:
    """Print whether the live host can take an `up`. ERRORS is returned unless all was checked and nothing fails."""
    try:
        plan = planned(lab)
        reach = Reach(endpoint, ca_file, insecure)
        checks = tuple(check for part in parts_of(plan) for check in _checks(lab, part, reach))
    except InvalidLab as error:
        return refuse_lab(lab, error, output)
    except NotAnswered as error:
        return _nothing_checked(str(error), output)
    if output == "json":
        print_json(preflight_report(plan, checks))
    else:
        print_checks(plan, checks, make_console())
    return FINE if passed(checks) else ERRORS


def _checks(lab: str, part: Part, reach: Reach) -> tuple[Check, ...]:
    """The checks of one Proxmox. Raises NotAnswered."""
    return judge(part.plan, read_state(part.plan, proxmox_of_part(lab, part, reach), time.time))


def _nothing_checked(sentence: str, output: str) -> int:
    if output == "json":
        print_json(NothingCheckedReport(message=sentence))
    else:
        warn(sentence)
        tell("Nothing was checked.")
    return ERRORS
