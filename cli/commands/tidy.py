"""`homelab adopt tidy`."""

from pathlib import Path

from cli.exits import ERRORS, FINE
from cli.lab import EXPLAINED
from cli.output import print_json, refuse_input, refuse_lab
from cli.patience import told_while
from cli.planned import planned
from cli.reports.tidy import tidy_report
from cli.text.console import make_console
from cli.text.tidy import print_tidied
from config.folder import lab_folder
from config.load import InvalidLab
from config.reasons import reason_of
from config.suggest import did_you_mean
from config.writing import NotAlone, state_of, write_lab
from operations.adopt.tidy.tidy import tidy
from plan.wording import printable


def run_tidy(lab: str, service: str, wanted: str | None, dry_run: bool, output: str) -> int:
    """Take one departure out of a service's file: the one that is named, else the cheapest."""
    folder: Path = lab_folder(lab)
    try:
        read = state_of(folder)
        plan = planned(lab)
        if service not in plan.lab.services:
            known = did_you_mean(service, plan.lab.services, EXPLAINED)
            return refuse_input(f"{lab} has no service {service!r}{known}", output)
        with told_while(f"trying {printable(lab)} without each departure of {printable(service)}"):
            found = tidy(folder, plan, service)
        chosen = next((each for each in found.possible if wanted in (None, str(each.departure))), None)
        if wanted and chosen is None:
            reason = next((f": {each.reason}" for each in found.kept if str(each.departure) == wanted), "")
            names = ", ".join(str(each.departure) for each in found.possible) or "none"
            return refuse_input(f"{wanted} of {service} cannot go{reason}. These can: {names}", output)
        refused = chosen is not None and bool(chosen.errors)
        if chosen and not dry_run and not refused:
            write_lab(folder, {str(found.file.relative_to(folder)): chosen.text}, read)
    except InvalidLab as error:
        return refuse_lab(lab, error, output)
    except NotAlone as error:
        return refuse_input(str(error), output)
    except OSError as error:
        return refuse_input(f"{error.filename or folder} cannot be written: {reason_of(error)}", output)
    if output == "json":
        print_json(tidy_report(found, chosen, written=bool(chosen) and not dry_run and not refused))
    else:
        print_tidied(found, chosen, dry_run or refused, make_console())
    return ERRORS if refused else FINE
