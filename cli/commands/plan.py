"""`homelab plan`."""

from cli.exits import ERRORS, FINE
from cli.lab import EXPLAINED
from cli.output import refuse_input, refuse_lab
from cli.planned import planned
from config.folder import lab_folder
from config.load import InvalidLab
from config.suggest import did_you_mean


def run_plan(
    lab: str, output: str, service: str | None, against: str | None, fails_on_damage: bool, whole: bool
) -> int:
    """Print the plan of a lab, or of one service in it, or how it differs from another one."""
    if output == "markdown" and against is None:
        return refuse_input("Markdown is for changes: name what to compare with, --against main", output)
    try:
        plan = planned(lab)
    except InvalidLab as error:
        return refuse_lab(lab, error, output)
    if service is not None and service not in plan.lab.services:
        near = did_you_mean(service, plan.lab.services, EXPLAINED)
        return refuse_input(f"{lab} has no service {service!r}{near}", output)
    if against is not None:
        from cli.against import run_against

        return run_against(plan, lab_folder(lab), against, fails_on_damage, output)
    if output == "json":
        from cli.reports.document import json_text
        from cli.reports.plan import plan_report

        print(json_text(plan_report(plan, service), indent=None))
    elif service is not None:
        from cli.text.service import print_service

        print_service(plan, service)
    else:
        from cli.text.plan import print_plan

        print_plan(plan, whole=whole)
    return ERRORS if plan.errors else FINE
