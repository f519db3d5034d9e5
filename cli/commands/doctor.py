"""`homelab doctor`."""

from cli.cluster import Source, observe_source
from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_input, refuse_lab
from cli.reports.doctor import doctor_report
from cli.text.console import make_console
from cli.text.doctor import print_diagnosis
from config.load import InvalidLab
from observation import InvalidDump, InvalidUsage
from operations.clients.refusals import NoCluster
from operations.doctor.diagnose import diagnose
from operations.identity import AnotherCluster


def run_doctor(source: Source, output: str) -> int:
    """Print what ails a cluster, by cause. ERRORS is returned where something is broken now."""
    try:
        observed = observe_source(source)
    except (InvalidDump, InvalidUsage, NoCluster, AnotherCluster) as error:
        return refuse_input(str(error), output)
    except InvalidLab as error:
        return refuse_lab(source.lab or "", error, output)
    findings = diagnose(observed)
    if output == "json":
        print_json(doctor_report(observed, findings, observed.gaps))
    else:
        print_diagnosis(observed, findings, observed.gaps, make_console())
    return ERRORS if any(each.severity == "error" for each in findings) else FINE
