"""Whether bridges are as `networks.yaml` says."""

from collections.abc import Iterator, Mapping

from config.network import Bridge
from operations.preflight.answers import NetworkInterface
from operations.preflight.check import Check, missing_privilege, unchecked
from operations.preflight.state import State, Unread
from plan.model import Finding, Plan
from plan.model.findings import Rule
from plan.wording import listed

BRIDGE_DIFFERS = Rule(
    "BRIDGE-DIFFERS",
    ("error", "warning", "info"),
    title="A bridge is not as networks.yaml says",
    meaning=(
        "Without VLAN awareness, or without the VLAN among those that it carries, a machine on a VLAN of this "
        "bridge starts and reaches nothing."
    ),
    remedy=(
        "Correct networks.yaml, or the bridge on the host. Any change to a bridge reloads the network of the whole "
        "host."
    ),
)

BRIDGE_MISSING = Rule(
    "BRIDGE-MISSING",
    "error",
    title="A bridge is missing",
    meaning="Machines on it do not start: bridge does not exist.",
    remedy="Write the bridge's name as the host has it, or make it on the host. The program makes no bridges.",
)


BRIDGES = ("bridge", "OVSBridge")


def check_bridges(plan: Plan, state: State, host: str) -> Check:
    """The bridges of a host that the lab names."""
    question = f"bridges of {host}"
    stated = {name: bridge for name, bridge in plan.lab.networks.bridges.items() if host in bridge.hosts}
    interfaces = state.hosts[host].interfaces
    if isinstance(interfaces, Unread):
        return Check(question, (unchecked(("networks", "bridges"), question, interfaces),), "")
    findings = [
        each
        for name, bridge in stated.items()
        for each in _bridge(state, host, name, bridge, interfaces, _vlans(plan, name))
    ]
    answer = ", ".join(
        f"{name} ({'VLAN-aware' if bridge.vlan_aware else 'no VLANs'}{_ports(bridge.ports)})"
        for name, bridge in stated.items()
    )
    return Check(question, tuple(findings), answer or "none is used")


def _vlans(plan: Plan, bridge: str) -> dict[int, str]:
    networks = plan.lab.networks.networks.items()
    return {network.vlan: name for name, network in networks if network.bridge == bridge and network.vlan is not None}


def _bridge(
    state: State,
    host: str,
    name: str,
    stated: Bridge,
    interfaces: Mapping[str, NetworkInterface],
    vlans: Mapping[int, str],
) -> Iterator[Finding]:
    path = ("networks", "bridges", name)
    found = interfaces.get(name)
    if found is None or found.type not in BRIDGES:
        where = f"/sdn/zones/localnetwork/{name}"
        if found is None and not state.sees_all("/sdn/zones/localnetwork", "SDN.Audit"):
            yield unchecked(path, f"the bridge {name} of {host}", missing_privilege(where, "SDN.Audit"))
            return
        there = sorted(each.iface for each in interfaces.values() if each.type in BRIDGES)
        what = f"{name} of {host} is not a bridge but a {found.type}" if found else f"{host} has no bridge {name}"
        yield BRIDGE_MISSING.finding(
            path,
            f"{what}; its bridges are {listed(there) or 'none'}",
            f"write the name that it has, or make it on the host: System > Network of {host}",
        )
        return
    if not found.active:
        yield BRIDGE_MISSING.finding(
            path,
            f"the bridge {name} of {host} is configured but not active",
            "apply the configuration of the network on the host: `ifreload -a`",
        )
    aware = found.bridge_vlan_aware or found.type == "OVSBridge"
    if stated.vlan_aware and not aware:
        used = listed([f"{vlan} ({network})" for vlan, network in vlans.items()])
        yield BRIDGE_DIFFERS.finding(
            (*path, "vlan_aware"),
            f"the bridge {name} of {host} is not VLAN-aware, and carries VLANs {used or 'of nobody'}",
            f"tick VLAN aware of {name} on the host, when the network of all its machines may stop for a moment",
            severity="error" if vlans else "warning",
        )
    left_out = [str(vlan) for vlan in vlans if aware and found.bridge_vids and not _carries(found.bridge_vids, vlan)]
    if left_out:
        yield BRIDGE_DIFFERS.finding(
            path,
            f"the bridge {name} of {host} carries VLANs {found.bridge_vids}, not {listed(left_out)}",
            f"add them to bridge-vids of {name} on the host",
            severity="error",
        )
    ports = (found.bridge_ports or found.ovs_ports or "").split()
    if set(ports) != set(stated.ports):
        yield BRIDGE_DIFFERS.finding(
            path,
            f"the bridge {name} of {host} has the ports {listed(ports) or 'none'}, not "
            f"{listed(list(stated.ports)) or 'none'}",
            f"write ports: [{', '.join(ports)}]",
            severity="warning",
        )


def _ports(ports: tuple[str, ...]) -> str:
    return f", {listed(list(ports))}" if ports else ""


def _carries(vids: str, vlan: int) -> bool:
    """Whether a list like `2-4094` or `10 20 30-40` contains a VLAN; one that cannot be read is taken to."""
    for part in vids.replace(",", " ").split():
        first, _, last = part.partition("-")
        if not (first.isdecimal() and (last or first).isdecimal()):
            return True
        if int(first) <= vlan <= int(last or first):
            return True
    return False
