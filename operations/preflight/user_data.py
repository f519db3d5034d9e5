"""Keys of the cluster in the user data of its control planes: there when a machine is made, and gone afterwards."""

from collections.abc import Mapping
from shlex import quote

from operations.preflight.check import Check, missing_privilege, unchecked
from operations.preflight.standing import to_create
from operations.preflight.state import State, Unread
from plan.model import Plan, Snippet, VirtualMachine
from plan.model.findings import Finding, Rule
from plan.wording import plural

KEYS_IN_USER_DATA = Rule(
    "KEYS-IN-USER-DATA",
    "warning",
    title="The keys of the cluster's authorities are still in the user data of a control plane",
    meaning=(
        "A control plane gets them by its user data, since every control plane needs the same. cloud-init reads that "
        "file once; afterwards it is a copy of the keys on the Proxmox host, in its backups, and on the drive that "
        "each start of the machine attaches. Whoever has them is an administrator of the cluster for ten years. The "
        "file itself has to stay, for Proxmox starts no machine without it."
    ),
    remedy=(
        "Run `homelab up`: it writes an empty file over it once the machine is set up, `NAME-user-data-emptied` in "
        "Pulumi's state. Or do so by the command that the fix names. The machine stays as it is. The drive that it was "
        "started with has them until its host starts it anew: `qm cloudinit update VMID` there writes it at once."
    ),
)

USER_DATA_EMPTY = Rule(
    "USER-DATA-EMPTY",
    "warning",
    title="A control plane would be made from user data without its keys",
    meaning=(
        "The file of an earlier machine was emptied after that was set up. A file that Pulumi's state has is not "
        "written again: the new machine would boot, and never become a node."
    ),
    remedy=(
        "Take both files, the full and the emptied one, out of Pulumi's state by the command that the fix names; the "
        "next `up` writes them anew, one before and one after the machine is set up."
    ),
)

MOST_BYTES_EMPTY = 256
"""An empty file has 18 bytes; the user data of a node more than 5,000."""


def check_user_data(plan: Plan, state: State) -> Check:
    """The user data of each control plane that the program makes, by their sizes: Proxmox shows no contents."""
    question = "keys in user data"
    coming = {machine.name for machine in to_create(plan, {} if isinstance(state.guests, Unread) else state.guests)}
    findings: list[Finding] = []
    emptied = 0
    for machine in plan.machines:
        for snippet in (each for each in machine.snippets if each.holds_keys):
            sizes = _sizes(state, snippet)
            if isinstance(sizes, Unread):
                about = f"the user data of {machine.name}"
                findings.append(unchecked(("machines", machine.name), about, sizes))
                continue
            size = sizes.get(_volume(snippet))
            if size is None:
                continue
            is_empty = size <= MOST_BYTES_EMPTY
            emptied += is_empty
            if machine.name in coming and is_empty:
                findings.append(_empty(machine, snippet, size))
            elif machine.name not in coming and not is_empty and _is_set_up(state, machine):
                findings.append(_full(machine, snippet, size))
    return Check(question, tuple(findings), f"of {plural(emptied, 'machine')} taken out, none is left to take out")


def _sizes(state: State, snippet: Snippet) -> Mapping[str, int] | Unread:
    """Sizes of the files on the storage of a snippet. Of a host or storage that is missing nothing is said here."""
    host, path = state.hosts.get(snippet.host), f"/storage/{snippet.storage}"
    if host is None:
        return {}
    is_seen = state.may(path, "Datastore.Audit") and not isinstance(host.storages, Unread)
    if is_seen and snippet.storage not in host.storages:
        return {}
    if isinstance(host.snippets, Unread) or state.may(path, "Datastore.Allocate"):
        return host.snippets
    return missing_privilege(path, "Datastore.Allocate")


def has_keys(plan: Plan, host: str) -> bool:
    """Whether user data on a host hold keys."""
    return any(each.host == host and each.holds_keys for machine in plan.machines for each in machine.snippets)


def _volume(snippet: Snippet) -> str:
    return f"{snippet.storage}:snippets/{snippet.file_name}"


def _is_set_up(state: State, machine: VirtualMachine) -> bool:
    """Its guest agent is started when it is a node."""
    addresses = state.addresses.get(machine.vmid)
    return addresses is not None and not isinstance(addresses, Unread)


def _full(machine: VirtualMachine, snippet: Snippet, size: int) -> Finding:
    return KEYS_IN_USER_DATA.finding(
        ("machines", machine.name),
        f"{machine.name} is set up, and its user data, {_volume(snippet)} with {size:,} bytes, still hold the keys of "
        "the cluster's authorities",
        f"`homelab up`, which empties them once the machine is set up; or on {snippet.host}: "
        f"`printf '#cloud-config\\n{{}}\\n' > \"$(pvesm path {quote(_volume(snippet))})\"`",
        facts={"size_bytes": size},
    )


def _empty(machine: VirtualMachine, snippet: Snippet, size: int) -> Finding:
    return USER_DATA_EMPTY.finding(
        ("machines", machine.name),
        f"{machine.name} is to be made, and its user data, {_volume(snippet)}, are there already with {size:,} bytes: "
        "without the keys that make it a control plane. They are written again only where Pulumi's state has them not",
        f"where `pulumi stack --show-urns` lists {snippet.name} and {snippet.emptied.name}: `pulumi state delete "
        "--force URN`, with the URN of each",
        facts={"size_bytes": size},
    )
