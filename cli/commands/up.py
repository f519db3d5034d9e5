"""`homelab up`."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import typer
from rich.console import Console

from cli.exits import ERRORS, FINE, INTERRUPTED, INVALID
from cli.output import print_json, refuse_input, refuse_lab
from cli.planned import planned
from cli.reports.up import up_report
from cli.text.console import make_console
from cli.text.guard import print_judgement
from cli.text.progress import shown
from cli.text.up import print_aftermath, print_differences, print_not_judged, print_outcome, print_rolling, print_steps
from config.folder import lab_folder
from config.load import InvalidLab, load_lab
from observation import Observation
from operations.clients.cluster import Cluster
from operations.clients.pulumi import Pulumi, PulumiFailed
from operations.clients.refusals import NoCluster
from operations.doctor.diagnose import diagnose
from operations.guard import UnknownAllowance
from operations.guard.reading.document import InvalidPreview
from operations.identity import AnotherCluster, check_identity
from operations.observe import observe
from operations.preflight.host_keys import DEFAULT_USER, ask_host_keys, known_host_keys
from operations.up.hosts import not_known
from operations.up.journal import log_file, work_folder, write_record
from operations.up.look import look, look_again
from operations.up.outcome import End, Outcome
from operations.up.record import record_of
from operations.up.run import apply
from operations.up.second_look import differences
from operations.up.touched import Aftermath, ailments_of, identity, touched_namespaces
from plan.wording import printable

CODES: dict[End, int] = {
    "applied": FINE,
    "failed": ERRORS,
    "cut off": ERRORS,
    "stopped": INTERRUPTED,
    "locked": INVALID,
    "not begun": INVALID,
}


class Request(NamedTuple):
    """The options of the command."""

    stack: str | None
    lab: str | None
    project: Path
    kubeconfig: Path | None
    context: str | None
    allow: tuple[str, ...]
    yes: bool
    dry_run: bool
    judged: str | None
    output: str


def run_up(request: Request) -> int:
    """Preview, judge, show, ask, look again, apply, and print the outcome."""
    if request.stack is None and request.lab is None:
        return refuse_input("which lab? Name it with --lab NAME, or its stack with --stack NAME", request.output)
    if request.lab is not None:
        try:
            load_lab(lab_folder(request.lab))
        except InvalidLab as error:
            return refuse_lab(request.lab, error, request.output)
    if not request.dry_run and not request.yes and (request.output == "json" or not sys.stdin.isatty()):
        return refuse_input("there is no terminal to ask on: add --yes, or --dry-run to apply nothing", request.output)
    stack = request.stack or lab_folder(request.lab or "").resolve().name
    pulumi = Pulumi(stack, request.project)
    console = make_console()
    console.stderr = request.output == "json"
    try:
        with work_folder(request.project) as folder, _cluster(pulumi, request, folder) as cluster:
            return _act(pulumi, folder, cluster, request, console)
    except InvalidLab as error:
        return refuse_lab(request.lab or stack, error, request.output)
    except (PulumiFailed, InvalidPreview, UnknownAllowance, NoCluster, AnotherCluster) as error:
        return refuse_input(str(error), request.output)


def _act(pulumi: Pulumi, folder: Path, cluster: Cluster | None, request: Request, console: Console) -> int:
    observation = _observe(cluster, request, console)
    saved_plan = folder / "plan.json"
    looked = look(pulumi, saved_plan, request.lab, request.allow, observation)
    print_judgement(looked.judgement, looked.of, console)
    print_steps(looked, pulumi.stack, console)
    ends_here = not looked.judgement.passes or not looked.steps or request.dry_run
    ask = known_host_keys if ends_here else ask_host_keys
    unknown = not_known(looked.steps, looked.lab, looked.preview.ssh_user or DEFAULT_USER, ask)
    if ends_here:
        if unknown:
            console.print(printable(f"As it is, {unknown}."))
        if request.output == "json":
            print_json(up_report(pulumi.stack, looked))
        return FINE if looked.judgement.passes else ERRORS
    if unknown:
        return refuse_input(unknown, request.output)
    if request.judged is not None and request.judged != looked.name:
        print_not_judged(request.judged, looked.name, console)
        if request.output == "json":
            print_json(up_report(pulumi.stack, looked))
        return ERRORS
    if not request.yes and not typer.confirm(f"Apply this to stack {pulumi.stack}?"):
        console.print("Nothing was applied.")
        return FINE
    again = look_again(pulumi, folder / "plan-now.json")
    if found := differences(looked.preview, again):
        print_differences(found, console)
        if request.output == "json":
            print_json(up_report(pulumi.stack, looked, found))
        return ERRORS
    began = datetime.now(UTC)
    log = log_file(request.project, pulumi.stack, began)
    write_record(log, record_of(pulumi.stack, began, looked))
    with shown(console, len(looked.steps)) as show:
        applied = apply(pulumi, folder, saved_plan, looked, cluster, show)
    outcome = applied.outcome
    write_record(log, record_of(pulumi.stack, began, looked, outcome))
    print_outcome(outcome, applied.reasons, f"homelab up --stack {pulumi.stack}", console)
    aftermath = _aftermath(outcome, cluster, observation)
    print_rolling(applied.rolling, applied.reasons, console)
    print_aftermath(aftermath, console)
    console.print(f"Log: {log}")
    if request.output == "json":
        print_json(up_report(pulumi.stack, looked, (), applied, aftermath, str(log)))
    return CODES[outcome.end] or (ERRORS if applied.rolling or aftermath.is_worse else FINE)


@contextmanager
def _cluster(pulumi: Pulumi, request: Request, folder: Path) -> Generator[Cluster | None]:
    """By the kubeconfig that is stated, else by the one that the stack's last `up` used. Raises NoCluster."""
    if request.kubeconfig:
        yield Cluster(request.kubeconfig, request.context)
        return
    own = pulumi.kubeconfig()
    if own is None:
        yield None
        return
    file = folder / "kubeconfig"
    file.touch(mode=0o600)
    file.write_text(own, encoding="utf-8")
    yield Cluster(file)


def _observe(cluster: Cluster | None, request: Request, console: Console) -> Observation | None:
    """The observation, where the cluster answers; the judgement names what was not asked. Raises AnotherCluster."""
    if cluster is None:
        return None
    try:
        observation = observe(cluster)
    except NoCluster as error:
        if request.kubeconfig:
            raise
        console.print(f"Not asked: {error}.")
        return None
    if request.lab:
        check_identity(planned(request.lab), observation)
    return observation


def _aftermath(outcome: Outcome, cluster: Cluster | None, observation: Observation | None) -> Aftermath:
    if cluster is None:
        return Aftermath(None, not_asked="there was no kubeconfig before this; `homelab doctor --kubeconfig FILE` asks")
    namespaces = touched_namespaces(outcome)
    if not namespaces:
        return Aftermath(())
    before = frozenset(map(identity, diagnose(observation))) if observation else None
    try:
        return Aftermath(ailments_of(diagnose(observe(cluster)), namespaces), before)
    except NoCluster as error:
        return Aftermath(None, not_asked=str(error))
