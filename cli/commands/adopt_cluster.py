"""`homelab adopt cluster`."""

from cli.cluster import Source, observe_source, progress_bar
from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_input, refuse_lab
from cli.reports.adopt_cluster import cluster_report
from cli.text.adopt_cluster import print_cluster
from cli.text.console import make_console
from config.folder import lab_folder
from config.load import InvalidLab
from config.reasons import reason_of
from config.writing import NotAlone, OutsidePath, state_of, write_lab
from observation import InvalidDump, InvalidUsage
from operations.adopt.cluster.adoption import Adoption, Wishes, adopt_cluster
from operations.adopt.cluster.trying import Trial, may_patch, try_objects
from operations.clients.kubernetes import Api
from operations.clients.refusals import NoCluster


def run_adopt_cluster(
    lab: str, source: Source, tier: str | None, repositories: tuple[str, ...], dry_run: bool, output: str
) -> int:
    """Write the services of a cluster that runs into a lab, which need not be there yet."""
    wrong = next((each for each in repositories if not each.partition("=")[2]), None)
    if wrong:
        return refuse_input(f"--repository {wrong}: write a release and the address of its chart, NAME=URL.", output)
    folder = lab_folder(lab)
    try:
        observation = observe_source(source)
        wishes = Wishes(
            tier,
            {each.partition("=")[0]: each.partition("=")[2] for each in repositories},
            observation.usage,
        )
        objects = (each for found in observation.resources.values() for each in found)
        read = state_of(folder)
        adoption = adopt_cluster(folder, objects, wishes)
        trial = None if source.dump else _tried(source, adoption)
        if not dry_run:
            write_lab(folder, adoption.files, read)
    except (InvalidDump, InvalidUsage, NoCluster, NotAlone, OutsidePath) as error:
        return refuse_input(str(error), output)
    except InvalidLab as error:
        return refuse_lab(lab, error, output)
    except OSError as error:
        return refuse_input(f"{folder} cannot be written: {reason_of(error)}", output)
    if output == "json":
        print_json(cluster_report(adoption, dry_run, observation.gaps, trial))
    else:
        print_cluster(adoption, dry_run, observation.gaps, trial, make_console())
    return ERRORS if adoption.errors or (trial and trial.interrupts) else FINE


def _tried(source: Source, adoption: Adoption) -> Trial | None:
    """Every object of the plan, tried by a dry run; None where this account may not patch."""
    api = Api(source.kubeconfig, source.context)
    if not may_patch(api):
        return None
    manifests = adoption.plan.manifests
    with progress_bar() as progress:
        task = progress.add_task("trying objects", total=len(manifests))
        return try_objects(api, manifests, lambda done: progress.update(task, completed=done))
