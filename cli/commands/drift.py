"""`homelab drift`."""

import time
from collections.abc import Mapping

from cli.cluster import Source, observe_source
from cli.exits import ERRORS, FINE, INVALID
from cli.forge import forge_of
from cli.output import print_json, refuse_input, refuse_lab
from cli.planned import planned
from cli.proxmox import Reach, proxmox_of_part
from cli.reports.drift import whole_drift_report
from cli.text.console import make_console
from cli.text.drift import print_drift, print_machines
from cli.text.drift_markdown import drift_issue, unreachable_issue
from config.load import InvalidLab
from observation import InvalidDump, Observation
from operations.clients.forge import ForgeFailed
from operations.clients.proxmox import NotAnswered
from operations.clients.refusals import NoCluster
from operations.drift import State, drift, machine_drift, volume_handles, whole_state
from operations.identity import AnotherCluster
from operations.preflight import Check, not_asked, parts_of, read_state
from operations.review.publishing import Issue, marker, put_issue
from plan.model import Plan

CODES: Mapping[State, int] = {"same": FINE, "differs": ERRORS, "not known": INVALID}


def run_drift(
    source: Source, link: str | None, output: str, forge: tuple[str | None, str | None] | None, reach: Reach | None
) -> int:
    """Print how what runs differs from the lab, and keep its issue if a forge is named by API and repository."""
    lab = source.lab or ""
    found, checks, why = None, None, ""
    try:
        plan = planned(lab)
        observed, why = _observed(source)
        found = drift(plan, observed) if observed else None
        checks = _machines(lab, plan, observed, reach) if reach else None
    except InvalidLab as error:
        return refuse_lab(lab, error, output)
    except (InvalidDump, AnotherCluster) as error:
        return refuse_input(str(error), output)
    state = whole_state(found, checks)
    issue = drift_issue(lab, found, checks, link) if found else unreachable_issue(lab, why)
    if output == "json":
        print_json(whole_drift_report(lab, plan, found, checks, why))
    elif output == "markdown":
        print(f"# {issue.title}\n\n{issue.body or ''}", end="")
    elif found:
        print_drift(found, make_console())
        print_machines(plan, checks, make_console())
    else:
        refuse_input(why, output)
    if forge and (refused := _keep_issue(forge, lab, issue)):
        return refuse_input(refused, "text")
    return CODES[state]


def _observed(source: Source) -> tuple[Observation | None, str]:
    """The cluster, or why it does not answer. Raises InvalidDump and AnotherCluster."""
    try:
        return observe_source(source), ""
    except NoCluster as error:
        return None, str(error)


def _machines(lab: str, plan: Plan, observed: Observation | None, reach: Reach) -> tuple[Check, ...]:
    """The machines on their hosts, compared with the lab; a Proxmox that cannot be asked is a check of its own."""
    claimed = volume_handles(observed) if observed else None
    found: list[Check] = []
    for part in parts_of(plan):
        try:
            state = read_state(part.plan, proxmox_of_part(lab, part, reach), time.time)
            found += machine_drift(part.plan, state, claimed)
        except NotAnswered as error:
            found.append(not_asked(part.host, str(error)))
    return tuple(found)


def _keep_issue(forge: tuple[str | None, str | None], lab: str, issue: Issue) -> str | None:
    """Why the issue could not be kept; None if it is as it should be."""
    try:
        put_issue(forge_of(*forge), marker("drift", lab), issue)
    except ForgeFailed as error:
        return str(error)
    return None
