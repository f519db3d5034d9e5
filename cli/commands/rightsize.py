"""`homelab rightsize`."""

from cli.cluster import Source, observe_source
from cli.exits import FINE
from cli.output import print_json, refuse_input, refuse_lab
from cli.reports.rightsize import rightsize_report
from cli.text.console import make_console
from cli.text.rightsize import print_sizes
from config.load import InvalidLab, lab_folder, load_lab
from observation import InvalidDump, InvalidUsage
from operations.clients.refusals import NoCluster
from operations.identity import AnotherCluster
from operations.rightsize.cluster import size_cluster

LEAST_DAYS, WHOLE_WEEK = 1, 8


def run_rightsize(source: Source, output: str) -> int:
    """Print a proposal for each container of which the use is known."""
    try:
        observation = observe_source(source)
        lab = load_lab(lab_folder(source.lab)) if source.lab else None
    except (InvalidDump, InvalidUsage, NoCluster, AnotherCluster) as error:
        return refuse_input(str(error), output)
    except InvalidLab as error:
        return refuse_lab(source.lab or "", error, output)
    used = observation.usage
    if used is None:
        told = next((f": {each.detail}" for each in observation.gaps if each.subject.startswith("usage")), "")
        return refuse_input(
            f"the usage of the containers is not known{told}; name a Prometheus with --prometheus URL, or a file with "
            "--usage FILE",
            output,
        )
    if used.window_days < LEAST_DAYS:
        return refuse_input(
            f"{used.source} covers {used.window_days * 24:.0f} hours; less than one day is not enough", output
        )
    sizes = size_cluster(observation, used, lab)
    warnings = [f"the usage covers {used.window_days:g} days only"] if used.window_days < WHOLE_WEEK else []
    if output == "json":
        print_json(rightsize_report(sizes, observation, used.source, warnings))
    else:
        print_sizes(sizes, warnings, observation.gaps, make_console())
    return FINE
