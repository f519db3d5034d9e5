"""Secrets that a planned text leaves open: they exist in the Pulumi program alone, as secret outputs."""

import re
from collections.abc import Mapping
from typing import Literal, get_args

Secret = Literal[
    "cluster-ca.crt",
    "cluster-ca.key",
    "etcd-ca.crt",
    "etcd-ca.key",
    "front-proxy-ca.crt",
    "front-proxy-ca.key",
    "service-account.key",
    "service-account.pub",
    "ca-certificate-hash",
    "join-token",
    "encryption-key",
]
"""Files of `/etc/kubernetes/pki` as base64 of their PEM text; `ca-certificate-hash` as `sha256:<hex>`; `join-token` as
`<6 characters>.<16 characters>`; `encryption-key` as base64 of 32 characters. Each fits into one line."""

SECRETS: tuple[Secret, ...] = get_args(Secret)


def placeholder(secret: Secret) -> str:
    """Placeholder of a secret in a text."""
    return f"<<{secret}>>"


def without_placeholders(text: str) -> str:
    """A text of the lab in which nothing reads as a placeholder: it would become the secret."""
    return re.sub(r"<{2,}", "<", text)


def placeholders(text: str) -> tuple[Secret, ...]:
    """The secrets that a text leaves open, sorted."""
    return tuple(sorted(secret for secret in SECRETS if placeholder(secret) in text))


def filled(text: str, secrets: Mapping[Secret, str]) -> str:
    """The text with its secrets. Raises KeyError where one is not given."""
    for name in placeholders(text):
        text = text.replace(placeholder(name), secrets[name])
    return text
