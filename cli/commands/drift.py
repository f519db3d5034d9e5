"""`homelab drift`."""

from collections.abc import Mapping

from cli.cluster import Source, observe_source
from cli.exits import ERRORS, FINE, INVALID
from cli.forge import forge_of
from cli.output import print_json, refuse_input, refuse_lab
from cli.reports.drift import whole_drift_report
from cli.text.console import make_console
from cli.text.doctor import print_drift
from cli.text.drift_markdown import drift_issue, unreachable_issue
from config.folder import lab_folder
from config.load import InvalidLab, load_lab
from observation import InvalidDump
from operations.clients.forge import ForgeFailed
from operations.clients.refusals import NoCluster
from operations.drift import State, drift
from operations.identity import AnotherCluster
from operations.review.publishing import Issue, marker, put_issue
from plan import make_plan

CODES: Mapping[State, int] = {"same": FINE, "differs": ERRORS, "not known": INVALID}


def run_drift(source: Source, link: str | None, output: str, forge: tuple[str | None, str | None] | None) -> int:
    """Print how what runs differs from the lab, and keep its issue if a forge is named by API and repository."""
    lab = source.lab or ""
    found, why = None, ""
    try:
        plan = make_plan(load_lab(lab_folder(lab)))
        found = drift(plan, observe_source(source))
    except InvalidLab as error:
        return refuse_lab(lab, error, output)
    except NoCluster as error:
        why = str(error)
    except (InvalidDump, AnotherCluster) as error:
        return refuse_input(str(error), output)
    issue = drift_issue(lab, found, link) if found else unreachable_issue(lab, why)
    if output == "json":
        print_json(whole_drift_report(lab, found, why))
    elif output == "markdown":
        print(f"# {issue.title}\n\n{issue.body or ''}", end="")
    elif found:
        print_drift(found, make_console())
    else:
        refuse_input(why, output)
    if forge and (refused := _keep_issue(forge, lab, issue)):
        return refuse_input(refused, "text")
    return CODES[found.state if found else "not known"]


def _keep_issue(forge: tuple[str | None, str | None], lab: str, issue: Issue) -> str | None:
    """Why the issue could not be kept; None if it is as it should be."""
    try:
        put_issue(forge_of(*forge), marker("drift", lab), issue)
    except ForgeFailed as error:
        return str(error)
    return None
