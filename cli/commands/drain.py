"""`homelab drain`."""

from pathlib import Path

from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_input, refuse_lab
from cli.reports.drain import drain_report
from cli.text.console import make_console
from cli.text.drain import print_drain
from config.load import InvalidLab, lab_folder, load_lab
from observation import InvalidDump, read_dump
from operations.drain import UnknownNode, commands, foresee


def run_drain(node: str, dump: Path | None, lab: str | None, output: str) -> int:
    """Print what the drain of a node would do. ERRORS is returned where something holds it up."""
    if dump is None:
        return refuse_input("give the cluster with --dump DIR", output)
    try:
        observation = read_dump(dump)
        drain = foresee(observation, node)
        steps = tuple(commands(drain, load_lab(lab_folder(lab)) if lab else None))
    except (InvalidDump, UnknownNode) as error:
        return refuse_input(str(error), output)
    except InvalidLab as error:
        return refuse_lab(lab or "", error, output)
    if output == "json":
        print_json(drain_report(drain, steps, observation.source))
    else:
        print_drain(drain, steps, make_console())
    return FINE if drain.can_end else ERRORS
