"""Findings about certificates of routes and kubelets."""

from collections.abc import Iterator

from plan.findings.certificates.authority_limits import authority_limit_findings
from plan.findings.certificates.certificate_names import certificate_name_findings
from plan.findings.certificates.certificates import certificate_findings
from plan.findings.certificates.challenges import challenge_findings
from plan.findings.certificates.kubelet_certificates import kubelet_certificate_findings
from plan.findings.certificates.lifetimes import lifetime_findings
from plan.findings.certificates.strict_names import strict_name_findings
from plan.model import Finding, Plan


def findings(plan: Plan) -> Iterator[Finding]:
    """All of them."""
    yield from authority_limit_findings(plan.lab)
    yield from certificate_findings(plan.lab)
    yield from certificate_name_findings(plan.lab)
    yield from challenge_findings(plan.lab)
    yield from kubelet_certificate_findings(plan.lab, plan.services)
    yield from strict_name_findings(plan.lab)
    yield from lifetime_findings(plan.lab)
