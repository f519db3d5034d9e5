"""Routes whose only certificate is the default one, which Traefik is told not to give."""

from collections.abc import Iterator

from config.lab import Lab
from plan.findings.routes.traefik_settings import traefik_of
from plan.model.fields import Fields, entries, mapping, text, value
from plan.model.findings import Finding, Rule
from plan.wording import listed

CERTIFICATE_NOT_GIVEN = Rule(
    "CERTIFICATE-NOT-GIVEN",
    "error",
    title="Traefik refuses names that only its default certificate is for",
    meaning=(
        "With sniStrict Traefik closes each connection for a name that none of its certificates is for, and the "
        "default certificate of the store does not count, whatever names it has. Browsers say that the connection was "
        "reset, or that there is no secure protocol."
    ),
    remedy="Leave sniStrict out, or name the certificate at the routes too: certificate: SECRET.",
)


def strict_name_findings(lab: Lab) -> Iterator[Finding]:
    """A finding where all routes have the default certificate alone, and sniStrict is on."""
    traefik = traefik_of(lab)
    ingress = lab.cluster.platform.ingress
    if traefik is None or ingress is None or ingress.certificate_resolver is not None:
        return
    name, controller = traefik
    options = [each for each in lab.objects_by_kind.get("TLSOption", ()) if each.name == "default"]
    strict = next((each for each in options if value(each.content, "spec", "sniStrict") is True), None)
    if strict is None and value(controller.values, "tlsOptions", "default", "sniStrict") is not True:
        return
    served = [
        service
        for service, config in lab.services.items()
        if any(lab.cluster.platform.passes_ingress(route) and route.tls for route in config.expose)
    ]
    if served and not _has_others(lab):
        yield CERTIFICATE_NOT_GIVEN.finding(
            strict.path if strict else ("services", name, "values"),
            f"sniStrict is on in the default options of {name}, and the routes of {listed(served)} use the default "
            "certificate of its store alone, which then counts for no name: every connection is refused",
            "take sniStrict out, or write certificate: SECRET at the routes",
            about=name,
            facts={"services": tuple(served)},
        )


def _has_others(lab: Lab) -> bool:
    """Whether any other certificate is known to Traefik: one may be for the names."""
    stores = lab.objects_by_kind.get("TLSStore", ())
    routes = (*lab.objects_by_kind.get("IngressRoute", ()), *lab.objects_by_kind.get("IngressRouteTCP", ()))
    traefik = traefik_of(lab)
    own: Fields = mapping(traefik[1].values, "tlsStore") if traefik else {}
    return (
        any(
            route.certificate or (route.traefik and route.traefik.resolver)
            for each in lab.services.values()
            for route in each.expose
        )
        or any(entries(mapping(own, key), "certificates") for key in own)
        or any(entries(each.content, "spec", "certificates") for each in stores)
        or any(mapping(each.content, "spec", "tls") for each in routes)
        or any(
            text(tls, "secretName")
            for each in lab.objects_by_kind.get("Ingress", ())
            for tls in entries(each.content, "spec", "tls")
        )
    )
