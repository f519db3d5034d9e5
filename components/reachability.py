"""Whether Proxmox can be asked, before the engine asks it for every machine."""

import socket
import ssl
from collections.abc import Iterable

import pulumi

from config.endpoint import host_and_port
from config.reasons import reason_of
from plan.model import VirtualMachine

TIMEOUT = 5
"""Seconds that Proxmox has to accept a connection."""


def check_reachable(endpoint: str, insecure: bool, machines: Iterable[VirtualMachine]) -> None:
    """Raise RunError with one sentence where machines are adopted, and Proxmox cannot be asked for them.

    Adopted machines have to be read from Proxmox, even by a preview; created ones need not exist.
    """
    adopted = sum(machine.adopted for machine in machines)
    if adopted == 0:
        return
    address = host_and_port(endpoint)
    assert address is not None, "settings refuse another"
    try:
        with socket.create_connection(address, TIMEOUT) as connection:
            _tls(insecure).wrap_socket(connection, server_hostname=address[0]).close()
    except ssl.SSLCertVerificationError as error:
        raise pulumi.RunError(
            f"The certificate of Proxmox at {endpoint} is not trusted ({error.verify_message}), and {adopted} adopted "
            "machines have to be read from it: let this machine trust it, or set homelab:proxmoxInsecure to true."
        ) from None
    except OSError as error:
        raise pulumi.RunError(
            f"Proxmox at {endpoint} does not answer ({reason_of(error)}), and {adopted} adopted machines have "
            "to be read from it: check homelab:proxmoxEndpoint, or the host's endpoint in site.yaml, and the network."
        ) from None


def _tls(insecure: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = not insecure
    context.verify_mode = ssl.CERT_NONE if insecure else ssl.CERT_REQUIRED
    return context
