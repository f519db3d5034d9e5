"""Pod networks that guess by which interface of a node they reach the others."""

from collections.abc import Iterator

from config.lab import Lab
from config.machine import Machine
from config.service import HelmService
from plan.cluster.membership import node_interface
from plan.model.fields import mapping, text, value, values
from plan.model.findings import Finding, Rule
from plan.wording import listed

INTERFACE_GUESSED = Rule(
    "INTERFACE-GUESSED",
    "warning",
    title="The pod network may take another interface than the node's",
    meaning=(
        "Where nothing is said, Calico takes the first interface that has an address, and flannel the one of the "
        "default route. On a node with several, that may be the one for storage: pods of different nodes do not reach "
        "each other, or their traffic goes through the wrong network."
    ),
    remedy="Let Calico take the address of the node (NodeInternalIP) or a range; name flannel's interface.",
)


def node_interface_findings(lab: Lab) -> Iterator[Finding]:
    """A finding where nodes have another interface before their own, and the pod network guesses."""
    found = next(lab.charts("tigera-operator", "flannel"), None)
    if found is None or found[1].as_found:
        return
    name, service = found
    is_calico = service.chart.name == "tigera-operator"
    if _is_told(service, is_calico=is_calico):
        return
    guessed = [key for key, machine in lab.machines.items() if _is_guessed(lab, machine, is_calico=is_calico)]
    if guessed:
        own = lab.networks.networks[lab.cluster.node_network]
        first = lab.machines[guessed[0]]
        other = _taken(lab, first, is_calico=is_calico)
        reached = own.gateway or own.cidr[1]
        fix = (
            "write installation.calicoNetwork.nodeAddressAutodetectionV4: {kubernetes: NodeInternalIP}"
            if is_calico
            else f'write flannel.args: ["--ip-masq", "--kube-subnet-mgr", "--iface-can-reach={reached}"]'
        )
        yield INTERFACE_GUESSED.finding(
            ("services", name, "values"),
            f"{listed(guessed)} {'has an interface' if len(guessed) == 1 else 'have an interface'} in "
            f"{first.interfaces[other].network} besides {lab.cluster.node_network}, and {name} takes "
            f"{'the first that has an address' if is_calico else 'that of the default route'}: pods of different nodes "
            "may not reach each other",
            f"{fix} in the values of {name}",
            facts={"nodes": tuple(guessed), "network": first.interfaces[other].network},
        )


def _is_told(service: HelmService, *, is_calico: bool) -> bool:
    if is_calico:
        told = mapping(service.values, "installation", "calicoNetwork", "nodeAddressAutodetectionV4")
        return bool(told) and value(told, "firstFound") is not True
    stated = values(service.values, "flannel", "args")
    return any("--iface" in str(each) for each in stated) or bool(text(service.values, "flannel", "iface"))


def _is_guessed(lab: Lab, machine: Machine, *, is_calico: bool) -> bool:
    if machine.role == "appliance":
        return False
    return _taken(lab, machine, is_calico=is_calico) != node_interface(lab, machine)


def _taken(lab: Lab, machine: Machine, *, is_calico: bool) -> int:
    """Place of the interface that the plugin takes: the first one, or that of the first network with a gateway."""
    networks = [lab.networks.networks[each.network] for each in machine.interfaces]
    if is_calico:
        return 0
    return next((number for number, each in enumerate(networks) if each.gateway is not None), 0)
