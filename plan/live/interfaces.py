"""Network interfaces."""

from collections.abc import Iterator

from config.machine import Interface
from config.network import Network
from plan.live.inventory import HostInterface
from plan.live.pair import Pair
from plan.model import Finding
from plan.model.findings import Rule

NETWORK_DIFFERS = Rule(
    "NETWORK-DIFFERS",
    "warning",
    title="An interface is not as stated",
    meaning=(
        "Its bridge, VLAN, MAC address or address is another one. On an adopted machine an `up` does not change that."
    ),
    remedy="Write what the machine has, or change it on the host.",
)


def interface_findings(pair: Pair) -> Iterator[Finding]:
    """The machine is plugged into the networks that the lab says, with the addresses that it says."""
    stated, real = pair.machine.interfaces, pair.host.interfaces
    path = (*pair.path, "interfaces")
    if len(stated) != len(real):
        yield NETWORK_DIFFERS.finding(
            path,
            f"{pair.name} has {len(stated)} interfaces in the file and {len(real)} on {pair.host.host}, and an `up` "
            "leaves them so",
            "write those that it has",
            facts={"stated": len(stated), "found": len(real)},
        )
        return
    networks = pair.lab.networks.networks
    for index, (interface, found) in enumerate(zip(stated, real, strict=True)):
        if differences := list(_differences(interface, networks[interface.network], found)):
            yield NETWORK_DIFFERS.finding(
                (*path, index),
                f"{found.slot} of {pair.name} is not what the file says, and an `up` leaves it so: on {pair.host.host} "
                f"it has {', '.join(differences)}",
                "write what it has, or change it there",
                facts={"differences": tuple(differences)},
            )


def _differences(stated: Interface, network: Network, real: HostInterface) -> Iterator[str]:
    if (network.bridge, network.vlan) != (real.bridge, real.vlan):
        yield f"{plug(real.bridge, real.vlan)} where {stated.network} is {plug(network.bridge, network.vlan)}"
    if stated.mac_address not in (None, real.mac_address):
        yield f"the MAC address {real.mac_address}"
    addresses = [each.ip for each in real.addresses]
    if stated.address and addresses and stated.address not in addresses:
        yield f"the address {' and '.join(map(str, addresses))}"


def plug(bridge: str | None, vlan: int | None) -> str:
    """Bridge and VLAN that an interface is plugged into, in words."""
    if bridge is None:
        return "no bridge"
    return f"bridge {bridge}" if vlan is None else f"VLAN {vlan} of bridge {bridge}"
