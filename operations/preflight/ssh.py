"""Whether a host is known by its SSH key, before keys of the cluster travel to it."""

from operations.preflight.check import Check, unchecked
from operations.preflight.state import HostKeys, State, Unread
from plan.model import Plan
from plan.model.findings import Finding, Rule

SSH_HOST_UNKNOWN = Rule(
    "SSH-HOST-UNKNOWN",
    "error",
    title="The SSH key of a host is not known",
    meaning=(
        "The files of cloud-init are written over SSH, and those of control planes hold the keys of the cluster's "
        "authorities. The provider takes the first key that it sees for the host's: whoever answers at that moment "
        "would get them."
    ),
    remedy=(
        "Read the fingerprint on the host itself, connect once with `ssh`, compare, and accept it only if it is the "
        "same: then it stands in `~/.ssh/known_hosts`."
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


def is_written_to(plan: Plan, host: str) -> bool:
    """Whether an `up` writes files of cloud-init onto a host."""
    return any(snippet.host == host for machine in plan.machines for snippet in machine.snippets)


def check_host_key(plan: Plan, state: State, host: str) -> Check:
    """The host's keys against those in `known_hosts`."""
    row = plan.lab.site.hosts[host]
    path = ("site", "hosts", host, "address")
    question = f"SSH key of {host}"
    keys = state.hosts[host].keys
    if isinstance(keys, Unread):
        return Check(question, (unchecked(path, question, keys),), "")
    name = str(row.address) if row.ssh_port == 22 else f"[{row.address}]:{row.ssh_port}"
    port = "" if row.ssh_port == 22 else f"-p {row.ssh_port} "
    compare = (
        f"on {host} itself: `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`; here: `ssh {port}root@{row.address}`, "
        "and accept the same fingerprint only"
    )
    findings: tuple[Finding, ...] = ()
    if not keys.known:
        findings = (
            SSH_HOST_UNKNOWN.finding(
                path,
                f"~/.ssh/known_hosts has no key of {host} ({name}), to which the cluster's keys would be sent over SSH",
                compare,
            ),
        )
    elif keys.known.isdisjoint(keys.shown):
        findings = (
            SSH_HOST_CHANGED.finding(
                path,
                f"{host} ({name}) shows none of the SSH keys that ~/.ssh/known_hosts has of it",
                f"{compare}, after `ssh-keygen -R '{name}'`",
            ),
        )
    return Check(question, findings, f"as in ~/.ssh/known_hosts ({_kinds(keys)})")


def _kinds(keys: HostKeys) -> str:
    return ", ".join(sorted(each.partition(" ")[0] for each in keys.known & keys.shown))
