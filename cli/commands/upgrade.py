"""`homelab upgrade`."""

from cli.cluster import Source, observe_source
from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_input, refuse_lab
from cli.reports.upgrade import upgrade_report
from cli.text.console import make_console
from cli.text.upgrade import print_upgrade
from config.load import InvalidLab
from observation import InvalidDump
from operations.clients.refusals import NoCluster
from operations.identity import AnotherCluster
from operations.upgrade import NotUpgradable, foresee


def run_upgrade(source: Source, output: str) -> int:
    """Print the way to the next minor release. ERRORS is returned where something holds it up."""
    try:
        observation = observe_source(source)
        upgrade = foresee(observation)
    except (InvalidDump, NoCluster, AnotherCluster, NotUpgradable) as error:
        return refuse_input(str(error), output)
    except InvalidLab as error:
        return refuse_lab(source.lab or "", error, output)
    if output == "json":
        print_json(upgrade_report(upgrade, observation))
    else:
        print_upgrade(upgrade, observation.gaps, make_console())
    return ERRORS if upgrade.is_held_up else FINE
