"""Names that are made of other names, and still are one for each."""

import hashlib
import re

_CHARACTERS = 12
"""Of a checksum: 48 bits, so that no two names of a lab get the same one."""


def distinct(readable: str, *identity: str, longest: int) -> str:
    """A name that begins with what one can read, and ends with a checksum of what it stands for."""
    checksum = hashlib.sha256("\0".join(identity).encode()).hexdigest()[:_CHARACTERS]
    return f"{readable[: longest - _CHARACTERS - 1]}-{checksum}"


def as_label(text: str) -> str:
    """A text with the signs alone that a DNS label may have."""
    return re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")
