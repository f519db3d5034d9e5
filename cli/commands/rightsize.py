"""`homelab rightsize`."""

from pathlib import Path

from cli.exits import FINE
from cli.output import print_json, refuse_input, refuse_lab
from cli.reports.rightsize import rightsize_report
from cli.text.console import make_console
from cli.text.rightsize import print_sizes
from config.load import InvalidLab, lab_folder, load_lab
from observation import InvalidDump, InvalidUsage, read_dump, read_usage
from operations.rightsize.cluster import size_cluster

LEAST_DAYS, WHOLE_WEEK = 1, 8


def run_rightsize(dump: Path | None, usage: Path | None, lab: str | None, output: str) -> int:
    """Print a proposal for each container of which the use is known."""
    if dump is None or usage is None:
        return refuse_input("give the cluster with --dump DIR and its use with --usage FILE", output)
    try:
        observation, used = read_dump(dump), read_usage(usage)
        sizes = size_cluster(observation, used, load_lab(lab_folder(lab)) if lab else None)
    except (InvalidDump, InvalidUsage) as error:
        return refuse_input(str(error), output)
    except InvalidLab as error:
        return refuse_lab(lab or "", error, output)
    if used.window_days < LEAST_DAYS:
        return refuse_input(f"{usage} covers {used.window_days:g} days; less than one day says nothing", output)
    warnings = [f"the usage covers {used.window_days:g} days only"] if used.window_days < WHOLE_WEEK else []
    if output == "json":
        print_json(rightsize_report(sizes, used.source, warnings))
    else:
        print_sizes(sizes, warnings, make_console())
    return FINE
