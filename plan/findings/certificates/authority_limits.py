"""Certificates of the same names that are asked for more often than Let's Encrypt gives them out."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from config.lab import Lab
from config.namespaces import namespace_of_object
from config.source import Path
from plan.model.fields import entries, mapping, text, values
from plan.model.findings import Finding, Rule
from plan.wording import listed

ASKED_TOO_OFTEN = Rule(
    "ASKED-TOO-OFTEN",
    "warning",
    title="More certificates of the same names than the authority gives out",
    meaning=(
        "Let's Encrypt gives out five certificates of exactly the same names in seven days. One for each namespace is "
        "one request each: the sixth is refused, and where all are asked for again at once, as after a restore or a "
        "change of the issuer, so are those that a page needs now. They wait up to a week."
    ),
    remedy=(
        "Ask for it once, and let the ingress controller serve it as its default certificate, or let a program such as "
        "Reflector copy the Secret."
    ),
)
LIMIT = 5
"""Of an exact set of names in seven days (Let's Encrypt, Rate Limits)."""
_SERVER = "acme-v02.api.letsencrypt.org"
_ANNOTATIONS = {"cert-manager.io/cluster-issuer": "ClusterIssuer", "cert-manager.io/issuer": "Issuer"}


class _Asked(NamedTuple):
    """A certificate that cert-manager asks for."""

    path: Path
    namespace: str
    secret: str
    names: frozenset[str]
    issuer: tuple[str, str]
    """Kind and name."""


def authority_limit_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each set of names of which there are too many certificates."""
    issuers = {
        (kind, each.name): text(each.content, "spec", "acme", "server")
        for kind in ("ClusterIssuer", "Issuer")
        for each in lab.objects_by_kind.get(kind, ())
    }
    same: dict[frozenset[str], dict[tuple[str, str], _Asked]] = defaultdict(dict)
    for each in (*_certificates(lab), *_ingresses(lab)):
        if each.names and _SERVER in issuers.get(each.issuer, ""):
            same[each.names].setdefault((each.namespace, each.secret), each)
    for names, asked in same.items():
        if len(asked) > LIMIT:
            places = sorted({namespace for namespace, _ in asked})
            yield ASKED_TOO_OFTEN.finding(
                next(iter(asked.values())).path,
                f"{len(asked)} certificates of {listed(sorted(names))} are asked of Let's Encrypt, in {listed(places)}"
                f", and it gives out {LIMIT} of the same names in a week: the others wait",
                "ask for it once, and make it the default certificate of the ingress controller, or copy its Secret",
                about=",".join(sorted(names)),
                facts={"names": tuple(sorted(names)), "certificates": len(asked)},
            )


def _certificates(lab: Lab) -> Iterator[_Asked]:
    for each in lab.objects_by_kind.get("Certificate", ()):
        if text(each.content, "apiVersion").startswith("cert-manager.io/"):
            names = {str(name) for name in values(each.content, "spec", "dnsNames")}
            names |= {name for name in (text(each.content, "spec", "commonName"),) if name}
            issuer = mapping(each.content, "spec", "issuerRef")
            kind = text(issuer, "kind") or "Issuer"
            secret = text(each.content, "spec", "secretName")
            yield _Asked(
                each.path, namespace_of_object(lab, each), secret, frozenset(names), (kind, text(issuer, "name"))
            )


def _ingresses(lab: Lab) -> Iterator[_Asked]:
    """Certificates that cert-manager makes of annotations of an Ingress: one for each of its Secrets."""
    for each in lab.objects_by_kind.get("Ingress", ()):
        annotations = mapping(each.content, "metadata", "annotations")
        for key, kind in _ANNOTATIONS.items():
            for row in entries(each.content, "spec", "tls") if key in annotations else ():
                names = frozenset(str(host) for host in values(row, "hosts"))
                issuer = kind, text(annotations, key)
                yield _Asked(each.path, namespace_of_object(lab, each), text(row, "secretName"), names, issuer)
