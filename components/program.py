"""The Pulumi program: load the lab, plan it, stop on errors, declare it, export what it offers."""

import pulumi

from components.lab import declare
from components.reachability import check_reachable
from components.sdk_speed import speed_up
from components.settings import read_lab, read_settings
from config.load import InvalidLab, load_lab
from plan import make_plan


def run() -> None:
    """Declare the stack's lab. Raises RunError where it is invalid or does not fit."""
    speed_up()
    folder = read_lab()
    try:
        lab = load_lab(folder)
    except InvalidLab as invalid:
        raise _refuse(f"The lab {folder} is invalid.", [str(problem) for problem in invalid.problems]) from None
    hosts = dict.fromkeys(machine.host for machine in lab.machines.values())
    own = [host for host in hosts if lab.site.endpoint_of(host)]
    settings = read_settings(machines=len(own) < len(hosts), own_endpoints=own)

    plan = make_plan(lab, adopt=settings.adopt)
    if plan.errors:
        found = [
            f"{lab.place(finding.path)}: {finding.code}: {finding.message} {finding.fix}" for finding in plan.errors
        ]
        raise _refuse(f"The lab {folder} cannot be declared as it is planned.", found)

    for endpoint in dict.fromkeys(machine.endpoint for machine in plan.machines):
        here = [machine for machine in plan.machines if machine.endpoint == endpoint]
        if url := endpoint or settings.proxmox_endpoint:
            check_reachable(url, settings.proxmox_insecure, here)
    outputs = declare(plan, settings)
    pulumi.export("kubeconfig", outputs.kubeconfig)
    pulumi.export("machines", outputs.machines)
    pulumi.export("hosts", outputs.hosts)


def _refuse(sentence: str, problems: list[str]) -> pulumi.RunError:
    """Show all problems, and end with one sentence."""
    for problem in problems:
        pulumi.log.error(problem)
    return pulumi.RunError(sentence)
