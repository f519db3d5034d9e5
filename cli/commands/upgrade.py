"""`homelab upgrade`."""

from pathlib import Path

from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_input
from cli.reports.upgrade import upgrade_report
from cli.text.console import make_console
from cli.text.upgrade import print_upgrade
from observation import InvalidDump, read_dump
from operations.upgrade import NotUpgradable, foresee


def run_upgrade(dump: Path | None, output: str) -> int:
    """Print the way to the next minor release. ERRORS is returned where something holds it up."""
    if dump is None:
        return refuse_input("give the cluster with --dump DIR", output)
    try:
        observation = read_dump(dump)
        upgrade = foresee(observation)
    except (InvalidDump, NotUpgradable) as error:
        return refuse_input(str(error), output)
    if output == "json":
        print_json(upgrade_report(upgrade, observation.source))
    else:
        print_upgrade(upgrade, make_console())
    return ERRORS if upgrade.is_held_up else FINE
