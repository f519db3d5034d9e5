"""Findings about rights, secrets and ways in."""

from collections.abc import Iterator

from plan.findings.access.clear_secrets import clear_secret_findings
from plan.findings.access.cookie_secrets import cookie_secret_findings
from plan.findings.access.image_users import image_user_findings
from plan.findings.access.lowered_standards import lowered_standard_findings
from plan.findings.access.node_rights import node_rights_findings
from plan.findings.access.open_by_default import open_by_default_findings
from plan.findings.access.plain_secrets import plain_secret_findings
from plan.findings.access.rights import rights_findings
from plan.findings.access.secret_keys import secret_key_findings
from plan.findings.access.secret_places import secret_place_findings
from plan.findings.access.secret_refresh import secret_refresh_findings
from plan.findings.access.secrets_elsewhere import secret_elsewhere_findings
from plan.findings.access.secrets_twice import secret_twice_findings
from plan.findings.access.shared_namespaces import shared_exception_findings
from plan.findings.access.store_conditions import store_condition_findings
from plan.findings.programs import programs
from plan.model import Finding, Plan


def findings(plan: Plan) -> Iterator[Finding]:
    """All of them."""
    found = tuple(programs(plan.lab))
    yield from clear_secret_findings(plan.lab, plan.services)
    yield from cookie_secret_findings(plan.lab, found)
    yield from image_user_findings(plan.services)
    yield from lowered_standard_findings(plan.lab, plan.namespaces)
    yield from node_rights_findings(plan.lab, plan.services)
    yield from open_by_default_findings(plan.lab, found)
    yield from plain_secret_findings(plan.lab)
    yield from rights_findings(plan.lab, plan.namespaces, plan.services)
    yield from secret_elsewhere_findings(plan.lab, plan.services)
    yield from secret_key_findings(plan.lab, plan.services)
    yield from secret_place_findings(plan.lab, plan.services)
    yield from secret_refresh_findings(plan.lab)
    yield from secret_twice_findings(plan.lab, plan.services)
    yield from shared_exception_findings(plan.lab, plan.namespaces)
    yield from store_condition_findings(plan.lab)
