"""Secrets for cookies that a sign-in refuses for their length."""

import base64
import re
from collections.abc import Iterable, Iterator

from config.lab import Lab
from config.source import Path
from plan.findings.program import Program
from plan.model.fields import text
from plan.model.findings import Finding, Rule

COOKIE_SECRET_LENGTH = Rule(
    "COOKIE-SECRET-LENGTH",
    "error",
    title="A cookie secret has a length that the sign-in refuses",
    meaning=(
        "oauth2-proxy encrypts its cookies with AES, whose key has 16, 24 or 32 bytes. It takes the text as it stands, "
        "or what it means in base64 for addresses (with - and _); with any other length it does not start. What "
        "`openssl rand -base64 32` prints has 44 characters, most often with + or / among them."
    ),
    remedy="Make it with `openssl rand -base64 32 | tr -- '+/' '-_'`, and keep it as a secret.",
)
_LENGTHS = (16, 24, 32)
_TOLD = re.compile(
    r"(?m)(?:--cookie-secret[= ]|^OAUTH2_PROXY_COOKIE_SECRET=|^\s*cookie_secret\s*=\s*)[\"']?([^\"'\s]+)[\"']?"
)


def cookie_secret_findings(lab: Lab, found: Iterable[Program]) -> Iterator[Finding]:
    """A finding for each oauth2-proxy whose secret stands in the lab and has another length."""
    for each in found:
        if each.short == "oauth2-proxy" and (stated := _TOLD.search(each.told)):
            yield from _found(each.path, each.name, stated[1])
    for name, service in lab.charts("oauth2-proxy"):
        config = ("config", "cookieSecret")
        stated = _TOLD.search(text(service.values, "config", "configFile"))
        secret = stated[1] if stated else text(service.values, *config)
        yield from _found(("services", name, "values"), name, secret)


def _found(path: Path, name: str, secret: str) -> Iterator[Finding]:
    if secret and not any(mark in secret for mark in ("$", "{{", "<")) and not _is_key(secret):
        yield COOKIE_SECRET_LENGTH.finding(
            path,
            f"the cookie secret of {name} has {len(secret)} bytes, and oauth2-proxy takes 16, 24 or 32 alone: it does "
            "not start",
            "make one with openssl rand -base64 32 | tr -- '+/' '-_', and keep it as a secret",
            about=name,
            facts={"bytes": len(secret)},
        )


def _is_key(secret: str) -> bool:
    bare = secret.rstrip("=")
    is_for_addresses = re.fullmatch(r"[\w-]+", bare, re.ASCII) is not None and len(bare) % 4 != 1
    decoded = len(base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))) if is_for_addresses else 0
    return len(secret.encode()) in _LENGTHS or decoded in _LENGTHS
