"""`homelab adopt hand-over`."""

from cli.cluster import Source, observe_source
from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_input, refuse_lab
from cli.planned import planned
from cli.reports.hand_over import hand_over_report
from cli.text.console import make_console
from cli.text.hand_over import print_hand_over
from config.load import InvalidLab
from observation import InvalidDump, InvalidUsage
from operations.adopt.cluster.hand_over import hand_over
from operations.adopt.cluster.objects import key_of
from operations.adopt.cluster.origins import OfRelease
from operations.adopt.cluster.world import read_world
from operations.clients.refusals import NoCluster


def run_hand_over(lab: str, source: Source, output: str) -> int:
    """Print how the old tools release the objects that a lab declares. Returns ERRORS where one still writes."""
    try:
        plan = planned(lab)
        observed = observe_source(source)
    except InvalidLab as error:
        return refuse_lab(lab, error, output)
    except (InvalidDump, InvalidUsage, NoCluster) as error:
        return refuse_input(str(error), output)
    world = read_world(each for found in observed.resources.values() for each in found)
    releases = [OfRelease(each.namespace, each.release.name) for each in plan.services if each.release]
    found = hand_over(world, map(key_of, plan.manifests), releases)
    if output == "json":
        print_json(hand_over_report(found))
    else:
        print_hand_over(found, make_console())
    return ERRORS if found.still_writing else FINE
