"""Challenges of ACME that can never be passed."""

from collections.abc import Iterator

from config.lab import Lab
from config.objects import StatedObject
from config.service import HelmService
from plan.cluster.membership import founder
from plan.model.fields import Fields, entries, mapping, text, values
from plan.model.findings import Finding, Rule

WILDCARD_BY_HTTP = Rule(
    "WILDCARD-BY-HTTP",
    ("error", "warning"),
    title="A certificate for all names below a domain, asked for by HTTP",
    meaning=(
        "Let's Encrypt gives a certificate for `*.DOMAIN` only to whom writes a record into the domain (DNS-01). An "
        "issuer or a resolver that has only the challenges HTTP-01 or TLS-ALPN-01 never gets one: the order fails, "
        "and its secret is never written."
    ),
    remedy="Give the issuer a solver with dns01, or name each host instead of the wildcard.",
)


def challenge_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each wildcard whose issuer cannot get it."""
    issuers = [each for kind in ("ClusterIssuer", "Issuer") for each in lab.objects_by_kind.get(kind, ())]
    by_name = {(each.kind, each.name): each for each in issuers}
    for each in lab.objects_by_kind.get("Certificate", ()):
        wildcards = [name for name in values(each.content, "spec", "dnsNames") if str(name).startswith("*.")]
        reference = mapping(each.content, "spec", "issuerRef")
        issuer = by_name.get((text(reference, "kind") or "Issuer", text(reference, "name")))
        if wildcards and issuer and _is_by_http_alone(issuer, str(wildcards[0])):
            yield WILDCARD_BY_HTTP.finding(
                each.path,
                f"Certificate {each.name} asks {issuer.kind} {issuer.name} for {wildcards[0]}, and that has only the "
                "challenge HTTP-01, by which nobody gives a wildcard",
                f"add a solver with dns01 to {issuer.name}, or name each host in {each.name}",
                severity="error" if founder(lab) else "warning",
                facts={"issuer": issuer.name},
            )
    yield from _of_traefik(lab)


def _is_by_http_alone(issuer: StatedObject, name: str) -> bool:
    """Only an issuer of ACME has solvers; one that is for other names is not asked."""
    solvers = [each for each in entries(issuer.content, "spec", "acme", "solvers") if _is_for(each, name)]
    return bool(solvers) and not any(mapping(each, "dns01") for each in solvers)


def _is_for(solver: Fields, name: str) -> bool:
    zones = values(solver, "selector", "dnsZones")
    names = values(solver, "selector", "dnsNames")
    return (not zones and not names) or name in names or any(name.endswith(f".{zone}") for zone in zones)


def _of_traefik(lab: Lab) -> Iterator[Finding]:
    """Domains of an IngressRoute whose resolver has another challenge than DNS."""
    ingress = lab.cluster.platform.ingress
    controller = lab.services.get(ingress.controller) if ingress else None
    if not isinstance(controller, HelmService) or not ingress:
        return
    resolvers = mapping(controller.values, "certificatesResolvers")
    for each in lab.objects_by_kind.get("IngressRoute", ()):
        resolver = text(each.content, "spec", "tls", "certResolver")
        acme = mapping(resolvers, resolver, "acme")
        domains = entries(each.content, "spec", "tls", "domains")
        named = [text(one, "main") for one in domains] + [str(name) for one in domains for name in values(one, "sans")]
        wildcard = next((name for name in named if name.startswith("*.")), None)
        if wildcard and acme and "dnsChallenge" not in acme:
            yield WILDCARD_BY_HTTP.finding(
                each.path,
                f"IngressRoute {each.name} asks the resolver {resolver} for {wildcard}, and that has no dnsChallenge, "
                "without which nobody gives a wildcard",
                f"write certificatesResolvers.{resolver}.acme.dnsChallenge in the values of {ingress.controller}",
                severity="error" if founder(lab) else "warning",
                facts={"resolver": resolver},
            )
