"""How Proxmox says no."""

from collections.abc import Mapping


class Refusal(Exception):
    """An answer that is an error, with Proxmox's status and words."""

    def __init__(self, message: str, status: int = 500, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.errors = errors or {}


def invalid(**errors: str) -> Refusal:
    """A request with parameters that the schema does not allow."""
    named = {name.replace("_", "-"): message for name, message in errors.items()}
    return Refusal("Parameter verification failed.", 400, named)


def denied(path: str, privileges: str) -> Refusal:
    """A privilege is missing."""
    return Refusal(f"Permission check failed ({path}, {privileges})", 403)


def no_machine(node: str, vmid: int) -> Refusal:
    """There is no such machine on the node."""
    return Refusal(f"Configuration file 'nodes/{node}/qemu-server/{vmid}.conf' does not exist")


def lock_timeout(vmid: str | int) -> Refusal:
    """Another process holds the lock of the machine's configuration file."""
    return Refusal(f"can't lock file '/var/lock/qemu-server/lock-{vmid}.conf' - got timeout")
