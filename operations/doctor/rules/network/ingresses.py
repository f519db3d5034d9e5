"""Ingresses and routes that lead nowhere, or that no controller serves."""

from collections import defaultdict
from collections.abc import Iterator

from observation.model import Observation
from observation.objects import Reference, annotations_of, created, labels_of, name_of, namespace_of, reference
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import is_young
from operations.doctor.rules.network.routes import Route, routes
from plan.model import Manifest
from plan.model.fields import entries, number, text, values
from plan.wording import listed

_CLASS = "kubernetes.io/ingress.class"


_DEFAULT = "ingressclass.kubernetes.io/is-default-class"


_MIDDLEWARES = "traefik.ingress.kubernetes.io/router.middlewares"


def route_findings(observed: Observation) -> Iterator[Finding]:
    """Routes that lead nowhere."""
    if observed.knows("Service"):
        for route in dict.fromkeys(routes(observed)):
            yield from _leads_nowhere(observed, route)
    for ingress in observed.of("Ingress"):
        if not is_young(observed, created(ingress)):
            yield from _class(observed, ingress)
            yield from _certificate(observed, ingress)
            yield from _middlewares(observed, ingress)
    for route in observed.of("IngressRoute"):
        yield from _traefik(observed, route)
    yield from _twice(observed)


def _leads_nowhere(observed: Observation, route: Route) -> Iterator[Finding]:
    if "@" in route.service.name:
        return
    service = observed.get(*(route.service.kind, route.service.name, route.service.namespace))
    base = Finding(
        "ROUTE-SERVICE-MISSING",
        "error",
        route.by,
        f"It leads {route.host or 'everything'}{f' {route.path}' if route.path else ''} to {route.service}, "
        "which does not exist",
        f"correct the name of the Service in {route.by}, or create it",
        (
            Evidence(route.by, f"{route.host} leads to {route.service}, port {route.port}"),
            Evidence(route.service, "does not exist"),
        ),
        covers=frozenset((route.by,)),
        upstream=frozenset((route.service,)),
    )
    if service is None:
        elsewhere = [str(reference(each)) for each in observed.of("Service", "") if name_of(each) == route.service.name]
        alike = _alike(observed, route.service)
        hint = f"; there is {listed(elsewhere)}" if elsewhere else f"; did you mean {alike}?" if alike else ""
        yield base._replace(message=base.message + hint)
        return
    if text(service, "spec", "type") == "ExternalName" or route.port in (None, ""):
        return
    ports = entries(service, "spec", "ports")
    offered = {number(each, "port") for each in ports} | {text(each, "name") for each in ports}
    if route.port not in offered:
        shown = ", ".join(
            f"{number(each, 'port')}{' (' + text(each, 'name') + ')' if text(each, 'name') else ''}" for each in ports
        )
        yield base._replace(
            code="ROUTE-PORT-MISSING",
            message=f"It leads {route.host or 'everything'} to port {route.port} of {route.service}, whose "
            f"ports are {shown}",
            fix=f"write port {ports[0].get('port') if ports else ''} in {route.by}",
            evidence=(base.evidence[0], Evidence(route.service, f"its ports are {shown}")),
            upstream=frozenset(),
        )


def _alike(observed: Observation, service: Reference) -> str:
    from difflib import get_close_matches

    names = [name_of(each) for each in observed.in_namespace("Service", service.namespace)]
    near = get_close_matches(service.name, names, n=1)
    return str(service._replace(name=near[0])) if near else ""


def _class(observed: Observation, ingress: Manifest) -> Iterator[Finding]:
    if not observed.knows("IngressClass"):
        return
    wanted = text(ingress, "spec", "ingressClassName")
    known = [name_of(each) for each in observed.of("IngressClass")]
    if wanted and wanted not in known:
        yield Finding(
            "INGRESS-CLASS-MISSING",
            "error",
            reference(ingress),
            f"It asks for ingress class {wanted}, which does not exist, so nothing serves it; there is "
            f"{listed(known) or 'none'}",
            f"write ingressClassName: {known[0] if known else 'CLASS'}",
            (
                Evidence(reference(ingress), f"ingressClassName {wanted}"),
                Evidence(Reference("IngressClass", None, wanted), "does not exist"),
            ),
            covers=frozenset((reference(ingress),)),
        )
    elif not wanted and _CLASS not in annotations_of(ingress):
        default = any(annotations_of(each).get(_DEFAULT) == "true" for each in observed.of("IngressClass"))
        served = entries(ingress, "status", "loadBalancer", "ingress")
        if known and not default and not served:
            others = any(entries(e, "status", "loadBalancer", "ingress") for e in observed.of("Ingress"))
            if others:
                yield Finding(
                    "INGRESS-CLASS-NOT-STATED",
                    "error",
                    reference(ingress),
                    "It states no ingress class, and there is no default one: nothing serves it; there is "
                    f"{listed(known)}",
                    f"write ingressClassName: {known[0]}",
                    (Evidence(reference(ingress), "has no address, unlike others"),),
                    covers=frozenset((reference(ingress),)),
                )


def _certificate(observed: Observation, ingress: Manifest) -> Iterator[Finding]:
    if not observed.knows("Secret"):
        return
    for each in entries(ingress, "spec", "tls"):
        name = text(each, "secretName")
        secret = Reference("Secret", namespace_of(ingress), name)
        if not name or observed.get("Secret", name, secret.namespace):
            continue
        hosts = ", ".join(str(host) for host in values(each, "hosts"))
        elsewhere = [str(reference(e)) for e in observed.of("Secret") if name_of(e) == name]
        hint = f"; there is {listed(elsewhere)}, but in another namespace" if elsewhere else ""
        makers = [
            e for e in observed.in_namespace("Certificate", secret.namespace) if text(e, "spec", "secretName") == name
        ]
        yield Finding(
            "TLS-SECRET-MISSING",
            "error",
            reference(ingress),
            f"It takes the certificate of {hosts or 'its hosts'} from {secret}, which does not exist{hint}: "
            "browsers get the controller's own certificate",
            f"create {secret}, or name one that exists",
            (Evidence(reference(ingress), f"tls.secretName {name} for {hosts}"), Evidence(secret, "does not exist")),
            covers=frozenset((reference(ingress), secret)),
            upstream=frozenset(reference(e) for e in makers),
        )


def _middlewares(observed: Observation, ingress: Manifest) -> Iterator[Finding]:
    if not observed.of("Middleware"):
        return
    known = {f"{namespace_of(each)}-{name_of(each)}" for each in observed.of("Middleware")}
    for each in str(annotations_of(ingress).get(_MIDDLEWARES, "")).split(","):
        name, _, provider = each.strip().partition("@")
        if name and provider == "kubernetescrd" and name not in known:
            yield Finding(
                "MIDDLEWARE-MISSING",
                "error",
                reference(ingress),
                f"It names the middleware {each.strip()}, which does not exist: Traefik does not serve its routes",
                "write NAMESPACE-NAME@kubernetescrd of one that exists: " + listed(sorted(known)),
                (Evidence(reference(ingress), f"{_MIDDLEWARES}: {annotations_of(ingress)[_MIDDLEWARES]}"),),
                covers=frozenset((reference(ingress),)),
            )


def _traefik(observed: Observation, route: Manifest) -> Iterator[Finding]:
    """Middlewares and certificates that an IngressRoute names."""
    for rule in entries(route, "spec", "routes"):
        for each in entries(rule, "middlewares"):
            lost = Reference("Middleware", text(each, "namespace") or namespace_of(route), text(each, "name"))
            if (
                observed.of("Middleware")
                and "@" not in lost.name
                and not observed.get(lost.kind, lost.name, lost.namespace)
            ):
                yield _lost_of_route(route, "MIDDLEWARE-MISSING", lost, "Traefik does not serve its route")
    secret = Reference("Secret", namespace_of(route), text(route, "spec", "tls", "secretName"))
    if secret.name and observed.knows("Secret") and not observed.get(secret.kind, secret.name, secret.namespace):
        yield _lost_of_route(route, "TLS-SECRET-MISSING", secret, "browsers get Traefik's own certificate")


def _lost_of_route(route: Manifest, code: str, lost: Reference, effect: str) -> Finding:
    return Finding(
        code,
        "error",
        reference(route),
        f"It names {lost}, which does not exist: {effect}",
        f"create {lost}, or correct the name in {reference(route)}",
        (Evidence(lost, "does not exist"),),
        covers=frozenset((reference(route),)),
    )


def _twice(observed: Observation) -> Iterator[Finding]:
    """The same host and path in two Ingresses of a class, which lead to different Services."""
    found: dict[tuple[str, str, str], list[Route]] = defaultdict(list)
    classes = {reference(each): _class_of(each) for each in observed.of("Ingress")}
    for route in routes(observed):
        if route.by.kind == "Ingress" and route.host and not _is_solver(observed, route.by):
            found[route.host, route.path, classes.get(route.by, "")].append(route)
    for (host, path, _), same in found.items():
        if len({each.by for each in same}) < 2 or len({(each.service, each.port) for each in same}) < 2:
            continue
        oldest = sorted(same, key=lambda each: str(_created(observed, each.by)))
        winner, late = oldest[0], oldest[-1]
        yield Finding(
            "INGRESS-HOST-TWICE",
            "warning",
            late.by,
            f"{host}{path} leads to {late.service} here, and to {winner.service} in {winner.by}: one of them is "
            "not reached",
            f"give one of them another host or path, or delete it; the older one is {winner.by}",
            tuple(Evidence(each.by, f"{host}{path} leads to {each.service}") for each in oldest),
            covers=frozenset(each.by for each in same),
        )


def _is_solver(observed: Observation, ingress: Reference) -> bool:
    """Whether cert-manager made it, to prove that the host is ours: it removes it by itself."""
    manifest = observed.get(ingress.kind, ingress.name, ingress.namespace)
    return manifest is not None and "acme.cert-manager.io/http01-solver" in labels_of(manifest)


def _class_of(ingress: Manifest) -> str:
    return text(ingress, "spec", "ingressClassName") or str(annotations_of(ingress).get(_CLASS, ""))


def _created(observed: Observation, one: Reference) -> object:
    manifest = observed.get(one.kind, one.name, one.namespace)
    return created(manifest) if manifest else None
