"""Clients of Redis that name no password where the server asks for one, or one where it has none."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from config.lab import Lab
from config.namespaces import namespace_of
from config.service import HelmService
from config.source import Path
from plan.findings.program import Program
from plan.findings.settings import settings_of
from plan.model.fields import value
from plan.model.findings import Finding, Rule

CACHE_PASSWORD_DIFFERS = Rule(
    "CACHE-PASSWORD-DIFFERS",
    "warning",
    title="A client of Redis and its server do not agree on a password",
    meaning=(
        "Redis and Valkey with requirepass answer NOAUTH to a client without a password; without it they answer "
        "`AUTH <password> called without any password configured` to one that has one. The client starts, and fails "
        "with the first command, or never becomes ready. Servers whose configuration is in no file of the lab are not "
        "judged."
    ),
    remedy="Write the password of the server into the address or the variable of the client, or take it out of both.",
)

_SERVERS = ("redis", "valkey", "keydb")
_ASKS = re.compile(r"requirepass[ =]+[\"']?(?![\"'\s])\S")
_HAS_USERS = re.compile(r"aclfile|(?m:^\s*user\s+\w+\s)|masterauth|\.conf\b")
_ADDRESS = re.compile(
    r"\brediss?://(?:(?P<user>[^:@/\s]*)(?P<colon>:)?(?P<password>[^@/\s]*)@)?(?P<host>[a-z0-9][a-z0-9.-]*)"
)
_HOST = re.compile(r"^(?:[A-Z0-9]+_)*(?:REDIS|VALKEY)(?:_+[A-Z]+)*?_+(?:HOST|HOSTNAME)$")
_SECRET = re.compile(r"(?i)(?:redis|valkey).*(?:pass|auth|secret|url|uri)")


class _Server(NamedTuple):
    service: str
    namespace: str
    names: frozenset[str]
    """First labels by which its clients call it."""
    asks: bool
    """It takes nobody without a password."""


def cache_password_findings(lab: Lab, found: Sequence[Program]) -> Iterator[Finding]:
    """A finding for each client whose address or variables contradict its server."""
    servers = [*_of_programs(lab, found), *_of_charts(lab)]
    if not servers:
        return
    for each in found:
        for variable, said in each.env.items():
            at = each.at("env", variable)
            for match in _ADDRESS.finditer(said):
                yield from _addressed(lab, servers, each.service, each.name, at, match)
            server = _called(lab, servers, each.service, said) if _HOST.match(variable) else None
            tells = each.variables is None or any(_SECRET.search(one) for one in (*each.variables, *each.files))
            if server and server.asks and not tells:
                yield _finding(at, each.name, f"{variable} names {server.service}", "no variable has one", server)
    for name, service in lab.services.items():
        if isinstance(service, HelmService):
            for written in settings_of(name, service):
                for match in _ADDRESS.finditer(written.text):
                    yield from _addressed(lab, servers, name, name, written.path, match)


def _of_programs(lab: Lab, found: Sequence[Program]) -> Iterator[_Server]:
    for each in found:
        if each.short in _SERVERS and each.is_main and not each.ends:
            asks = _ASKS.search(each.told) is not None
            if asks or not _HAS_USERS.search(each.told):
                is_packed = "bitnami" in each.image
                asks = asks or (is_packed and not any("ALLOW_EMPTY_PASSWORD" in one for one in each.env))
                yield _Server(each.service, namespace_of(lab, each.service), frozenset({each.name, each.service}), asks)


def _of_charts(lab: Lab) -> Iterator[_Server]:
    for name, service in lab.charts("redis", "valkey"):
        if "bitnami" in service.chart.repository:
            names = {f"{name}{end}" for end in ("", "-master", "-primary", "-redis-master", "-valkey-primary")}
            asks = value(service.values, "auth", "enabled") is not False
            yield _Server(name, namespace_of(lab, name), frozenset(names), asks)


def _called(lab: Lab, servers: Sequence[_Server], client: str, host: str) -> _Server | None:
    name, _, rest = host.partition(".")
    namespace = rest.partition(".")[0] or namespace_of(lab, client)
    return next((each for each in servers if name in each.names and namespace == each.namespace), None)


def _addressed(
    lab: Lab, servers: Sequence[_Server], service: str, called: str, at: Path, match: re.Match[str]
) -> Iterator[Finding]:
    server = _called(lab, servers, service, match["host"])
    has = bool(match["password"] or (match["user"] and not match["colon"]))
    if server and server.asks != has:
        yield _finding(
            at, called, f"the address of {server.service} there", "has none" if not has else "has one", server
        )


def _finding(path: Path, client: str, said: str, has: str, server: _Server) -> Finding:
    if server.asks:
        message = (
            f"{client} gives no password to {server.service}, which asks for one: {said}, and {has}; it is answered "
            "NOAUTH"
        )
        fix = f"write the password of {server.service} there, by $(NAME) of a secret: redis://:$(NAME)@HOST"
    else:
        message = (
            f"{client} gives a password to {server.service}, which has none: {server.service} answers that AUTH was "
            "called without any password configured"
        )
        fix = f"take the password out of the address, or give {server.service} the argument --requirepass"
    about, facts = f"{client} {server.service}", {"asks": server.asks}
    return CACHE_PASSWORD_DIFFERS.finding(path, message, fix, about=about, facts=facts)
