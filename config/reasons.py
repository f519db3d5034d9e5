"""Why a file could not be used, in words for its owner."""

from errno import EEXIST, ENOTDIR
from json import JSONDecodeError

_IN_WORDS = {
    EEXIST: "a file of that name is in the way",
    ENOTDIR: "it, or a part of its path, is a file and no folder",
}
"""Errors of which the system's own words leave open which file they mean."""


def reason_of(error: OSError | ValueError) -> str:
    """Why the system or a codec refused; text that is not UTF-8 is told with the byte where it ends to be."""
    if isinstance(error, OSError):
        return _IN_WORDS.get(error.errno or 0) or error.strerror or str(error)
    if isinstance(error, UnicodeDecodeError):
        return f"it is not UTF-8 text from byte {error.start + 1:,} on"
    if isinstance(error, JSONDecodeError):
        return f"it is no JSON from line {error.lineno:,}, column {error.colno:,} on"
    return str(error)
