"""Findings about routes, and who is reached by them."""

from collections.abc import Iterator

from plan.findings.programs import programs
from plan.findings.routes.backend_schemes import backend_scheme_findings
from plan.findings.routes.believed_identities import believed_identity_findings
from plan.findings.routes.external_names import external_name_findings
from plan.findings.routes.gateway_listeners import gateway_listener_findings
from plan.findings.routes.hosts_twice import host_twice_findings
from plan.findings.routes.keycloak_proxies import keycloak_proxy_findings
from plan.findings.routes.namespaces_crossed import namespace_crossed_findings
from plan.findings.routes.own_hosts import own_host_findings
from plan.findings.routes.plugin_middlewares import plugin_middleware_findings
from plan.findings.routes.proxies_not_trusted import proxy_not_trusted_findings
from plan.findings.routes.public_records import public_record_findings
from plan.findings.routes.record_owners import record_owner_findings
from plan.findings.routes.record_prefixes import record_prefix_findings
from plan.findings.routes.redirects import redirect_findings
from plan.findings.routes.references import reference_findings
from plan.findings.routes.route_annotations import route_annotation_findings
from plan.findings.routes.rule_syntax import rule_syntax_findings
from plan.findings.routes.sign_in_domains import sign_in_domain_findings
from plan.findings.routes.snippets import snippet_findings
from plan.findings.routes.stream_entries import stream_entry_findings
from plan.findings.routes.unserved import unserved_findings
from plan.findings.routes.uploads import upload_findings
from plan.findings.routes.visitors import visitor_findings
from plan.model import Finding, Plan


def findings(plan: Plan) -> Iterator[Finding]:
    """All of them."""
    found = tuple(programs(plan.lab))
    yield from backend_scheme_findings(plan.lab)
    yield from believed_identity_findings(plan.lab, plan.services)
    yield from external_name_findings(plan.lab)
    yield from gateway_listener_findings(plan.lab, plan.services)
    yield from host_twice_findings(plan.lab, plan.services)
    yield from own_host_findings(plan.lab, found)
    yield from plugin_middleware_findings(plan.lab)
    yield from proxy_not_trusted_findings(plan.lab, found)
    yield from keycloak_proxy_findings(plan.lab, found)
    yield from namespace_crossed_findings(plan.lab, plan.services)
    yield from public_record_findings(plan.lab)
    yield from record_owner_findings(plan.lab, found)
    yield from record_prefix_findings(plan.lab, plan.services, found)
    yield from redirect_findings(plan.lab)
    yield from reference_findings(plan.lab, plan.namespaces, plan.services)
    yield from route_annotation_findings(plan.lab, plan.services)
    yield from rule_syntax_findings(plan.lab)
    yield from sign_in_domain_findings(plan.lab, found)
    yield from stream_entry_findings(plan.lab, plan.services)
    yield from unserved_findings(plan.lab, plan.services)
    yield from upload_findings(plan.lab)
    yield from visitor_findings(plan.lab)
    yield from snippet_findings(plan.lab)
