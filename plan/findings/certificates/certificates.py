"""Certificates of routes: which resolver makes them, and where it keeps them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

from config.lab import Lab
from config.service import HelmService
from plan.model.findings import Finding, Rule
from plan.wording import listed

RESOLVER_MISSING = Rule(
    "RESOLVER-MISSING",
    "error",
    title="Routes name a certificate resolver that nothing defines",
    meaning=(
        "Each route asks Traefik for a certificate of the resolver that platform.ingress names. Traefik does not know "
        "a resolver that its static configuration does not define: it logs an error for each route, and answers with "
        "a certificate that it made itself, which browsers refuse."
    ),
    remedy=(
        "Define the resolver in the values of the ingress controller, name one that is defined, or write "
        "`certificate_resolver: null`: then routes have the certificate of Traefik's default store."
    ),
)
ACME_SHARED = Rule(
    "ACME-SHARED",
    "warning",
    title="Several pods of Traefik ask for the same certificates",
    meaning=(
        "Traefik keeps what it got by ACME in a file of its own pod, and does not share it. Each replica asks for "
        "every certificate itself, and the answer to a challenge may reach another replica: certificates fail at "
        "random, and the authority's rate limit is reached sooner."
    ),
    remedy="Run one replica, or let something else fetch the certificate and write `certificate_resolver: null`.",
)
ACME_FORGOTTEN = Rule(
    "ACME-FORGOTTEN",
    "warning",
    title="Certificates are lost whenever the pod of Traefik restarts",
    meaning=(
        "Traefik keeps what it got by ACME in a file. Without a volume the file is gone with the pod, and every start "
        "asks for all certificates again. Let's Encrypt gives out five of the same names in a week, and then none."
    ),
    remedy="Give the ingress controller a volume for the file, and name it in the footprint.",
)

_FLAG = "--certificatesresolvers."
_VARIABLE = "traefik_certificatesresolvers_"


class Resolvers(NamedTuple):
    """Certificate resolvers that the settings of an ingress controller define."""

    names: frozenset[str]
    """In lower case: Traefik ignores case in flags and variables."""
    by_acme: frozenset[str]


def certificate_findings(lab: Lab) -> Iterator[Finding]:
    """All findings about certificates of routes. The files of a controller that is not a chart are not read."""
    ingress = lab.cluster.platform.ingress
    if ingress is None or ingress.certificate_resolver is None:
        return
    exposed = [
        name
        for name, service in lab.services.items()
        if any(lab.cluster.platform.passes_ingress(each) and each.certificate is None for each in service.expose)
    ]
    controller = lab.services[ingress.controller]
    if not exposed or not isinstance(controller, HelmService):
        return
    wanted = ingress.certificate_resolver
    found = resolvers(controller.values)
    if wanted.lower() not in found.names:
        yield RESOLVER_MISSING.finding(
            ("cluster", "platform", "ingress"),
            f"the routes of {listed(exposed)} name the certificate resolver {wanted}, which the values of "
            f"{ingress.controller} do not define"
            + (f" (they define {listed(sorted(found.names))})" if found.names else "")
            + ": browsers refuse the certificate that Traefik makes itself",
            f"define certificatesResolvers.{wanted} in the values of {ingress.controller}, or write "
            "certificate_resolver: null for the certificate of Traefik's default store",
            facts={"resolver": wanted, "routes_of": tuple(exposed)},
        )
    elif wanted.lower() in found.by_acme:
        yield from _kept_by_acme(ingress.controller, controller, wanted)


def _kept_by_acme(name: str, controller: HelmService, resolver: str) -> Iterator[Finding]:
    replicas = max((each.replicas for each in controller.footprint.values()), default=1)
    if any(each.runs_as == "daemonset" for each in controller.footprint.values()):
        pods = "a pod on each node"
    else:
        pods = f"{replicas} replicas" if replicas > 1 else ""
    if pods:
        yield ACME_SHARED.finding(
            ("services", name, "footprint"),
            f"{name} has {pods}, and its resolver {resolver} gets certificates by ACME: each asks for all of them "
            "itself, and challenges reach the wrong one",
            "run one replica, or let something else fetch the certificate and write certificate_resolver: null",
            facts={"replicas": replicas, "resolver": resolver},
        )
    persists = bool(_mapping(controller.values.get("persistence")).get("enabled"))
    if not persists and not any(each.volumes for each in controller.footprint.values()):
        yield ACME_FORGOTTEN.finding(
            ("services", name, "footprint"),
            f"{name} gets certificates by ACME with the resolver {resolver} and has no volume to keep them in: every "
            "start of its pod asks for all of them again, until the authority refuses",
            "add a volume, name it under `volumes` of the footprint, and let persistence.existingClaim of the values "
            f"be its claim ({name}-VOLUME)",
            facts={"resolver": resolver},
        )


def resolvers(values: Mapping[str, Any]) -> Resolvers:
    """The certificate resolvers in values of Traefik's chart: its own keys, flags and environment variables."""
    settings = [*_stated(values), *_flags(values), *_variables(values)]
    return Resolvers(
        frozenset(name for name, _ in settings),
        frozenset(name for name, setting in settings if setting == "acme"),
    )


def _stated(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Older charts had the settings of ACME itself under `certResolvers`."""
    for name, settings in _mapping(values.get("certificatesResolvers")).items():
        yield from ((name.lower(), str(setting)) for setting in _mapping(settings))
    for name in _mapping(values.get("certResolvers")):
        yield name.lower(), "acme"


def _flags(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in ("additionalArguments", "globalArguments"):
        for flag in _sequence(values.get(key)):
            if str(flag).lower().startswith(_FLAG):
                name, _, rest = str(flag).lower().removeprefix(_FLAG).partition(".")
                yield name, rest.partition(".")[0].partition("=")[0]


def _variables(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for each in _sequence(values.get("env")):
        variable = str(_mapping(each).get("name", "")).lower()
        if variable.startswith(_VARIABLE):
            name, _, rest = variable.removeprefix(_VARIABLE).partition("_")
            yield name, rest.partition("_")[0]


def _mapping(value: object) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], value) if isinstance(value, Mapping) else {}


def _sequence(value: object) -> Sequence[object]:
    return cast(Sequence[object], value) if isinstance(value, list | tuple) else ()
