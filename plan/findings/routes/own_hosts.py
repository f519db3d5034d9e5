"""Host names that a service is told are its own, and routes by another one."""

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple
from urllib.parse import urlsplit

from config.lab import Lab
from plan.findings.programs import Program
from plan.model.findings import Finding, Rule
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
    "ghost": ("url", _LINKS),
    "hedgedoc": ("CMD_DOMAIN", _LINKS),
    "linkwarden": ("NEXTAUTH_URL", _LINKS),
    "mealie": ("BASE_URL", _LINKS),
    "miniflux": ("BASE_URL", _LINKS),
    "outline": ("URL", _LINKS),
    "paperless-ngx": ("PAPERLESS_URL", _FORM),
}
_SETTINGS: Mapping[str, _Setting] = {
    "homepage": _Setting("HOMEPAGE_ALLOWED_HOSTS", True, "answers 400 at any other"),
    "netbox": _Setting("ALLOWED_HOSTS", True, "answers 400 at any other"),
    "nextcloud": _Setting("NEXTCLOUD_TRUSTED_DOMAINS", True, "answers 400 at any other"),
    **{image: _Setting(variable, False, does) for image, (variable, does) in _ADDRESS.items()},
}
"""By the last part of an image's name (their documentation)."""
_FURTHER = {"PAPERLESS_URL": ("PAPERLESS_CSRF_TRUSTED_ORIGINS",)}
"""Variables that name further addresses."""


def own_host_findings(lab: Lab, found: Iterable[Program]) -> Iterator[Finding]:
    """A finding for each service whose route has a host that it is not told."""
    for each in found:
        setting = _SETTINGS.get(each.short)
        if setting is None or not each.is_main or each.ends or each.path[0] != "services":
            continue
        texts = [each.env[name] for name in (setting.variable, *_FURTHER.get(setting.variable, ())) if name in each.env]
        if setting.variable not in each.env or any("$" in text for text in texts):
            continue
        told = [host for text in texts for host in _hosts(text)]
        routed = _routed(lab, each)
        missing = [host for host in routed if not any(fnmatchcase(host, pattern) for pattern in told)]
        if missing and (setting.is_list or len(missing) == len(routed)):
            value = " ".join((each.env[setting.variable], *missing)) if setting.is_list else f"https://{missing[0]}"
            value = value.replace(" ", ",") if setting.variable.startswith("HOMEPAGE") else value
            value = missing[0] if setting.variable == "CMD_DOMAIN" else value
            yield HOST_REFUSED.finding(
                (*each.path, "env", setting.variable),
                f"{each.name} ({each.short}) is told {listed(told) if told else 'no host'} by {setting.variable}, and "
                f"its route is {listed(missing)}: it {setting.does}",
                f"write {setting.variable}: {value}",
                about=each.name,
                facts={"told": tuple(told), "missing": tuple(missing)},
            )


def _hosts(text: str) -> list[str]:
    """The hosts in a list of names or addresses, in lower case, without ports."""
    parts = (each.strip() for each in re.split(r"[\s,]+", text) if each.strip())
    return [((urlsplit(each if "//" in each else f"//{each}").hostname) or each).lower() for each in parts]


def _routed(lab: Lab, program: Program) -> list[str]:
    """Hosts of routes that lead to its workload."""
    service = lab.services[program.service]
    part = program.path[3] if len(program.path) > 2 else None
    names = (host for route in service.expose if route.workload == part for host in route.host_names(lab.site.domain))
    return [*dict.fromkeys(host.lower() for host in names)]
