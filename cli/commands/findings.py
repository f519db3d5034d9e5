"""`homelab findings`."""

from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_input, refuse_lab
from cli.patience import told_while
from cli.reports.finding import findings_report
from cli.text.console import make_console
from cli.text.findings import print_findings
from config.folder import lab_folder
from config.load import InvalidLab, load_lab
from config.suggest import did_you_mean
from operations.rules import all_rules
from plan import make_plan
from plan.forecast import look_ahead
from plan.wording import visible


def run_findings(code: str | None, lab: str, output: str) -> int:
    """Print every finding of a lab with its place, or those of one code."""
    wanted = code.upper() if code else None
    if wanted and wanted not in all_rules():
        return refuse_input(f"no finding has the code {code!r}{did_you_mean(wanted, all_rules())}", output)
    try:
        with told_while(f"planning {visible(lab)}"):
            plan = make_plan(load_lab(lab_folder(lab)))
            found = [each for each in look_ahead(plan).findings if wanted in (None, each.code)]
    except InvalidLab as error:
        return refuse_lab(lab, error, output)
    if output == "json":
        print_json(findings_report(plan.lab, found))
    else:
        print_findings(plan.lab, found, make_console())
    return ERRORS if any(each.severity == "error" for each in found) else FINE
