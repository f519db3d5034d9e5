"""`homelab drain`."""

from cli.cluster import Source, observe_source
from cli.exits import ERRORS, FINE, INTERRUPTED
from cli.output import print_json, refuse_input, refuse_lab, tell
from cli.reports.drain import drain_report
from cli.text.console import make_console
from cli.text.drain import going_on, print_drain, told_sentence
from config.folder import lab_folder
from config.load import InvalidLab, load_lab
from observation import InvalidDump
from operations.clients.kubernetes import Api, Refused
from operations.clients.refusals import NoCluster
from operations.drain import Drain, UnknownNode, commands, foresee, with_alternatives
from operations.drain.run import Surprise, run
from operations.identity import AnotherCluster


def run_drain(node: str, source: Source, yes: bool, output: str) -> int:
    """Print what the drain of a node would do, and with `yes` do it. ERRORS is returned where something holds it up."""
    if yes and source.dump:
        return refuse_input("--yes drains a node of a cluster that runs: leave out --dump", output)
    try:
        observation = observe_source(source)
        drain = with_alternatives(observation, foresee(observation, node))
        steps = tuple(commands(drain, load_lab(lab_folder(source.lab)) if source.lab else None))
    except (InvalidDump, NoCluster, AnotherCluster, UnknownNode) as error:
        return refuse_input(str(error), output)
    except InvalidLab as error:
        return refuse_lab(source.lab or "", error, output)
    if output == "json":
        print_json(drain_report(drain, steps, observation))
    else:
        print_drain(drain, steps, observation.gaps, make_console())
    if not drain.can_end:
        return ERRORS
    return _drain(drain, source) if yes else FINE


def _drain(drain: Drain, source: Source) -> int:
    """Carry it out, with a line on standard error for each thing that happens."""
    try:
        run(Api(source.kubeconfig, source.context), drain, lambda told: tell(told_sentence(told)))
    except Surprise as surprise:
        tell(f"stopped: {surprise}")
    except (Refused, NoCluster) as error:
        tell(f"stopped: {error}")
    except KeyboardInterrupt:
        tell(f"interrupted: {going_on(drain.node)}")
        return INTERRUPTED
    else:
        return FINE
    tell(going_on(drain.node))
    return ERRORS
