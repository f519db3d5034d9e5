"""Findings of `homelab preflight` on an emulated Proxmox."""

import time
from collections.abc import Mapping
from typing import Any

from operations.clients.proxmox import ProxmoxHost
from operations.clients.ssh import Known
from operations.preflight import Check, judge, read_state
from operations.preflight.host_keys import AskKeys, HostKeys
from operations.preflight.state import State as HostsState
from plan.model import Finding, Plan
from rehearsal.proxmox import Emulator, State, emulator


def changed(state: State, changes: Mapping[str, Any]) -> State:
    """The state with other values; None takes a thing away."""
    return State.model_validate(_merged(state.model_dump(), changes))


def _merged(value: Any, changes: Any) -> Any:
    if not (isinstance(value, dict) and isinstance(changes, dict)):
        return changes
    kept = {key: each for key, each in value.items() if changes.get(key, "") is not None}
    return kept | {key: _merged(value.get(key), each) for key, each in changes.items() if each is not None}


def without(state: State, path: str, privilege: str) -> State:
    """The state with a token that lacks a privilege on a path."""
    (token,) = state.tokens.values()
    token.privileges[path].remove(privilege)
    return state


def known(address: str, port: int) -> HostKeys:
    """A host that shows the key by which it is known."""
    key = frozenset({f"ssh-ed25519 {address}:{port}"})
    return HostKeys(Known(key), key)


def read(plan: Plan, proxmox: Emulator, host_keys: AskKeys = known) -> HostsState:
    """State that the program's own client reads."""
    api = ProxmoxHost(proxmox.endpoint, proxmox.token, verify=str(proxmox.ca_file))
    return read_state(plan, api, time.time, host_keys)


def ask(plan: Plan, proxmox: Emulator, host_keys: AskKeys = known) -> tuple[Check, ...]:
    """All checks, by the program's own client."""
    return judge(plan, read(plan, proxmox, host_keys))


def checks_on(plan: Plan, state: State, host_keys: AskKeys = known) -> tuple[Check, ...]:
    """All checks on an emulated Proxmox."""
    with emulator(state) as proxmox:
        return ask(plan, proxmox, host_keys)


def found(checks: tuple[Check, ...]) -> list[Finding]:
    """Findings of the checks."""
    return [finding for check in checks for finding in check.findings]
