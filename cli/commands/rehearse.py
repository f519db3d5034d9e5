"""`homelab rehearse`."""

import signal
import time
from collections.abc import Callable
from types import FrameType

from cli.exits import ERRORS, FINE, INTERRUPTED, INVALID
from cli.output import print_json, refuse_lab, tell, warn
from cli.planned import planned
from cli.reports.rehearsal import rehearsal_report
from cli.text.console import make_console
from cli.text.rehearsal import print_step
from config.load import InvalidLab
from config.suggest import did_you_mean
from plan import Plan
from plan.cluster.nodes import plan_nodes
from rehearsal import control_plane, installation, rehearse
from rehearsal.contents import NotGoverned
from rehearsal.control_plane import ControlPlane, PartFailed, Refused, ToolMissing
from rehearsal.disturbances import NoWorker
from rehearsal.engine import Engine, EngineFailed
from rehearsal.rehearse import Event, Step


def run_rehearse(lab: str, drain: list[str], lose: list[str], add_worker: bool, keep: bool, output: str) -> int:
    """Run a lab on a real control plane on this machine, and print the outcome."""
    try:
        plan = planned(lab)
    except InvalidLab as error:
        return refuse_lab(lab, error, output)
    if unknown := _unknown_node(plan, [*drain, *lose]):
        warn(unknown)
        return INVALID
    events = [Event("add worker")] if add_worker else []
    events += [Event("drain", node) for node in drain] + [Event("lose", node) for node in lose]
    return until_its_end(lambda: _rehearse(plan, events, keep, output))


def until_its_end(run: Callable[[], int]) -> int:
    """Run something on a control plane to its end; stopped or failed, it is cleaned up and said in one sentence."""
    previous = signal.signal(signal.SIGTERM, leave)
    try:
        return run()
    except (ToolMissing, PartFailed, NotGoverned, NoWorker, Refused, EngineFailed) as error:
        warn(str(error))
        return ERRORS
    except KeyboardInterrupt:
        warn("stopped; everything was cleaned up")
        return INTERRUPTED
    finally:
        signal.signal(signal.SIGTERM, previous)


def _rehearse(plan: Plan, events: list[Event], keep: bool, output: str) -> int:
    start = time.monotonic()
    steps: list[Step] = []
    console = make_console()
    with control_plane.cluster(plan, tell) as running:
        ready = time.monotonic() - start
        lacking = installation.missing()
        up = None if lacking else Engine(running.kubeconfig, running.folder).up
        way = f"server-side apply ({lacking})" if lacking else "pulumi up"
        if output == "text":
            console.print(f"The control plane was ready after {ready:.0f} s. The lab is applied by {way}.")
        for step in rehearse.rehearse(running.api, plan, events, up):
            steps.append(step)
            if output == "text":
                print_step(plan, step, console)
        if output == "json":
            print_json(rehearsal_report(plan, ready, way, steps))
        if keep:
            wait(running)
    return FINE if all(step.is_fine for step in steps) else ERRORS


def wait(running: ControlPlane) -> None:
    """Keep a control plane until Ctrl-C."""
    tell(f"It stays up until Ctrl-C: export KUBECONFIG={running.kubeconfig}")
    try:
        while True:
            time.sleep(1)  # `signal.pause` would miss a signal that comes just before it
    except KeyboardInterrupt:
        return


def leave(number: int, frame: FrameType | None) -> None:
    """Ends like Ctrl-C."""
    raise KeyboardInterrupt


def _unknown_node(plan: Plan, names: list[str]) -> str | None:
    known = [node.name for node in plan_nodes(plan.lab)]
    for name in names:
        if name not in known:
            return f"{plan.lab.name} has no node {name!r}{did_you_mean(name, known)}"
    return None
