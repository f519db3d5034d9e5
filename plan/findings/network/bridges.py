"""Networks that machines of several hosts share, on a bridge that leads out of none of them."""

from collections.abc import Iterator

from config.lab import Lab
from plan.model.findings import Finding, Rule
from plan.wording import listed

BRIDGE_LEADS_NOWHERE = Rule(
    "BRIDGE-LEADS-NOWHERE",
    "error",
    title="Machines of several hosts are in a network that ends at each host",
    meaning=(
        "A bridge without a port connects the machines of its own host alone. Bridges of the same name on two hosts "
        "are two networks: machines on the one do not reach those on the other, and a node there never joins."
    ),
    remedy="Name the physical interface under `ports` of the bridge, or keep the machines of the network on one host.",
)


def bridge_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each such network."""
    for name, network in lab.networks.networks.items():
        if network.bridge is None or lab.networks.bridges[network.bridge].ports:
            continue
        hosts = {
            machine.host: machine_name
            for machine_name, machine in lab.machines.items()
            if any(each.network == name for each in machine.interfaces)
        }
        if len(hosts) > 1:
            yield BRIDGE_LEADS_NOWHERE.finding(
                ("networks", "bridges", network.bridge, "ports"),
                f"{network.bridge} has no port, and network {name} on it has machines on {listed(sorted(hosts))}: "
                f"{listed(sorted(hosts.values()))} do not reach each other",
                f"write ports of {network.bridge}, for example [eno1]",
                about=name,
                facts={"hosts": tuple(sorted(hosts)), "network": name},
            )
