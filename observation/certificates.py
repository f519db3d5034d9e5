"""Ends of certificates in PEM, as far as an observation holds any: those of authorities, which are no secret."""

import base64
import binascii
import re
from datetime import UTC, datetime

_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_TIME = re.compile(rb"\x17\x0d(\d{12})Z|\x18\x0f(\d{14})Z")
"""A time in DER. The first two in a certificate are its begin and its end (RFC 5280, 4.1)."""
_FIFTIES = 50
"""Two digits of a year from which on it is of the last century (RFC 5280, 4.1.2.5.1)."""


def ends_of(pem: str) -> tuple[datetime, ...]:
    """The ends of all certificates in a text, in its order; those that cannot be read are left out."""
    return tuple(end for block in _BLOCK.findall(pem) if (end := _end(block)) is not None)


def _end(block: str) -> datetime | None:
    try:
        times = _TIME.findall(base64.b64decode("".join(block.split()), validate=True))
        return _read(*times[1]) if len(times) > 1 else None
    except (binascii.Error, ValueError):
        return None


def _read(short: bytes, whole: bytes) -> datetime:
    digits = whole.decode() or ("20" if int(short[:2]) < _FIFTIES else "19") + short.decode()
    return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
