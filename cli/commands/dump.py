"""`homelab dump`."""

from pathlib import Path

from cli.cluster import Source, observe_source
from cli.exits import FINE
from cli.output import print_json, refuse_input, refuse_lab, say
from cli.reports.dump import dump_report
from config.load import InvalidLab
from config.reasons import reason_of
from config.writing import NotAlone
from observation import InvalidDump
from observation.writing import write_dump
from operations.clients.refusals import NoCluster
from operations.identity import AnotherCluster
from plan.wording import plural


def run_dump(folder: Path, source: Source, output: str) -> int:
    """Write what runs into a folder, and say what could not be asked."""
    try:
        observed = observe_source(source)
        write_dump(observed, folder)
    except (InvalidDump, NoCluster, AnotherCluster, NotAlone) as error:
        return refuse_input(str(error), output)
    except InvalidLab as error:
        return refuse_lab(source.lab or "", error, output)
    except OSError as error:
        return refuse_input(f"{folder} cannot be written: {reason_of(error)}", output)
    if output == "json":
        print_json(dump_report(observed, folder))
        return FINE
    objects = sum(len(each) for each in observed.resources.values())
    kinds = sum(bool(each) for each in observed.resources.values())
    say(f"{folder}: {plural(objects, 'object')} of {plural(kinds, 'kind')} of {observed.source}")
    for gap in observed.gaps:
        say(f"not read: {gap.subject}: {gap.detail}")
    return FINE
