"""Routes whose certificate is not for their host: a wildcard is for one level of names, and not for its own domain."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.namespaces import namespace_of, namespace_of_object
from config.service import HelmService
from config.source import Path
from plan.findings.routes.traefik_settings import traefik_of
from plan.model.fields import Fields, entries, text, value, values
from plan.model.findings import Finding, Rule
from plan.wording import listed

NAME_NOT_IN_CERTIFICATE = Rule(
    "NAME-NOT-IN-CERTIFICATE",
    "warning",
    title="A route has a certificate that is not for its host",
    meaning=(
        "A certificate for *.DOMAIN is for names one level below the domain: neither for the domain itself nor for "
        "a.b.DOMAIN. A browser refuses the page, and an app that checks certificates does not connect. It is said "
        "where the Certificate is in the lab, which writes the Secret that the route names."
    ),
    remedy="Add the host, or a wildcard for its level, to the names of the Certificate.",
)


class _Asked(NamedTuple):
    """Hosts, and the Secret that is to have a certificate for them."""

    path: Path
    namespace: str
    secret: str
    hosts: tuple[str, ...]


class _Certificate(NamedTuple):
    name: str
    names: tuple[str, ...]


def certificate_name_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each route with hosts that its certificate leaves out."""
    written = _written(lab)
    if not written:
        return
    for asked in _asked(lab):
        found = written.get((asked.namespace, asked.secret))
        missing = [host for host in asked.hosts if found and not any(is_for(name, host) for name in found.names)]
        if found and missing:
            yield NAME_NOT_IN_CERTIFICATE.finding(
                asked.path,
                f"the certificate {found.name} in {asked.secret} is for {listed(found.names)}, and not for "
                f"{listed(missing)}: browsers refuse the page",
                f"add {missing[0]} to dnsNames of {found.name}",
                about=asked.secret,
                facts={"hosts": tuple(missing), "names": found.names},
            )


def is_for(name: str, host: str) -> bool:
    """Whether a name of a certificate is for a host (RFC 6125)."""
    if name.startswith("*."):
        return host.partition(".")[2].lower() == name[2:].lower()
    return host.lower() == name.lower()


def _written(lab: Lab) -> Mapping[tuple[str, str], _Certificate]:
    """The certificates that cert-manager writes, by namespace and Secret. With a common name, that is one more."""
    found: dict[tuple[str, str], _Certificate] = {}
    for each in lab.objects_by_kind.get("Certificate", ()):
        secret, names = text(each.content, "spec", "secretName"), values(each.content, "spec", "dnsNames")
        common = text(each.content, "spec", "commonName")
        namespace = namespace_of_object(lab, each)
        if secret and (names or common):
            known = (*map(str, names), *([common] if common else []))
            found[namespace, secret] = _Certificate(each.name, known)
    return found


def _asked(lab: Lab) -> Iterator[_Asked]:
    yield from _of_exposures(lab)
    for each in (*lab.objects_by_kind.get("Ingress", ()), *lab.objects_by_kind.get("IngressRoute", ())):
        namespace = namespace_of_object(lab, each)
        if each.kind == "Ingress":
            for tls in entries(each.content, "spec", "tls"):
                hosts = tuple(map(str, values(tls, "hosts")))
                yield _Asked(each.path, namespace, text(tls, "secretName"), hosts)
        elif secret := text(each.content, "spec", "tls", "secretName"):
            yield _Asked(each.path, namespace, secret, tuple(_matched(entries(each.content, "spec", "routes"))))


def _of_exposures(lab: Lab) -> Iterator[_Asked]:
    """Routes with a certificate of their own, and those that have the one of Traefik's default store."""
    platform, domain = lab.cluster.platform, lab.site.domain
    traefik = traefik_of(lab)
    default = _default_secret(traefik[1]) if traefik else ""
    by_default = bool(default) and platform.ingress is not None and platform.ingress.certificate_resolver is None
    for name, service in lab.services.items():
        for number, route in enumerate(service.expose):
            path: Path = ("services", name, "expose", number)
            if not route.tls:
                continue
            if route.certificate is not None:
                yield _Asked(path, namespace_of(lab, name), route.certificate, route.host_names(domain))
            elif by_default and traefik and platform.passes_ingress(route):
                yield _Asked(path, namespace_of(lab, traefik[0]), default, route.host_names(domain))


def _default_secret(traefik: HelmService) -> str:
    return str(value(traefik.values, "tlsStore", "default", "defaultCertificate", "secretName") or "")


def _matched(routes: Iterable[Fields]) -> Iterator[str]:
    """Hosts of Traefik's rules that are written in full: Host(`a`) || Host(`b`)."""
    for route in routes:
        for call in text(route, "match").split("Host(")[1:]:
            yield from (each.strip(" `\"'") for each in call.partition(")")[0].split(",") if each.strip())
