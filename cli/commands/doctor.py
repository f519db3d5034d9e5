"""`homelab doctor`."""

from pathlib import Path

from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_input
from cli.reports.doctor import doctor_report
from cli.text.console import make_console
from cli.text.doctor import print_diagnosis
from observation import InvalidDump, InvalidUsage, read_dump
from operations.doctor.diagnose import diagnose


def run_doctor(dump: Path | None, usage: Path | None, output: str) -> int:
    """Print what ails a cluster, by cause. ERRORS is returned where something is broken now."""
    if dump is None:
        return refuse_input("give the cluster with --dump DIR", output)
    try:
        observed = read_dump(dump, usage)
    except (InvalidDump, InvalidUsage) as error:
        return refuse_input(str(error), output)
    findings = diagnose(observed)
    if output == "json":
        print_json(doctor_report(observed, findings, observed.gaps))
    else:
        print_diagnosis(observed, findings, observed.gaps, make_console())
    return ERRORS if any(each.severity == "error" for each in findings) else FINE
