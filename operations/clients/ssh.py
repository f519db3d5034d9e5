"""The keys by which an SSH server is known, and those that it shows: by OpenSSH's own programs, without signing in."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from operations.clients.refusals import NotAnswered

PORT = 22
_SECONDS = 5
"""How long a server may take for each kind of key."""
_SECONDS_IN_ALL = 30


class Known(NamedTuple):
    """How `known_hosts` knows a server."""

    keys: frozenset[str]
    """Its own keys, each as `ssh-ed25519 AAAA...`, without revoked ones."""
    by_authority: bool = False
    """Whether an authority vouches for it (`@cert-authority`)."""


def known_keys(address: str, port: int, file: Path | None = None) -> Known:
    """How an address is known in `known_hosts`; hashed names and patterns are found too.

    Read as the provider reads it (skeema/knownhosts v1.3.2), which is stricter than OpenSSH: a name without a port is
    of port 22, and of other ports only where it has a `*`.

    Raises NotAnswered where OpenSSH is not there, or the file cannot be read.
    """
    place = file or Path.home() / ".ssh" / "known_hosts"
    if not place.is_file():
        return Known(frozenset())
    if not os.access(place, os.R_OK):
        raise NotAnswered("forbidden", f"{place} cannot be read")
    lines = _lines(place, address if port == PORT else f"[{address}]:{port}")
    if not lines and port != PORT:
        lines = [line for line in _lines(place, address) if "*" in _pattern(line)]
    revoked = frozenset(_keys([line.partition(" ")[2] for line in lines if line.startswith("@revoked ")]))
    by_authority = [line.partition(" ")[2] for line in lines if line.startswith("@cert-authority ")]
    return Known(frozenset(_keys(lines)) - revoked, bool(frozenset(_keys(by_authority)) - revoked))


def _lines(place: Path, name: str) -> list[str]:
    found = _output("ssh-keygen", "-F", name, "-f", str(place))
    return [" ".join(line.split()) for line in found if line and not line.startswith("#")]


def _pattern(line: str) -> str:
    """Names of a line, which is not hashed."""
    first, *rest = line.split()
    return rest[0] if first.startswith("@") and rest else first


def shown_keys(address: str, port: int) -> frozenset[str]:
    """The keys that a server shows. Raises NotAnswered."""
    keys = frozenset(_keys(_output("ssh-keyscan", "-T", str(_SECONDS), "-p", str(port), address)))
    if not keys:
        raise NotAnswered("unreachable", f"no SSH server shows a key at {address}, port {port}")
    return keys


def _output(program: str, *arguments: str) -> list[str]:
    found = shutil.which(program)
    if found is None:
        raise NotAnswered("absent", f"{program} of OpenSSH is not on PATH")
    try:
        result = subprocess.run(
            [found, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS_IN_ALL,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotAnswered("unreachable", f"{program} does not answer: {type(error).__name__}") from None
    return result.stdout.decode(errors="replace").splitlines()


def _keys(lines: list[str]) -> list[str]:
    """`NAME TYPE KEY`, without comments and without lines that mark a key as revoked or as an authority's."""
    words = (line.split() for line in lines if line and not line.startswith(("#", "@")))
    return [f"{each[1]} {each[2]}" for each in words if len(each) >= 3]
