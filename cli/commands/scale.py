"""`homelab scale`."""

from collections.abc import Iterable
from pathlib import Path

from cli.cluster import Source, observe_source
from cli.exits import FINE
from cli.output import print_json, refuse_input, refuse_lab
from cli.planned import planned
from cli.reports.scale import scale_report
from cli.text.console import make_console
from cli.text.scale import print_scale
from config.folder import lab_folder
from config.load import InvalidLab, load_lab
from config.scratch import copy_lab, scratch_folder
from observation import InvalidDump
from operations.clients.refusals import NoCluster
from operations.identity import AnotherCluster
from operations.new import machine_line
from operations.scale import judge
from operations.scale.worker import NewWorker, next_name
from plan import Plan, make_plan
from plan.capacity.groups import standard_worker
from plan.forecast import Forecast, look_ahead
from plan.model import Finding

MACHINES = "machines.yaml"


def run_scale(source: Source, output: str) -> int:
    """Print whether the number of workers fits the cluster, and with a lab the worker that could be added."""
    try:
        observation = observe_source(source)
        plan = planned(source.lab) if source.lab else None
        worker = _new_worker(plan, lab_folder(source.lab)) if plan and source.lab else None
    except (InvalidDump, NoCluster, AnotherCluster) as error:
        return refuse_input(str(error), output)
    except InvalidLab as error:
        return refuse_lab(source.lab or "", error, output)
    scale = judge(observation, observation.history, plan)
    if output == "json":
        print_json(scale_report(scale, worker, observation))
    else:
        print_scale(scale, worker, observation.now, observation.gaps, make_console())
    return FINE


def _new_worker(plan: Plan, folder: Path) -> NewWorker | None:
    """A copy of the last worker of a shape, and what a plan with it finds new. Raises InvalidLab."""
    use = standard_worker(plan.capacity.nodes)
    machine = plan.lab.machines.get(use.node.name) if use else None
    if use is None or machine is None or machine.shape is None:
        return None
    name = next_name(use.node.name, plan.lab.machines)
    line = machine_line("", name, machine.shape)
    larger = _with_machine(folder, name, machine.shape)
    forecast, after = look_ahead(plan), look_ahead(larger)
    return NewWorker(
        name=name,
        entry=line.strip(),
        host_has_room_for=forecast.headroom.workers,
        new_findings=tuple(_more(after, forecast)),
        gone_findings=tuple(dict.fromkeys(each.code for each in _more(forecast, after))),
        plan=larger,
    )


def _more(one: Forecast, other: Forecast) -> Iterable[Finding]:
    known = {(each.code, each.path, each.about) for each in other.findings}
    return [each for each in one.findings if (each.code, each.path, each.about) not in known]


def _with_machine(folder: Path, name: str, shape: str) -> Plan:
    """The plan of a copy of the lab with one more machine."""
    with scratch_folder() as place:
        copy = copy_lab(folder, place)
        file = copy / MACHINES
        file.write_text(machine_line(file.read_text(encoding="utf-8"), name, shape), encoding="utf-8")
        return make_plan(load_lab(copy))
