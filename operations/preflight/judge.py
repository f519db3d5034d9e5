"""All checks of a live Proxmox, in the order of the report."""

from collections.abc import Iterator

from operations.preflight.check import Check
from operations.preflight.devices import check_devices
from operations.preflight.hosts import check_clock, check_hosts, check_version
from operations.preflight.left_over import check_left_over
from operations.preflight.machines import check_addresses, check_existing, check_vmids
from operations.preflight.memory import check_memory
from operations.preflight.networks import check_bridges
from operations.preflight.ssh import check_host_key, is_written_to
from operations.preflight.state import State
from operations.preflight.storages import check_storages
from operations.preflight.templates import check_templates
from operations.preflight.token import check_token
from operations.preflight.user_data import check_user_data, has_keys
from plan.model import Plan


def judge(plan: Plan, state: State) -> tuple[Check, ...]:
    """Every check. Those of a host that is not online are left out: that it is not is an error of its own."""
    return tuple(_checks(plan, state))


def _checks(plan: Plan, state: State) -> Iterator[Check]:
    yield check_version(state)
    yield check_hosts(plan, state)
    yield check_token(plan, state)
    for host in state.hosts:
        yield check_clock(state, host)
        yield check_memory(plan, state, host)
    yield check_vmids(plan, state)
    yield check_existing(plan, state)
    yield check_addresses(plan, state)
    yield check_left_over(plan, state)
    yield check_templates(plan, state)
    for host in state.hosts:
        yield check_storages(plan, state, host)
        yield check_devices(plan, state, host)
        yield check_bridges(plan, state, host)
        if is_written_to(plan, host):
            yield check_host_key(plan, state, host)
    if any(has_keys(plan, host) for host in state.hosts):
        yield check_user_data(plan, state)
