"""Certificates that have ended, end soon without being renewed, or are not issued."""

from collections.abc import Iterator
from datetime import timedelta

from observation.model import Observation
from observation.objects import Reference, condition, conditions, created, deleted, name_of, namespace_of, reference
from observation.times import read_time
from operations.doctor.ages import length, stamp
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import is_young
from operations.doctor.rules.network.routes import routes
from plan.model import Manifest
from plan.model.fields import text, values

_GROUP = "cert-manager.io"
_LATE = timedelta(hours=6)
"""How long after its time a renewal may be under way."""


def certificate_findings(observed: Observation) -> Iterator[Finding]:
    """A finding for each certificate of cert-manager that is not good, and each issuer that issues none."""
    for kind in ("Issuer", "ClusterIssuer"):
        for issuer in observed.of(kind, _GROUP):
            ready = condition(issuer, "Ready")
            if ready and ready.status != "True" and not is_young(observed, ready.since):
                yield Finding(
                    "ISSUER-NOT-READY",
                    "error",
                    reference(issuer),
                    f"It issues no certificates: {ready.reason}, {ready.message}",
                    "correct what the message names; cert-manager tries again by itself",
                    (Evidence(reference(issuer), f"Ready is {ready.status}: {ready.message}"),),
                    covers=frozenset((reference(issuer),)),
                )
    for each in observed.of("Certificate", _GROUP):
        if deleted(each) is None:
            yield from _certificate(observed, each)


def _certificate(observed: Observation, certificate: Manifest) -> Iterator[Finding]:
    ends, due = (read_time(text(certificate, "status", key)) for key in ("notAfter", "renewalTime"))
    ready, issuing = condition(certificate, "Ready"), condition(certificate, "Issuing")
    names = ", ".join(str(each) for each in values(certificate, "spec", "dnsNames"))
    secret = Reference("Secret", namespace_of(certificate), text(certificate, "spec", "secretName"))
    kind = text(certificate, "spec", "issuerRef", "kind") or "Issuer"
    issuer = Reference(
        kind, None if kind == "ClusterIssuer" else secret.namespace, text(certificate, "spec", "issuerRef", "name")
    )
    evidence = [Evidence(reference(certificate), f"notAfter {stamp(ends)}, renewalTime {stamp(due)}, for {names}")]
    for state in (ready, issuing):
        if state is not None and (state.status != "True" or state is issuing):
            evidence.append(
                Evidence(reference(certificate), f"{state.type} is {state.status}, {state.reason}: {state.message}")
            )
    steps, why = _steps(observed, certificate)
    evidence += steps
    base = Finding(
        "CERTIFICATE-EXPIRED",
        "error",
        reference(certificate),
        "",
        f"kubectl describe certificate {name_of(certificate)} -n {namespace_of(certificate)}; then its order "
        "and challenge",
        tuple(evidence),
        tuple(
            Evidence(route.by, f"serves {route.host} with it")
            for route in {r.by: r for r in routes(observed) if r.host and r.host in names}.values()
        ),
        covers=frozenset((reference(certificate), secret)),
        upstream=_issued_by(observed, issuer),
    )
    if ends is not None and ends <= observed.now:
        message = (
            f"The certificate of {names} ended {length(observed.now - ends)} ago, at {stamp(ends)}, and was not renewed"
        )
        yield base._replace(message=message + why)
    elif ready is not None and ready.status != "True" and not is_young(observed, ready.since):
        yield base._replace(
            code="CERTIFICATE-NOT-ISSUED",
            message=f"The certificate of {names} is not issued: {ready.message}{why}",
        )
    elif due is not None and observed.now - due > _LATE and ends is not None:
        yield base._replace(
            code="CERTIFICATE-NOT-RENEWED",
            severity="warning" if ends - observed.now > timedelta(days=7) else "error",
            message=f"The certificate of {names} was to be renewed at {stamp(due)} and ends in "
            f"{length(ends - observed.now)}, at {stamp(ends)}{why}",
        )


def _issued_by(observed: Observation, issuer: Reference) -> frozenset[Reference]:
    """The issuer, and cert-manager itself."""
    found = {issuer}
    for each in observed.of("Deployment"):
        if name_of(each) == "cert-manager":
            found |= {reference(each), *(reference(pod) for pod in observed.pods_of(each))}
    return frozenset(found)


def _steps(observed: Observation, certificate: Manifest) -> tuple[list[Evidence], str]:
    """Evidence from its request, order and challenge, the last of them as the reason."""
    evidence: list[Evidence] = []
    why = ""
    for kind in ("CertificateRequest", "Order", "Challenge"):
        for each in observed.in_namespace(kind, namespace_of(certificate)):
            if not name_of(each).startswith(name_of(certificate)):
                continue
            said = text(each, "status", "reason") or next(
                (state.message for state in conditions(each) if state.type == "Ready" and state.status != "True"), ""
            )
            state = text(each, "status", "state")
            if said or state in ("pending", "invalid", "errored"):
                evidence.append(Evidence(reference(each), f"{state or 'not ready'}: {said}"))
                why = f"; {reference(each)}: {said or state}"
    said = [each for each in observed.events_of(certificate) if each.type == "Warning"]
    if said and not why:
        why = f"; {said[-1].message}"
        evidence.append(Evidence(reference(certificate), f"event {said[-1].reason}: {said[-1].message}"))
    return evidence, why


def request_findings(observed: Observation) -> Iterator[Finding]:
    """Requests of kubelets and users for a certificate that are not decided."""
    waiting = [
        each
        for each in observed.of("CertificateSigningRequest")
        if not any(state.type in ("Approved", "Denied", "Failed") for state in conditions(each))
        and not is_young(observed, created(each), timedelta(hours=1))
    ]
    if waiting:
        yield Finding(
            "CERTIFICATE-REQUESTS-PENDING",
            "warning",
            reference(waiting[0]),
            f"{len(waiting)} requests for certificates wait to be approved, this one by "
            f"{text(waiting[0], 'spec', 'username')}",
            "kubectl certificate approve NAME, or run an approver for kubelets",
            tuple(Evidence(reference(each), f"signer {text(each, 'spec', 'signerName')}") for each in waiting[:5]),
        )
