"""Host names that a service is told are its own, and routes by another one."""

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple
from urllib.parse import urlsplit

from config.image import repository_of
from config.lab import Lab
from config.namespaces import namespace_of_object
from config.service import HelmService
from plan.findings.chart_hosts import chart_hosts
from plan.findings.chart_programs import rows_of
from plan.findings.program import Program
from plan.model.fields import Fields, entries, mapping, text, values
from plan.model.findings import Finding, Rule
from plan.model.templates import pod_template
from plan.wording import listed

HOST_REFUSED = Rule(
    "HOST-REFUSED",
    "warning",
    title="A service is told another host name than its route has",
    meaning=(
        "Some applications answer only at the names that a variable lists: Nextcloud, NetBox and Homepage answer 400 "
        "at any other. Others make every link, redirect and check of a form from the one address that they are told: "
        "a sign-in at another one fails, or leads to a name that is not there."
    ),
    remedy="Write the host of the route into the variable that the message names.",
)


class _Setting(NamedTuple):
    """A variable with host names of its service."""

    variable: str
    is_list: bool
    """Each host has to be named; otherwise it is the one address of which everything is made."""
    does: str


_LINKS = "makes its links and redirects of it"
_FORM = "refuses to sign in from another"
_ADDRESS: Mapping[str, tuple[str, str]] = {
    "bookstack": ("APP_URL", _LINKS),
    "forgejo": ("FORGEJO__server__ROOT_URL", _LINKS),
    "gitea": ("GITEA__server__ROOT_URL", _LINKS),
    "ghost": ("url", _LINKS),
    "grafana": ("GF_SERVER_ROOT_URL", _LINKS),
    "harbor-core": ("EXT_ENDPOINT", "sends clients of its registry to it for a token"),
    "hedgedoc": ("CMD_DOMAIN", _LINKS),
    "keycloak": ("KC_HOSTNAME", _LINKS),
    "linkwarden": ("NEXTAUTH_URL", _LINKS),
    "mealie": ("BASE_URL", _LINKS),
    "miniflux": ("BASE_URL", _LINKS),
    "outline": ("URL", _LINKS),
    "paperless-ngx": ("PAPERLESS_URL", _FORM),
    "vaultwarden": ("DOMAIN", "refuses security keys and passkeys at another"),
}
_SETTINGS: Mapping[str, _Setting] = {
    "homepage": _Setting("HOMEPAGE_ALLOWED_HOSTS", True, "answers 400 at any other"),
    "netbox": _Setting("ALLOWED_HOSTS", True, "answers 400 at any other"),
    "nextcloud": _Setting("NEXTCLOUD_TRUSTED_DOMAINS", True, "answers 400 at any other"),
    **{image: _Setting(variable, False, does) for image, (variable, does) in _ADDRESS.items()},
}
"""By the last part of an image's name (their documentation)."""
_OTHERWISE = {"vaultwarden/server": "vaultwarden"}
_FURTHER = {"PAPERLESS_URL": ("PAPERLESS_CSRF_TRUSTED_ORIGINS",)}
"""Variables that name further addresses."""


def own_host_findings(lab: Lab, found: Iterable[Program]) -> Iterator[Finding]:
    """A finding for each service whose route has a host that it is not told."""
    yield from _of_charts(lab)
    for each in found:
        setting = _SETTINGS.get(_OTHERWISE.get(repository_of(each.image), each.short))
        if setting is None or not each.is_main or each.ends:
            continue
        texts = [each.env[name] for name in (setting.variable, *_FURTHER.get(setting.variable, ())) if name in each.env]
        if setting.variable not in each.env or any(mark in text for text in texts for mark in ("$", "%(")):
            continue
        told = [host for text in texts for host in _hosts(text)]
        routed = _routed(lab, each)
        missing = [host for host in routed if not any(fnmatchcase(host, pattern) for pattern in told)]
        if missing and (setting.is_list or len(missing) == len(routed)):
            value = " ".join((each.env[setting.variable], *missing)) if setting.is_list else f"https://{missing[0]}"
            value = value.replace(" ", ",") if setting.variable.startswith("HOMEPAGE") else value
            value = missing[0] if setting.variable == "CMD_DOMAIN" else value
            yield HOST_REFUSED.finding(
                each.at("env", setting.variable),
                f"{each.name} ({each.short}) is told {listed(told) if told else 'no host'} by "
                f"{each.called(setting.variable)}, and its route is {listed(missing)}: it {setting.does}",
                f"write {each.called(setting.variable)}: {value}",
                about=each.name,
                facts={"told": tuple(told), "missing": tuple(missing)},
            )


def _hosts(text: str) -> list[str]:
    """The hosts in a list of names or addresses, in lower case, without ports."""
    parts = (each.strip() for each in re.split(r"[\s,]+", text) if each.strip())
    return [_host(each).lower() for each in parts]


def _host(stated: str) -> str:
    try:
        return urlsplit(stated if "//" in stated else f"//{stated}").hostname or stated
    except ValueError:  # one bracket, or what is no address between two
        return stated


def _routed(lab: Lab, program: Program) -> list[str]:
    """Hosts of routes that lead to its workload."""
    service = lab.services[program.service]
    if program.path[0] == "objects":
        names = _of_ingresses(lab, program)
    else:
        if isinstance(service, HelmService) and len(rows_of(service)) > 1 and not _leads_to(service, program):
            return []
        part = program.path[3] if len(program.path) > 3 else None
        routes = (route for route in service.expose if route.workload == part)
        names = (host for route in routes for host in route.host_names(lab.site.domain))
        if isinstance(service, HelmService):
            names = (*names, *(each.host for each in chart_hosts(program.service, service)))
    return [*dict.fromkeys(host.lower() for host in names)]


def _leads_to(chart: HelmService, program: Program) -> bool:
    """Whether the routes of a chart with several programs are those of this one."""
    served = chart.endpoint.service if chart.endpoint else ""
    return bool(served) and (program.short in served or served in program.short)


def _of_ingresses(lab: Lab, program: Program) -> Iterator[str]:
    """Hosts of Ingresses in files whose Service selects the pods of a controller in a file."""
    beside = lab.objects.get(program.service, ())
    controller = next((each for each in beside if each.path == program.path), None)
    if controller is None:
        return
    namespace = namespace_of_object(lab, controller)
    labels = mapping(pod_template(controller.content), "metadata", "labels")
    chosen = {
        each.name
        for each in lab.objects_by_kind.get("Service", ())
        if namespace_of_object(lab, each) == namespace and _selects(mapping(each.content, "spec", "selector"), labels)
    }
    for ingress in lab.objects_by_kind.get("Ingress", ()):
        if namespace_of_object(lab, ingress) == namespace:
            for rule in entries(ingress.content, "spec", "rules"):
                paths = entries(rule, "http", "paths")
                if text(rule, "host") and any(text(each, "backend", "service", "name") in chosen for each in paths):
                    yield text(rule, "host")


def _selects(selector: Fields, labels: Fields) -> bool:
    return bool(selector) and selector.items() <= labels.items()


def _of_charts(lab: Lab) -> Iterator[Finding]:
    """Nextcloud's chart, which trusts `nextcloud.host` and `nextcloud.trustedDomains` alone."""
    for name, service in lab.charts("nextcloud"):
        if any("trusted_domains" in str(each) for each in mapping(service.values, "nextcloud", "configs").values()):
            continue
        told = [text(service.values, "nextcloud", "host") or "nextcloud.kube.home"]
        told += [str(each) for each in values(service.values, "nextcloud", "trustedDomains")]
        routed = [host.lower() for route in service.expose for host in route.host_names(lab.site.domain)]
        missing = [host for host in routed if not any(fnmatchcase(host, each.lower()) for each in told)]
        if missing:
            yield HOST_REFUSED.finding(
                ("services", name, "values"),
                f"{name} (nextcloud) trusts {listed(told)} by nextcloud.host and nextcloud.trustedDomains, and its "
                f"route is {listed(missing)}: it answers 400 at any other",
                f"write nextcloud.host: {missing[0]}"
                if len(routed) == 1
                else f"write nextcloud.trustedDomains: [{', '.join(routed)}]",
                about=name,
                facts={"told": tuple(told), "missing": tuple(missing)},
            )
