"""Whether a host is known by its SSH key, before keys of the cluster travel to it."""

from collections.abc import Callable
from shlex import quote
from typing import NamedTuple

from config.site import Host
from operations.clients.ssh import PORT, Known, known_keys, shown_keys
from plan.model.findings import Finding, Rule

SSH_HOST_UNKNOWN = Rule(
    "SSH-HOST-UNKNOWN",
    "error",
    title="The SSH key of a host is not known",
    meaning=(
        "The files of cloud-init are written over SSH, and those of control planes hold the keys of the cluster's "
        "authorities. The provider takes the first key that it sees for the host's: whoever answers at that moment "
        "would get them. It reads `~/.ssh/known_hosts` alone, and a host there by the address and the port that "
        "site.yaml has: neither `/etc/ssh/ssh_known_hosts` nor names of `~/.ssh/config` count."
    ),
    remedy=(
        "Read the fingerprint on the host itself, run the command that the fix names, compare, and accept it only if "
        "it is the same: then it stands in `~/.ssh/known_hosts`. `homelab up` writes no file of cloud-init before."
    ),
)

SSH_HOST_CHANGED = Rule(
    "SSH-HOST-CHANGED",
    "error",
    title="A host shows another SSH key than the one that is known",
    meaning=(
        "Either the host was set up anew, or something else answers at its address. The `up` would stop at the first "
        "file that it writes."
    ),
    remedy=(
        "Read the fingerprint on the host itself. If it is the new one's, remove the old one with `ssh-keygen -R`, and "
        "accept the new one with `ssh`."
    ),
)

DEFAULT_USER = "root"
"""Who signs in, unless `homelab:proxmoxSshUsername` of the stack says otherwise."""


class HostKeys(NamedTuple):
    """SSH keys of a host."""

    known: Known
    """Keys in `known_hosts`."""
    shown: frozenset[str]
    """Keys that it shows, each as `ssh-ed25519 AAAA...`."""

    @property
    def agree(self) -> bool:
        """Whether it shows a key that is known, or is known by an authority: then the provider asks for a certificate
        of that one, and takes nothing else."""
        return self.known.by_authority or not self.known.keys.isdisjoint(self.shown)


AskKeys = Callable[[str, int], HostKeys]
"""Gives the SSH keys at an address and a port. Raises NotAnswered."""


def ask_host_keys(address: str, port: int) -> HostKeys:
    """The SSH keys of a host. Raises NotAnswered."""
    return HostKeys(known_keys(address, port), shown_keys(address, port))


def known_host_keys(address: str, port: int) -> HostKeys:
    """The same without asking the host, taken for one that shows what is known of it. Raises NotAnswered."""
    known = known_keys(address, port)
    return HostKeys(known, known.keys)


def judge_host_key(host: str, row: Host, keys: HostKeys, user: str = DEFAULT_USER) -> Finding | None:
    """The host's keys against those in `known_hosts`; None where they agree."""
    if keys.agree:
        return None
    path = ("site", "hosts", host, "address")
    name = str(row.address) if row.ssh_port == PORT else f"[{row.address}]:{row.ssh_port}"
    port = "" if row.ssh_port == PORT else f"-p {row.ssh_port} "
    login = f"-l {quote(user)} {row.address}"
    compare = (
        f"on {host} itself: `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`; here: `ssh -F none "
        f"-o GlobalKnownHostsFile=none {port}{login}`, and accept the same fingerprint only"
    )
    if not keys.known.keys:
        return SSH_HOST_UNKNOWN.finding(
            path,
            f"~/.ssh/known_hosts has no key of {host} ({name}), to which the cluster's keys would be sent over SSH",
            compare,
        )
    return SSH_HOST_CHANGED.finding(
        path,
        f"{host} ({name}) shows none of the SSH keys that ~/.ssh/known_hosts has of it",
        f"{compare}, after `ssh-keygen -R '{name}'`",
    )
