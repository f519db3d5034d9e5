"""Secrets for cookies that a sign-in refuses for their length."""

import base64
import re
from collections.abc import Iterable, Iterator

from config.lab import Lab
from config.service import HelmService
from config.source import Path
from plan.findings.program import Program
from plan.model.fields import text, value
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
COOKIE_SECRET_KNOWN = Rule(
    "COOKIE-SECRET-KNOWN",
    "warning",
    title="A sign-in signs its cookies with a secret that everybody knows",
    meaning=(
        "The chart of oauth2-proxy has a cookie secret of its own in values.yaml, the same for everybody. It works, "
        "and whoever has read it can make a cookie for any user."
    ),
    remedy="Make a secret, keep it with the client's in a Secret, and name that in config.existingSecret.",
)
_KNOWN = "X" * 16
"""Of the chart (values.yaml of 3.3.0 to 10.7.0)."""
_PROJECT = "oauth2-proxy.github.io"
_NAMES = ("cookie-secret", "COOKIE_SECRET")
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
        if secret in ("", _KNOWN) and _PROJECT in service.chart.repository and not _is_elsewhere(service):
            yield _left_to_the_chart(name, secret or value(service.values, *config))


def _is_elsewhere(service: HelmService) -> bool:
    """Whether the values take the secret from elsewhere, or may do."""
    values = service.values
    required = value(values, "config", "requiredSecretKeys")
    others = (value(values, key) for key in ("extraArgs", "extraEnv"))
    return bool(
        any(text(values, "config", key) for key in ("existingSecret", "configFile", "existingConfig"))
        or value(values, "proxyVarsAsSecrets") is False
        or (required is not None and "cookie-secret" not in str(required))
        or value(values, "envFrom")
        or any(name in str(each) for each in others for name in _NAMES)
    )


def _left_to_the_chart(name: str, stated: object) -> Finding:
    is_empty = stated == ""
    fix = "keep one in a Secret with the keys client-id, client-secret and cookie-secret, and name it in "
    return (COOKIE_SECRET_LENGTH if is_empty else COOKIE_SECRET_KNOWN).finding(
        ("services", name, "values"),
        f"config.cookieSecret of {name} is empty: oauth2-proxy does not start without one"
        if is_empty
        else f"config.cookieSecret of {name} "
        + ("is not stated, and the chart's own is" if stated is None else "is")
        + f" {_KNOWN}, as in everybody's: whoever knows it makes a cookie for any user",
        f"{fix}config.existingSecret",
        about=name,
        facts={"bytes": 0 if is_empty else len(_KNOWN)},
    )


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
