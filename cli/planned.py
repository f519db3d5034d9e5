"""The plan of a lab for a command; who waits at a terminal is told so."""

from cli.patience import told_while
from config.folder import lab_folder
from config.load import load_lab
from plan import Plan, make_plan
from plan.forecast import Forecast, look_ahead
from plan.wording import printable


def planned(lab: str) -> Plan:
    """The plan of a lab, by its name or path. Raises InvalidLab."""
    with told_while(f"planning {printable(lab)}"):
        return make_plan(load_lab(lab_folder(lab)))


def foreseen(plan: Plan) -> Forecast:
    """Consequences of a plan: losses, rollouts and all findings."""
    with told_while(f"looking ahead for {printable(plan.lab.name)}"):
        return look_ahead(plan)
