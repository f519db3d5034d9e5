"""Routes behind a sign-in whose cookie does not reach them, or which does not send back to them."""

import re
from collections.abc import Iterable, Iterator

from config.lab import Lab
from config.source import is_mapping
from plan.findings.program import Program
from plan.model.fields import entries, text, value
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
SIGN_IN_LEADS_ELSEWHERE = Rule(
    "SIGN-IN-LEADS-ELSEWHERE",
    "warning",
    title="A sign-in does not lead back to where it was asked for",
    meaning=(
        "oauth2-proxy sends whoever has signed in back only to its own host and to those of --whitelist-domain: "
        "everybody else ends at its own start page. The provider of identities sends to --redirect-url, which has to "
        "be a host that leads to oauth2-proxy: at any other the sign-in ends with 404, or at a name that is not there."
    ),
    remedy="Write --whitelist-domain with the domain of the routes, and --redirect-url with the host of the sign-in.",
)
_COOKIES = re.compile(r"(?m)^\s+cookies:\s*(?P<all>(?:.*\n?)*)")
_DOMAIN = re.compile(r"(?<![\w-])domain:\s*[\"']?([A-Za-z0-9.-]+)")
_OAUTH2 = re.compile(
    r"(?:--cookie-domain[= ]|OAUTH2_PROXY_COOKIE_DOMAINS?=|cookie_domains?\s*=\s*)[\[\"'\s]*([\w.,-]+)"
)

_WHITELIST = re.compile(
    r"(?:--whitelist-domain[= ]|OAUTH2_PROXY_WHITELIST_DOMAINS?=|whitelist_domains?\s*=\s*)[\[\"'\s]*([\w.,*:-]+)"
)
_REDIRECT = re.compile(r"(?:--redirect-url[= ]|OAUTH2_PROXY_REDIRECT_URL=|redirect_url\s*=\s*)[\"']?https?://([\w.-]+)")


def sign_in_domain_findings(lab: Lab, found: Iterable[Program]) -> Iterator[Finding]:
    """A finding for each route that asks for a sign-in whose cookie is not for its host."""
    ingress = lab.cluster.platform.ingress
    server = ingress.forward_auth if ingress else None
    program = next((each for each in found if each.service == server and each.is_main and not each.ends), None)
    program = program or _of_chart(lab, server)
    if program is None:
        return
    if program.short == "oauth2-proxy":
        yield from _leads_elsewhere(lab, program)
    if not (domains := _domains(program)):
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


def _of_chart(lab: Lab, name: str | None) -> Program | None:
    """The settings of a sign-in that a chart installs, as if they were its arguments and its file."""
    for server, service in lab.charts("oauth2-proxy", "authelia"):
        if server != name:
            continue
        values = service.values
        extra = value(values, "extraArgs")
        words = [f"--{key}={each}" for key, each in extra.items()] if is_mapping(extra) else [str(extra or "")]
        cookies = [text(each, "domain") for each in entries(values, "configMap", "session", "cookies")]
        domains = "".join(f"    - domain: {each}\n" for each in cookies)
        is_elsewhere = bool(value(values, "config", "existingConfig") or value(values, "envFrom"))
        return Program(
            path=("services", server, "values"),
            service=server,
            name=server,
            image=service.chart.name,
            words=tuple(words),
            env={text(each, "name"): text(each, "value") for each in entries(values, "extraEnv")},
            variables=None if is_elsewhere else frozenset(),
            files={"file": f"{text(values, 'config', 'configFile')}\nsession:\n  cookies:\n{domains}"},
            mounts={},
            sizes=(),
            memory=None,
            runs_as="deployment",
            replicas=1,
            is_main=True,
        )
    return None


def _leads_elsewhere(lab: Lab, program: Program) -> Iterator[Finding]:
    """Settings of oauth2-proxy that lead to another host than the one that was asked for."""
    own = [host for route in lab.services[program.service].expose for host in route.host_names(lab.site.domain)]
    stated = _REDIRECT.search(program.told)
    if stated and own and stated[1].lower() not in {each.lower() for each in own}:
        yield SIGN_IN_LEADS_ELSEWHERE.finding(
            program.path,
            f"{program.name} lets the provider send to {stated[1]} (redirect-url), and its own route is "
            f"{listed(own)}: nobody comes back from the sign-in",
            f"write the redirect-url https://{own[0]}/oauth2/callback, and allow it at the provider",
            about=f"{program.name} redirect-url",
            facts={"told": stated[1], "hosts": tuple(own)},
        )
    behind = [
        host
        for service in lab.services.values()
        for route in service.expose
        if route.auth == "required" and lab.cluster.platform.passes_ingress(route)
        for host in route.host_names(lab.site.domain)
        if host not in own
    ]
    allowed = [each for text in _WHITELIST.findall(program.told) for each in text.split(",") if each]
    is_open = program.variables is None or "$" in "".join(allowed) or "*" in "".join(allowed) or ".cfg" in program.told
    names = [each.partition(":")[0].lstrip(".").lower() for each in allowed]
    outside = [] if is_open else [each for each in behind if not _covers(names, each)]
    if outside and own:
        yield SIGN_IN_LEADS_ELSEWHERE.finding(
            program.path,
            f"{program.name} sends nobody back to {listed(outside[:3])} after the sign-in: its whitelist-domain "
            + (f"has {listed(names)}" if names else "is not stated")
            + ", so that everybody ends at its own page",
            f"write --whitelist-domain=.{outside[0].partition('.')[2]}",
            about=f"{program.name} whitelist-domain",
            facts={"outside": tuple(outside), "allowed": tuple(names)},
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
