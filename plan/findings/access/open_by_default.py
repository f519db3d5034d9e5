"""Applications that are said to check their visitors, and as they are set let anybody in."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from config.image import repository_of
from config.lab import Lab
from plan.findings.program import Program
from plan.model.findings import Finding, Rule

OPEN_BY_DEFAULT = Rule(
    "OPEN-BY-DEFAULT",
    "warning",
    title="An application on the internet lets anybody in",
    meaning=(
        "`auth: app` says that the service checks its visitors itself. Some applications check nobody, and some let "
        "everybody make an account, or sign with a key that stands in their source, until a setting says otherwise. "
        "Applications are known by their image."
    ),
    remedy="Make the setting, let the lab's sign-in ask (`auth: required`), or keep it in the house (`reach: lan`).",
)


class _Open(NamedTuple):
    """The way in which an application is open, and the settings that close it."""

    says: str
    closed_by: Mapping[str, str | None] = {}
    """The value by variable: empty where any does, None where any secret does. The first one is named."""
    words: tuple[str, ...] = ()
    """Arguments, or words of its configuration, that close it."""


_ACCOUNT = "lets everybody make an account"
_NOBODY = "checks nobody"
_KNOWN_PASSWORD = "has a password that stands in its documentation"

_IMAGES: Mapping[str, _Open] = {
    "amir20/dozzle": _Open(_NOBODY, {"DOZZLE_AUTH_PROVIDER": ""}, ("--auth-provider",)),
    "binwiederhier/ntfy": _Open(
        "lets everybody read and write every topic", {"NTFY_AUTH_DEFAULT_ACCESS": "deny-all"}, ("auth-default-access",)
    ),
    "gethomepage/homepage": _Open(_NOBODY),
    "getmeili/meilisearch": _Open(_NOBODY, {"MEILI_MASTER_KEY": None}, ("--master-key", "master_key")),
    "hedgedoc/hedgedoc": _Open(
        _ACCOUNT, {"CMD_ALLOW_EMAIL_REGISTER": "false", "CMD_EMAIL": "false"}, ("allowEmailRegister",)
    ),
    "hoarder-app/hoarder": _Open(_ACCOUNT, {"DISABLE_SIGNUPS": "true", "DISABLE_PASSWORD_AUTH": "true"}),
    "karakeep-app/karakeep": _Open(_ACCOUNT, {"DISABLE_SIGNUPS": "true", "DISABLE_PASSWORD_AUTH": "true"}),
    "linkwarden/linkwarden": _Open(
        _ACCOUNT, {"NEXT_PUBLIC_DISABLE_REGISTRATION": "true", "NEXT_PUBLIC_CREDENTIALS_ENABLED": "false"}
    ),
    "minio/minio": _Open(_KNOWN_PASSWORD, {"MINIO_ROOT_PASSWORD": None, "MINIO_ROOT_PASSWORD_FILE": None}),
    "mongo-express": _Open(
        _KNOWN_PASSWORD, {"ME_CONFIG_BASICAUTH_PASSWORD": None, "ME_CONFIG_BASICAUTH_PASSWORD_FILE": None}
    ),
    "ollama/ollama": _Open(_NOBODY),
    "paperless-ngx/paperless-ngx": _Open(
        "signs sessions with a key that stands in its source", {"PAPERLESS_SECRET_KEY": None}
    ),
    "prom/alertmanager": _Open(_NOBODY, {}, ("--web.config.file",)),
    "prom/prometheus": _Open(_NOBODY, {}, ("--web.config.file",)),
    "provectuslabs/kafka-ui": _Open(_NOBODY, {"AUTH_TYPE": ""}),
    "qdrant/qdrant": _Open(_NOBODY, {"QDRANT__SERVICE__API_KEY": None}, ("api_key",)),
    "registry": _Open(
        "lets everybody pull and push",
        {"REGISTRY_AUTH": "", "REGISTRY_AUTH_HTPASSWD_REALM": "", "REGISTRY_AUTH_TOKEN_REALM": ""},
        ("auth:",),
    ),
    "vaultwarden/server": _Open(
        _ACCOUNT, {"SIGNUPS_ALLOWED": "false", "SIGNUPS_DOMAINS_WHITELIST": None, "ADMIN_TOKEN": None}
    ),
    "vikunja/vikunja": _Open(_ACCOUNT, {"VIKUNJA_SERVICE_ENABLEREGISTRATION": "false"}, ("enableregistration",)),
}
"""By name, without the registry and Docker Hub's `library/`: the documentation of each. An application whose setting is
kept in its database or on its volume is not here; Vaultwarden's is with ADMIN_TOKEN, whose page may have closed it."""


def open_by_default_findings(lab: Lab, found: Iterable[Program]) -> Iterator[Finding]:
    """A finding for each exposure to the internet of an application that is open."""
    for each in found:
        known = _IMAGES.get(repository_of(each.image))
        if known is None or not each.is_main or each.ends or _is_closed(each, known):
            continue
        for number, exposure in enumerate(lab.services[each.service].expose):
            if exposure.auth == "app" and exposure.reach == "internet" and exposure.workload in (None, each.name):
                host = exposure.host_names(lab.site.domain)[0]
                yield OPEN_BY_DEFAULT.finding(
                    ("services", each.service, "expose", number),
                    f"{each.image} {known.says}, and {host} is open to the internet with auth: app",
                    f"{_closing(each, known)}write auth: required, or reach: lan",
                    about=each.name,
                    facts={"image": each.image, "host": host},
                )


def _closing(program: Program, known: _Open) -> str:
    """The setting that closes it, before other ways."""
    if not known.closed_by:
        return ""
    variable, value = next(iter(known.closed_by.items()))
    if value is None:
        return f"give it {variable} as a secret, or "
    if not value:
        return f"set {variable}, or "
    if program.places is not None:
        return f'write {program.called(variable)}: "{value}" in the values, or '
    return f'write env: {{{variable}: "{value}"}}, or '


def _is_closed(program: Program, known: _Open) -> bool:
    """Whether a setting closes it, or may: its value is not in the lab, or variables come from elsewhere."""
    if program.variables is None or any(word in program.told for word in known.words):
        return True
    return any(
        variable in program.variables and (not wanted or program.env.get(variable, wanted).lower() == wanted)
        for variable, wanted in known.closed_by.items()
    )
