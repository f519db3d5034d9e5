"""Routes behind a sign-in whose cookie does not reach them."""

import re
from collections.abc import Iterable, Iterator

from config.lab import Lab
from plan.findings.programs import Program
from plan.model.findings import Finding, Rule
from plan.wording import listed

SIGN_IN_OF_ANOTHER_DOMAIN = Rule(
    "SIGN-IN-OF-ANOTHER-DOMAIN",
    "error",
    title="A route is behind a sign-in of another domain",
    meaning=(
        "The sign-in keeps its session in a cookie of one domain. At a host outside of it the browser sends none: "
        "Authelia answers 400 there, and oauth2-proxy asks to sign in again and again."
    ),
    remedy="Add the domain to the sign-in's configuration, or give the route a host below its domain.",
)
_COOKIES = re.compile(r"(?m)^\s+cookies:\s*(?P<all>(?:.*\n?)*)")
_DOMAIN = re.compile(r"(?<![\w-])domain:\s*[\"']?([A-Za-z0-9.-]+)")
_OAUTH2 = re.compile(
    r"(?:--cookie-domain[= ]|OAUTH2_PROXY_COOKIE_DOMAINS?=|cookie_domains?\s*=\s*)[\[\"'\s]*([\w.,-]+)"
)


def sign_in_domain_findings(lab: Lab, found: Iterable[Program]) -> Iterator[Finding]:
    """A finding for each route that asks for a sign-in whose cookie is not for its host."""
    ingress = lab.cluster.platform.ingress
    server = ingress.forward_auth if ingress else None
    program = next((each for each in found if each.service == server and each.is_main and not each.ends), None)
    if program is None or not (domains := _domains(program)):
        return
    for name, service in lab.services.items():
        for index, route in enumerate(service.expose):
            if route.auth != "required" or not lab.cluster.platform.passes_ingress(route):
                continue
            outside = [host for host in route.host_names(lab.site.domain) if not _covers(domains, host)]
            if outside:
                yield SIGN_IN_OF_ANOTHER_DOMAIN.finding(
                    ("services", name, "expose", index),
                    f"{listed(outside)} of {name} is behind the sign-in of {server}, whose cookie is for "
                    f"{listed(domains)}: nobody gets in",
                    f"add the domain of {listed(outside)} to the cookies of {server}, or write a host below "
                    f"{listed(domains)}",
                    about=outside[0],
                    facts={"outside": tuple(outside), "domains": tuple(domains)},
                )


def _domains(program: Program) -> list[str]:
    """The domains of its cookies; none where they are not in the lab."""
    if program.short == "authelia":
        texts = [match["all"] for text in program.files.values() if (match := _COOKIES.search(text))]
        found = [domain for text in texts for domain in _DOMAIN.findall(text)]
        is_known = not any("{{" in text for text in texts)
    elif program.short == "oauth2-proxy":
        found = [each for text in _OAUTH2.findall(program.told) for each in text.split(",") if each]
        is_known = "$" not in "".join(found)
    else:
        return []
    return [*dict.fromkeys(each.lstrip(".").lower() for each in found)] if is_known else []


def _covers(domains: Iterable[str], host: str) -> bool:
    return any(host.lower() == each or host.lower().endswith(f".{each}") for each in domains)
