"""Whether the hosts that files of cloud-init are written to are known by their SSH keys."""

from operations.preflight.check import Check, unchecked
from operations.preflight.host_keys import HostKeys, judge_host_key
from operations.preflight.state import State, Unread
from plan.model import Plan


def is_written_to(plan: Plan, host: str) -> bool:
    """Whether an `up` writes files of cloud-init onto a host."""
    return any(snippet.host == host for machine in plan.machines for snippet in machine.snippets)


def check_host_key(plan: Plan, state: State, host: str) -> Check:
    """The host's keys against those in `known_hosts`."""
    question = f"SSH key of {host}"
    keys = state.hosts[host].keys
    if isinstance(keys, Unread):
        return Check(question, (unchecked(("site", "hosts", host, "address"), question, keys),), "")
    finding = judge_host_key(host, plan.lab.site.hosts[host], keys)
    return Check(question, (finding,) if finding else (), f"as in ~/.ssh/known_hosts ({_by(keys)})")


def _by(keys: HostKeys) -> str:
    kinds = sorted(each.partition(" ")[0] for each in keys.known.keys & keys.shown)
    return ", ".join(kinds) or "an authority, whose certificate the `up` asks for"
