"""`homelab doctor`."""

from cli.cluster import Source, observe_source
from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_input, refuse_lab
from cli.planned import planned
from cli.reports.doctor import doctor_report
from cli.text.console import make_console
from cli.text.copies import print_copies
from cli.text.doctor import print_diagnosis
from cli.text.drift import print_drift
from config.load import InvalidLab
from observation import InvalidDump, InvalidUsage
from operations.clients.refusals import NoCluster
from operations.copies import checked_copies
from operations.doctor.diagnose import diagnose
from operations.doctor.unread import unread_ends
from operations.drift import drift
from operations.identity import AnotherCluster
from plan.ledger import ledger


def run_doctor(source: Source, output: str) -> int:
    """Print what ails a cluster, by cause. ERRORS is returned where something is broken now."""
    try:
        observed = observe_source(source)
    except (InvalidDump, InvalidUsage, NoCluster, AnotherCluster) as error:
        return refuse_input(str(error), output)
    except InvalidLab as error:
        return refuse_lab(source.lab or "", error, output)
    findings = diagnose(observed)
    gaps = (*observed.gaps, *unread_ends(observed))
    plan = planned(source.lab) if source.lab else None
    found = drift(plan, observed) if plan else None
    copies = tuple(checked_copies(ledger(plan.lab), observed)) if plan else None
    if output == "json":
        print_json(doctor_report(observed, findings, gaps, found, copies))
    else:
        console = make_console()
        print_diagnosis(observed, findings, gaps, console)
        if found:
            print_drift(found, console)
        if copies is not None:
            print_copies(copies, observed.now, console)
    return ERRORS if any(each.severity == "error" for each in findings) else FINE
