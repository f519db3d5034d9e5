"""`homelab explain`: a finding, a service, a node."""

import sys

from cli.exits import FINE, INVALID
from cli.output import print_json, refuse_lab
from cli.reports.node import node_document
from cli.reports.page import PageReport
from cli.reports.service import service_document
from config.load import InvalidLab, lab_folder, load_lab
from config.suggest import did_you_mean
from plan import make_plan
from plan.findings.catalogue import CATALOGUE
from plan.model import Plan


def run_explain(name: str, lab: str, output: str) -> int:
    """Print the page of a finding, or all that there is to say about a service or a node of the lab."""
    if name.upper() in CATALOGUE:
        return _explain_code(name.upper(), output)
    if name.upper() == name:
        print(f"homelab: no finding has the code {name!r}{did_you_mean(name, CATALOGUE)}", file=sys.stderr)
        return INVALID
    try:
        plan = make_plan(load_lab(lab_folder(lab)))
    except InvalidLab as error:
        return refuse_lab(lab, error, output)
    nodes = [use.node.name for use in plan.capacity.nodes]
    if name in plan.lab.services:
        _explain_service(plan, name, output)
    elif name in nodes:
        _explain_node(plan, name, output)
    else:
        hint = did_you_mean(name, (*plan.lab.services, *nodes))
        print(
            f"homelab: {lab} has no service and no node {name!r}, and no finding has that code{hint}", file=sys.stderr
        )
        return INVALID
    return FINE


def _explain_code(code: str, output: str) -> int:
    page = CATALOGUE[code]
    if output == "json":
        print_json(PageReport(code=code, title=page.title, meaning=page.meaning, remedy=page.remedy))
    else:
        print(f"{code}: {page.title}\n\n{page.meaning}\n\nWhat to do: {page.remedy}")
    return FINE


def _explain_service(plan: Plan, name: str, output: str) -> None:
    if output == "json":
        print_json(service_document(plan, name))
    else:
        from cli.text.service import print_service

        print_service(plan, name)


def _explain_node(plan: Plan, name: str, output: str) -> None:
    if output == "json":
        print_json(node_document(plan, name))
    else:
        from cli.text.node import print_node

        print_node(plan, name)
