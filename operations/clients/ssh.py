"""The keys by which an SSH server is known, and those that it shows: by OpenSSH's own programs, without signing in."""

import shutil
import subprocess
from pathlib import Path

from operations.clients.refusals import NotAnswered

PORT = 22
_SECONDS = 5
"""How long a server may take for each kind of key."""
_SECONDS_IN_ALL = 30


def known_keys(address: str, port: int, file: Path | None = None) -> frozenset[str]:
    """The keys of an address in `known_hosts`, each as `ssh-ed25519 AAAA...`; hashed names are found too.

    Raises NotAnswered where OpenSSH is not there.
    """
    place = file or Path.home() / ".ssh" / "known_hosts"
    if not place.is_file():
        return frozenset()
    lines = _output("ssh-keygen", "-F", address if port == PORT else f"[{address}]:{port}", "-f", str(place))
    return frozenset(_keys(lines))


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
