"""`homelab rehearse --from DUMP`."""

from pathlib import Path

from cli.commands.rehearse import until_its_end, wait
from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_input, refuse_lab, tell
from cli.planned import planned
from cli.reports.trial import trial_report
from cli.text.console import make_console
from cli.text.trial import print_trial
from config.load import InvalidLab
from observation import InvalidDump, read_dump
from operations.adopt.cluster.trying import try_objects
from plan import Plan
from rehearsal.dumped import dumped_cluster


def run_rehearse_dump(lab: str, dump: Path, keep: bool, output: str) -> int:
    """Load a dump into a real control plane on this machine, and try every object of the lab on it."""
    try:
        plan = planned(lab)
        observed = read_dump(dump)
    except InvalidLab as error:
        return refuse_lab(lab, error, output)
    except InvalidDump as error:
        return refuse_input(str(error), output)
    objects = [each for found in observed.resources.values() for each in found]
    return until_its_end(lambda: _try(plan, objects, keep, output))


def _try(plan: Plan, objects: list[dict[str, object]], keep: bool, output: str) -> int:
    with dumped_cluster(objects, plan.lab.cluster.service_cidr, tell) as there:
        trial = try_objects(there.api, plan.manifests)
        if output == "json":
            print_json(trial_report(plan.lab.name, trial))
        else:
            releases = sum(each.release is not None for each in plan.services)
            print_trial(trial, releases, make_console())
        if keep:
            wait(there)
    return ERRORS if trial.interrupts else FINE
