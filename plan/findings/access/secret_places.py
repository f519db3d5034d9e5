"""Secrets of routes and issuers that are made in another namespace than they are looked for, or nowhere."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.namespaces import namespace_of, namespace_of_object
from config.service import HelmService
from config.source import Path
from plan.cluster.membership import founder
from plan.findings.access.secrets_elsewhere import SECRET_ELSEWHERE, SECRET_OF_NOBODY, made_by, may_write_secrets
from plan.model import Service
from plan.model.fields import Fields, entries, mapping, text, texts, value
from plan.model.findings import Finding
from plan.wording import listed

_COPIERS = frozenset({"reflector", "kubernetes-replicator", "kubed", "config-syncer", "kyverno", "replicator"})
"""Charts that copy Secrets into other namespaces. Kyverno counts where a policy in files clones them."""


_MADE = ("cert-manager.io/cluster-issuer", "cert-manager.io/issuer", "kubernetes.io/tls-acme")
"""Annotations by which cert-manager makes the Secrets of a route."""


class _Wanted(NamedTuple):
    path: Path
    who: str
    namespace: str
    name: str
    kind: str = ""
    """Of the object in a file; empty for a key of the format."""
    is_sure: bool = False
    """Nothing is known that may make it: an annotation, or a pattern of the format that means one made by hand."""


_ROUTES = ("Gateway", "Ingress", "IngressRoute")


def secret_place_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each Secret that stands in another namespace than the one in which it is looked for."""
    looked_for = [*_wanted(lab)]
    if not looked_for or _are_copied(lab):
        return
    planned = [*services]
    made = _made(planned)
    others = {service.namespace for service in planned if service.release}
    others |= {service.namespace for service in planned for each in service.objects if may_write_secrets(each)}
    for wanted in looked_for:
        places = made.get(wanted.name)
        if places and wanted.namespace not in places:
            yield SECRET_ELSEWHERE.finding(
                wanted.path,
                f"{wanted.who} looks for the Secret {wanted.name} in namespace {wanted.namespace}, and the lab makes "
                f"it in {listed(sorted(places))}",
                f"make it in namespace {wanted.namespace}",
                about=wanted.name,
                facts={"wanted": wanted.namespace, "made": tuple(sorted(places))},
            )
        elif not places and wanted.is_sure and wanted.namespace not in others and founder(lab):
            yield _of_nobody(wanted)


def _of_nobody(wanted: _Wanted) -> Finding:
    is_route = wanted.kind in _ROUTES
    return SECRET_OF_NOBODY.finding(
        wanted.path,
        f"{wanted.who} names the Secret {wanted.name} of namespace {wanted.namespace}, which no object of the lab "
        "makes: " + ("browsers get a certificate that the controller made itself" if is_route else "it is never ready"),
        f"write a Certificate with secretName: {wanted.name} into namespace {wanted.namespace}"
        + (", or the annotation cert-manager.io/cluster-issuer at the route" if wanted.kind == "Ingress" else "")
        + ", or leave it out for the default certificate"
        if is_route
        else f"write an ExternalSecret or a SealedSecret for it into namespace {wanted.namespace}",
        about=f"{wanted.who} {wanted.name}",
        facts={"secret": wanted.name, "namespace": wanted.namespace},
    )


def _are_copied(lab: Lab) -> bool:
    charts = {each.chart.name for each in lab.services.values() if isinstance(each, HelmService)}
    if charts & (_COPIERS - {"kyverno"}):
        return True
    kinds = ("ClusterPolicy", "GeneratingPolicy", "Policy", "PushSecret", "ClusterExternalSecret")
    return any(lab.objects_by_kind.get(kind) for kind in kinds)


def _made(services: Iterable[Service]) -> Mapping[str, set[str]]:
    """Namespaces by the name of the Secret that the lab makes there."""
    found: dict[str, set[str]] = defaultdict(set)
    for each in (made for service in services for made in made_by(service)):
        found[each.name].add(each.namespace)
    return found


def _wanted(lab: Lab) -> Iterator[_Wanted]:
    for name, service in lab.services.items():
        for number, route in enumerate(service.expose):
            if route.certificate:
                path: Path = ("services", name, "expose", number)
                yield _Wanted(path, f"the route of {name}", namespace_of(lab, name), route.certificate)
    for kind in (*_ROUTES, "Issuer"):
        for each in lab.objects_by_kind.get(kind, ()):
            namespace = namespace_of_object(lab, each)
            secrets = _of_issuer(each.content) if kind == "Issuer" else _of_route(each.content)
            is_made = any(key in _MADE for key in mapping(each.content, "metadata", "annotations"))
            for secret in dict.fromkeys(secrets):
                yield _Wanted(each.path, f"{kind} {each.name}", namespace, secret, kind, not is_made)
    place = _of_cert_manager(lab)
    for each in lab.objects_by_kind.get("ClusterIssuer", ()) if place else ():
        for secret in dict.fromkeys(_of_issuer(each.content)):
            yield _Wanted(each.path, f"ClusterIssuer {each.name}", place, secret, "ClusterIssuer")


def _of_route(route: Fields) -> Iterator[str]:
    """Secrets with certificates of its own namespace that a route names, or a listener of a Gateway."""
    for listener in entries(route, "spec", "listeners"):
        for each in entries(listener, "tls", "certificateRefs"):
            if text(each, "kind") in ("", "Secret") and not text(each, "namespace"):
                yield text(each, "name")
    tls = value(route, "spec", "tls")
    stated = [text(each, "secretName") for each in entries(route, "spec", "tls")]
    yield from filter(None, stated if isinstance(tls, list) else [text(route, "spec", "tls", "secretName")])


def _of_issuer(issuer: Fields) -> Iterator[str]:
    """Secrets that an issuer reads: tokens of its solvers, and the key of an authority of its own. It makes the key of
    its account itself."""
    ca = text(issuer, "spec", "ca", "secretName")
    yield from filter(None, [ca])
    for solver in entries(issuer, "spec", "acme", "solvers"):
        for path, found in texts(solver, ()):
            if path[-1] == "name" and len(path) > 1 and str(path[-2]).endswith("SecretRef"):
                yield found


def _of_cert_manager(lab: Lab) -> str:
    for name, service in lab.charts("cert-manager"):
        return str(value(service.values, "clusterResourceNamespace") or namespace_of(lab, name))
    return ""
