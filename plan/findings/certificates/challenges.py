"""Challenges of ACME that can never be passed."""

import re
from collections.abc import Iterator

from config.lab import Lab
from config.objects import StatedObject
from config.service import HelmService
from plan.cluster.membership import founder
from plan.findings.routes.traefik_settings import traefik_of
from plan.findings.settings import settings_of
from plan.model.fields import Fields, entries, mapping, text, value, values
from plan.model.findings import Finding, Rule, Severity

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

NAME_WITHOUT_AUTHORITY = Rule(
    "NAME-WITHOUT-AUTHORITY",
    ("error", "warning"),
    title="No public authority gives a certificate for this domain",
    meaning=(
        "Let's Encrypt and its like sign names of the internet alone. A domain that only houses use (.lan, .local, "
        ".internal, .home.arpa and others) has no owner there: every order fails, and browsers see a certificate that "
        "the controller made itself."
    ),
    remedy="Use a domain that you own, with a challenge by DNS, or an authority of your own (`caServer`).",
)
CHALLENGE_ANSWERED_INSIDE = Rule(
    "CHALLENGE-ANSWERED-INSIDE",
    "warning",
    title="A name server of the house is asked for the record of a challenge",
    meaning=(
        "Before an order by DNS-01 goes on, cert-manager asks for the record that it has written, at the name servers "
        "of its node. Where one of them answers for the whole domain itself, it does not know the record, which is on "
        "the internet: the challenge waits for ever (`DNS record not yet propagated`), and no certificate comes."
    ),
    remedy="Let cert-manager ask a public server alone: --dns01-recursive-nameservers and the same with -only.",
)

STAGING_AUTHORITY = Rule(
    "STAGING-AUTHORITY",
    "warning",
    title="Certificates are of an authority for trials",
    meaning=(
        "Let's Encrypt has an authority for trials, with wide limits, whose certificates no browser believes. What is "
        "left of a trial serves pages that browsers refuse."
    ),
    remedy="Name the authority's real server, once a certificate was issued by the one for trials.",
)

_STAGING = "acme-staging"
_OF_HOUSES = (
    *("lan", "local", "localdomain", "internal", "intranet", "private", "home", "corp", "home.arpa", "localhost"),
)
"""Domains of which nobody is the owner: RFC 6762 (appendix G), RFC 8375, ICANN's `internal`."""
_PUBLIC = ("letsencrypt.org", "zerossl.com", "buypass.com", "pki.goog", "ssl.com")
_RECURSIVE = "--dns01-recursive-nameservers="
_ZONE = (
    r"(?m)(?:address=/|local=/|\$ORIGIN\s+|^\s*[\"']?|mapping:\s*\{{\s*[\"']?)"
    r"{domain}\.?(?:/|[\"']?\s*:|\s*\{{|:53|\s*$)"
)
"""How dnsmasq, zone files, CoreDNS and Blocky write that they answer for a domain themselves."""


def challenge_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each certificate that its issuer cannot get."""
    yield from _wildcards(lab)
    yield from _without_authority(lab)
    yield from _from_staging(lab)
    yield from _answered_inside(lab)


def _without_authority(lab: Lab) -> Iterator[Finding]:
    """Routes whose resolver asks a public authority for names of the house, and such Certificates."""
    severity: Severity = "error" if founder(lab) else "warning"
    ingress, traefik = lab.cluster.platform.ingress, traefik_of(lab)
    if ingress and traefik and ingress.certificate_resolver and _is_of_houses(lab.site.domain):
        acme = value(traefik[1].values, "certificatesResolvers", ingress.certificate_resolver, "acme")
        exposed = [name for name, each in lab.services.items() if each.expose]
        if acme is not None and exposed and _is_public(text(acme, "caServer")):
            yield NAME_WITHOUT_AUTHORITY.finding(
                ("site", "domain"),
                f"the resolver {ingress.certificate_resolver} asks Let's Encrypt for names below {lab.site.domain}, "
                "which no public authority signs: browsers refuse every page",
                "write a domain that you own, or caServer of an authority of your own",
                severity=severity,
                facts={"domain": lab.site.domain},
            )
    issuers = {each.name: each for kind in ("ClusterIssuer", "Issuer") for each in lab.objects_by_kind.get(kind, ())}
    for each in lab.objects_by_kind.get("Certificate", ()):
        issuer = issuers.get(text(each.content, "spec", "issuerRef", "name"))
        names = [str(name) for name in values(each.content, "spec", "dnsNames") if _is_of_houses(str(name))]
        acme = mapping(issuer.content if issuer else {}, "spec", "acme")
        if acme and names and _is_public(text(acme, "server")):
            yield NAME_WITHOUT_AUTHORITY.finding(
                each.path,
                f"Certificate {each.name} asks {text(acme, 'server')} for {names[0]}, which no public authority signs",
                "write a name of a domain that you own, or an issuer of your own authority",
                severity=severity,
                facts={"domain": names[0]},
            )


def _from_staging(lab: Lab) -> Iterator[Finding]:
    """Certificates and routes of Let's Encrypt's authority for trials."""
    issuers = {each.name: each for kind in ("ClusterIssuer", "Issuer") for each in lab.objects_by_kind.get(kind, ())}
    for each in lab.objects_by_kind.get("Certificate", ()):
        issuer = issuers.get(text(each.content, "spec", "issuerRef", "name"))
        server = text(issuer.content if issuer else {}, "spec", "acme", "server")
        if _STAGING in server:
            yield STAGING_AUTHORITY.finding(
                each.path,
                f"Certificate {each.name} is of {text(each.content, 'spec', 'issuerRef', 'name')}, which asks "
                f"{server}: browsers refuse its certificates",
                "write the server https://acme-v02.api.letsencrypt.org/directory in the issuer, once trials are over",
                facts={"server": server},
            )
    ingress, traefik = lab.cluster.platform.ingress, traefik_of(lab)
    if ingress and traefik and ingress.certificate_resolver:
        server = text(traefik[1].values, "certificatesResolvers", ingress.certificate_resolver, "acme", "caServer")
        if _STAGING in server:
            yield STAGING_AUTHORITY.finding(
                ("services", traefik[0], "values"),
                f"the resolver {ingress.certificate_resolver} asks {server}: browsers refuse its certificates",
                "leave caServer out, once trials are over, and empty the volume with the certificates",
                facts={"server": server},
            )


def _is_of_houses(domain: str) -> bool:
    return any(domain == each or domain.endswith(f".{each}") for each in _OF_HOUSES)


def _is_public(server: str) -> bool:
    """Whether an authority is one of the internet; Traefik's own default is."""
    return not server or any(each in server for each in _PUBLIC)


def _answered_inside(lab: Lab) -> Iterator[Finding]:
    """cert-manager without a name server of its own, where one of the lab answers for the domain of a certificate."""
    found = next(lab.charts("cert-manager"), None)
    if found is None or found[1].as_found or _asks_elsewhere(found[1]):
        return
    issuers = [each for kind in ("ClusterIssuer", "Issuer") for each in lab.objects_by_kind.get(kind, ())]
    if not any(mapping(each, "dns01") for one in issuers for each in entries(one.content, "spec", "acme", "solvers")):
        return
    domain = lab.site.domain
    zone = re.compile(_ZONE.format(domain=re.escape(domain)))
    servers = lab.networks.networks[lab.cluster.node_network].nameservers
    for name, service in lab.services.items():
        if any(each.address in servers for each in service.addresses(name)):
            written = next((each for each in settings_of(name, service) if zone.search(each.text)), None)
            if written is not None:
                yield CHALLENGE_ANSWERED_INSIDE.finding(
                    ("services", found[0], "values"),
                    f"{found[0]} looks for its records at {name}, a name server of the nodes, which answers for "
                    f"{domain} itself: challenges by DNS wait for ever",
                    "write extraArgs: [--dns01-recursive-nameservers-only, --dns01-recursive-nameservers=1.1.1.1:53] "
                    f"in the values of {found[0]}",
                    facts={"services": (name,), "domain": domain},
                )


def _asks_elsewhere(chart: HelmService) -> bool:
    stated = value(chart.values, "config", "acmeDNS01Config") or value(chart.values, "dns01RecursiveNameservers")
    return bool(stated) or any(str(each).startswith(_RECURSIVE) for each in values(chart.values, "extraArgs"))


def _wildcards(lab: Lab) -> Iterator[Finding]:
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
