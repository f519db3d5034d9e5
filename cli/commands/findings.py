"""`homelab findings`."""

from cli.exits import ERRORS, FINE
from cli.lab import EXPLAINED
from cli.output import print_json, refuse_input, refuse_lab
from cli.planned import foreseen, planned
from cli.reports.finding import findings_report
from cli.text.console import make_console
from cli.text.findings import print_findings
from config.load import InvalidLab
from config.suggest import did_you_mean
from operations.rules import all_rules


def run_findings(code: str | None, lab: str, output: str) -> int:
    """Print every finding of a lab with its place, or those of one code."""
    wanted = code.upper() if code else None
    if wanted and wanted not in all_rules():
        return refuse_input(f"no finding has the code {code!r}{did_you_mean(wanted, all_rules(), EXPLAINED)}", output)
    try:
        plan = planned(lab)
    except InvalidLab as error:
        return refuse_lab(lab, error, output)
    found = [each for each in foreseen(plan).findings if wanted in (None, each.code)]
    if output == "json":
        print_json(findings_report(plan.lab, found))
    else:
        print_findings(plan.lab, found, make_console())
    return ERRORS if any(each.severity == "error" for each in found) else FINE
