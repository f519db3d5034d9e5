"""`homelab report`."""

from pathlib import Path

from htpy import Element

from cli.against import changes_since
from cli.baseline import NothingToCompare
from cli.cluster import Source, observe_source
from cli.exits import ERRORS, FINE
from cli.html.change import change_section
from cli.html.links import Links
from cli.html.live import live_section
from cli.html.page import page
from cli.output import print_json, refuse_input, refuse_lab, say
from cli.planned import foreseen, planned
from cli.reports.files import FilesReport
from config.folder import lab_folder
from config.load import InvalidLab
from config.reasons import reason_of
from config.writing import NotAlone, write_file
from observation import InvalidDump, InvalidUsage
from operations.clients.refusals import NoCluster
from operations.identity import AnotherCluster
from plan.model import Plan


def run_report(lab: str, file: Path, against: str | None, source: Source, links: str | None, output: str) -> int:
    """Write the lab as one HTML page, with the difference from another plan and with what runs if they are named."""
    try:
        plan = planned(lab)
    except InvalidLab as error:
        return refuse_lab(lab, error, output)
    try:
        change = _change(plan, lab_folder(lab), against) if against else None
        live = live_section(plan, observe_source(source)) if source.dump or source.kubeconfig else None
    except (NothingToCompare, InvalidDump, InvalidUsage, NoCluster, AnotherCluster) as error:
        return refuse_input(str(error), output)
    text = page(plan, foreseen(plan), Links(file.parent, links), change, live)
    try:
        write_file(file, text)
    except NotAlone as error:
        return refuse_input(str(error), output)
    except OSError as error:
        return refuse_input(f"{file} cannot be written: {reason_of(error)}", output)
    if output == "json":
        print_json(FilesReport(folder=str(file.parent), files=(str(file),)))
    else:
        say(f"{file}: {len(text.encode()) // 1024:,} KiB. Open it in a browser.")
    return ERRORS if plan.errors else FINE


def _change(plan: Plan, folder: Path, reference: str) -> Element:
    """Raises NothingToCompare."""
    comparison, consequences = changes_since(plan, folder, reference)
    return change_section(comparison, consequences)
