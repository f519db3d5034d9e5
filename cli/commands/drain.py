"""`homelab drain`."""

from cli.cluster import Source, observe_source
from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_input, refuse_lab
from cli.reports.drain import drain_report
from cli.text.console import make_console
from cli.text.drain import print_drain
from config.load import InvalidLab, lab_folder, load_lab
from observation import InvalidDump
from operations.clients.refusals import NoCluster
from operations.drain import UnknownNode, commands, foresee
from operations.identity import AnotherCluster


def run_drain(node: str, source: Source, output: str) -> int:
    """Print what the drain of a node would do. ERRORS is returned where something holds it up."""
    try:
        observation = observe_source(source)
        drain = foresee(observation, node)
        steps = tuple(commands(drain, load_lab(lab_folder(source.lab)) if source.lab else None))
    except (InvalidDump, NoCluster, AnotherCluster, UnknownNode) as error:
        return refuse_input(str(error), output)
    except InvalidLab as error:
        return refuse_lab(source.lab or "", error, output)
    if output == "json":
        print_json(drain_report(drain, steps, observation))
    else:
        print_drain(drain, steps, observation.gaps, make_console())
    return FINE if drain.can_end else ERRORS
