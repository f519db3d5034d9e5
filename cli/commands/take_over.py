"""`homelab adopt cluster --import`."""

import os
from pathlib import Path

from rich.progress import Progress

from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_input
from cli.program import program_folder
from cli.reports.take_over import take_over_report
from cli.text.console import make_console
from cli.text.take_over import print_take_over
from operations.adopt.takeover.run import STEPS, Outcome, run_take_over
from operations.clients.kubernetes import Api, Refused
from operations.clients.pulumi import Pulumi, PulumiFailed
from operations.clients.refusals import NoCluster


def run_import(stack: str, kubeconfig: Path | None, dry_run: bool, output: str) -> int:
    """Take over into a stack what its lab declares and what runs, without a change to any of it."""
    reached = kubeconfig or default_kubeconfig()
    if not reached.exists():
        return refuse_input(f"there is no kubeconfig {reached}: name one with --kubeconfig FILE", output)
    try:
        outcome = _run(Pulumi(stack, program_folder()), Api(reached), dry_run)
    except (PulumiFailed, Refused, NoCluster) as error:
        return refuse_input(str(error), output)
    if output == "json":
        print_json(take_over_report(stack, outcome, dry_run))
    else:
        print_take_over(outcome, dry_run, make_console())
    return ERRORS if outcome.take_over.unfit else FINE


def default_kubeconfig() -> Path:
    """The kubeconfig that kubectl would take."""
    stated = os.environ.get("KUBECONFIG", "").partition(os.pathsep)[0]
    return Path(stated) if stated else Path.home() / ".kube" / "config"


def _run(pulumi: Pulumi, api: Api, dry_run: bool) -> Outcome:
    console = make_console()
    console.stderr = True
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)

        def tell(what: str, done: int, of: int) -> None:
            progress.update(task, description=STEPS[what], completed=done, total=of)

        return run_take_over(pulumi, api, write=not dry_run, tell=tell)
