"""Images that end at once unless a variable is set."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from config.image import repository_of
from config.lab import Lab
from config.service import Service
from plan.findings.program import Program
from plan.model.findings import Finding, Rule
from plan.wording import listed

VARIABLE_MISSING = Rule(
    "VARIABLE-MISSING",
    "warning",
    title="An image ends for want of a variable",
    meaning=(
        "The entry points of some images check what they are given, and end with an error where it is not enough: the "
        "pod restarts for ever. A database asks only while its volume is empty. Images are known by their name."
    ),
    remedy="Give it the variable, a password or a key as a secret.",
)


class _Needed(NamedTuple):
    """The variables without which an image ends."""

    any_of: tuple[tuple[str, ...], ...]
    """Of each row one is needed; the first is named."""
    instead: tuple[str, ...] = ()
    """Arguments, or words of its files, that stand for them."""
    programs: tuple[str, ...] = ()
    """First words of the command with which it asks; empty where it does with any but a shell."""
    while_empty: bool = False
    """It asks while its volume is empty, and no more once it has data."""
    since: tuple[int, ...] = ()
    """The first version that asks."""


_SHELLS = ("sh", "bash", "ash", "/bin/sh", "/bin/bash", "/bin/ash", "/usr/bin/env")
_POSTGRES = _Needed(
    (("POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE", "POSTGRES_HOST_AUTH_METHOD"),),
    programs=("postgres",),
    while_empty=True,
)
_MYSQL = (
    "MYSQL_ROOT_PASSWORD",
    "MYSQL_ROOT_PASSWORD_FILE",
    "MYSQL_ALLOW_EMPTY_PASSWORD",
    "MYSQL_RANDOM_ROOT_PASSWORD",
)
_MARIADB = (
    "MARIADB_ROOT_PASSWORD",
    "MARIADB_ROOT_PASSWORD_FILE",
    "MARIADB_ROOT_PASSWORD_HASH",
    "MARIADB_ROOT_PASSWORD_HASH_FILE",
    "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD",
    "MARIADB_RANDOM_ROOT_PASSWORD",
)
_AUTHENTIK = _Needed((("AUTHENTIK_SECRET_KEY",),), instead=("secret_key",))
_IMAGES: Mapping[str, _Needed] = {
    "couchdb": _Needed((("COUCHDB_USER",), ("COUCHDB_PASSWORD",)), instead=("[admins]",), while_empty=True, since=(3,)),
    "dpage/pgadmin4": _Needed(
        (("PGADMIN_DEFAULT_EMAIL",), ("PGADMIN_DEFAULT_PASSWORD", "PGADMIN_DEFAULT_PASSWORD_FILE")), while_empty=True
    ),
    "gitea/act_runner": _Needed(
        (("GITEA_INSTANCE_URL",), ("GITEA_RUNNER_REGISTRATION_TOKEN", "GITEA_RUNNER_REGISTRATION_TOKEN_FILE")),
        while_empty=True,
    ),
    "goauthentik/server": _AUTHENTIK,
    "immich-app/postgres": _POSTGRES,
    "infisical/infisical": _Needed((("ENCRYPTION_KEY", "ROOT_ENCRYPTION_KEY"), ("AUTH_SECRET",))),
    "linuxserver/bookstack": _Needed((("APP_KEY", "FILE__APP_KEY"),)),
    "mariadb": _Needed(((*_MARIADB, *_MYSQL),), programs=("mariadbd", "mysqld"), while_empty=True),
    "mysql": _Needed((_MYSQL,), programs=("mysqld",), while_empty=True),
    "oauth2-proxy/oauth2-proxy": _Needed(
        (("OAUTH2_PROXY_COOKIE_SECRET", "OAUTH2_PROXY_COOKIE_SECRET_FILE"),),
        instead=("cookie-secret", "cookie_secret", "--config"),
    ),
    "opensearchproject/opensearch": _Needed(
        (("OPENSEARCH_INITIAL_ADMIN_PASSWORD", "DISABLE_SECURITY_PLUGIN", "DISABLE_INSTALL_DEMO_CONFIG"),),
        instead=("plugins.security.",),
        while_empty=True,
        since=(2, 12),
    ),
    "outlinewiki/outline": _Needed((("SECRET_KEY", "SECRET_KEY_FILE"), ("UTILS_SECRET", "UTILS_SECRET_FILE"))),
    "pgvector/pgvector": _POSTGRES,
    "plausible/community-edition": _Needed((("SECRET_KEY_BASE",), ("BASE_URL",))),
    "postgis/postgis": _POSTGRES,
    "postgres": _POSTGRES,
    "restic/restic": _Needed(
        (
            ("RESTIC_REPOSITORY", "RESTIC_REPOSITORY_FILE"),
            ("RESTIC_PASSWORD", "RESTIC_PASSWORD_FILE", "RESTIC_PASSWORD_COMMAND"),
        ),
        instead=("-r ", "--repo", "--password-file", "--password-command", "--insecure-no-password"),
    ),
    "timescale/timescaledb": _POSTGRES,
    "woodpeckerci/woodpecker-server": _Needed((("WOODPECKER_HOST",),)),
}
"""By name, without the registry and Docker Hub's `library/`: the entry point or the documentation of each."""


def needed_variable_findings(lab: Lab, found: Iterable[Program]) -> Iterator[Finding]:
    """A finding for each container that is not given a variable which its image asks for."""
    for each in found:
        known = _IMAGES.get(repository_of(each.image))
        if known and each.variables is not None and _asks(known, each, lab.services[each.service]):
            missing = [row[0] for row in known.any_of if each.variables.isdisjoint(row)]
            if missing and _is_set_up(known, each.variables, each.words):
                when = ", as long as its volume is empty" if known.while_empty else ""
                yield VARIABLE_MISSING.finding(
                    each.path,
                    f"{each.image}, {each.name} of {each.service}, is given no {listed(missing)}: it ends with an "
                    f"error at every start{when}",
                    f"give it {listed(missing)}, a password or a key as a secret",
                    about=each.name,
                    facts={"variables": tuple(missing)},
                )


def _asks(known: _Needed, program: Program, service: Service) -> bool:
    """Whether the entry point comes to ask: not with another program, nor on a volume that had data before. A job of a
    database's image is no database."""
    first = program.words[0] if program.words else ""
    is_started = (
        not first or first.startswith("-") or (first in known.programs if known.programs else first not in _SHELLS)
    )
    is_told = any(word in program.told for word in known.instead)
    had_data = program.ends or service.as_found or any(each.claim or each.volume for each in service.volumes.values())
    return is_started and not is_told and program.version >= known.since and not (known.while_empty and had_data)


def _is_set_up(known: _Needed, variables: Iterable[str], words: Sequence[str]) -> bool:
    """Whether the lab sets it up: a database by a variable of its own, others by any variable or argument."""
    own = tuple(f"{name.partition('_')[0]}_" for row in known.any_of for name in row)
    return any(each.startswith(own) for each in variables) or (not known.while_empty and bool(words or [*variables]))
