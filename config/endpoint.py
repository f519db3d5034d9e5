"""Where the API of Proxmox is asked."""

import re

ENDPOINT = r"https://([^/:?#@\s\[\]]+|\[[0-9A-Fa-f:]+\])(?::(\d{1,5}))?/?"
"""A pattern for the address of a host, which serves its API over TLS alone."""
PORT = 443
"""Where an endpoint names none, as for the provider. Proxmox listens on 8006."""
_HIGHEST_PORT = 65535


def host_and_port(endpoint: str) -> tuple[str, int] | None:
    """The host and the port of an endpoint; None where it is none."""
    found = re.fullmatch(ENDPOINT, endpoint)
    port = int(found[2] or PORT) if found else 0
    return (found[1].strip("[]"), port) if found and 0 < port <= _HIGHEST_PORT else None
