"""IPv6 beside IPv4: ranges of the cluster and its networks, addresses of machines, and Services that ask for it."""

from collections.abc import Iterator
from ipaddress import IPv6Network
from itertools import combinations

from config.checks.kubeadm import is_made, nodes_of, pods_refusal
from config.draft import Draft
from config.source import Path, Problem, is_mapping

NODE_PREFIX = 64
"""Each node gets a range of this length for its pods (kube-controller-manager's --node-cidr-mask-size-ipv6)."""
SERVICE_PREFIXES = range(108, 125)
"""Of the range for services: the API server takes 20 bits at most, kubeadm ten addresses at least."""
RESERVED = {
    IPv6Network("::/127"): "which stand for no address and for a machine itself",
    IPv6Network("fe80::/10"): "which no router forwards",
    IPv6Network("ff00::/8"): "which are for multicast",
}
"""Ranges of which no machine and no pod has an address (IANA, special-purpose addresses of IPv6)."""


_IPV4_ALONE = "the cluster has IPv4 alone; leave it out, or state ipv6 in cluster.yaml"


def check_families(lab: Draft) -> Iterator[Problem]:
    """A cluster has the families that its Services ask for."""
    if not lab.cluster or lab.cluster.ipv6:
        return
    for name, service in lab.services.items():
        for part in service.parts(name):
            options = part.workload.service_options
            stated = {"families": "IPv6" in options.families, "ip_families": options.ip_families == "RequireDualStack"}
            for key in (key for key, asks in stated.items() if asks):
                yield lab.problem((*part.path, "service_options", key), _IPV4_ALONE)
    for stated in (each for objects in lab.objects.values() for each in objects if each.kind == "Service"):
        spec = stated.content.get("spec")
        if is_mapping(spec) and spec.get("ipFamilyPolicy") == "RequireDualStack":
            yield lab.problem((*stated.path, "spec", "ipFamilyPolicy"), _IPV4_ALONE)
        if is_mapping(spec) and "IPv6" in (spec.get("ipFamilies") or ()):
            yield lab.problem((*stated.path, "spec", "ipFamilies"), _IPV4_ALONE)


def check_second_ranges(lab: Draft) -> Iterator[Problem]:
    """Networks, pods and services have ranges of IPv6 of their own, which machines, pods or services can use."""
    ranges = tuple(_ranges(lab))
    for (first, one), (second, other) in combinations(ranges, 2):
        if one.overlaps(other):
            yield lab.problem(second, f"{other} overlaps {one} of {lab.pointer(first)}")
    for path, network in ranges:
        for reserved, use in RESERVED.items():
            if network.overlaps(reserved):
                yield lab.problem(path, f"{network} has addresses of {reserved}, {use}; write for example fd00:20::/64")
    yield from _check_sizes(lab)


def _ranges(lab: Draft) -> Iterator[tuple[Path, IPv6Network]]:
    for name, network in (lab.networks.networks if lab.networks else {}).items():
        if network.ipv6:
            yield ("networks", "networks", name, "ipv6", "cidr"), network.ipv6.cidr
    if lab.cluster and (second := lab.cluster.ipv6):
        yield ("cluster", "ipv6", "pod_cidr"), second.pod_cidr
        yield ("cluster", "ipv6", "service_cidr"), second.service_cidr


def _check_sizes(lab: Draft) -> Iterator[Problem]:
    second = lab.cluster.ipv6 if lab.cluster else None
    if second is None:
        return
    services, at = second.service_cidr, ("cluster", "ipv6", "service_cidr")
    if services.prefixlen < SERVICE_PREFIXES[0]:
        message = f"{services} is too large for the API server; the largest is a /{SERVICE_PREFIXES[0]}"
        yield lab.problem(at, message)
    if services.prefixlen > SERVICE_PREFIXES[-1]:
        yield lab.problem(at, f"{services} has too few addresses; the smallest is a /{SERVICE_PREFIXES[-1]}")
    if not is_made(lab):
        return
    if refusal := pods_refusal(second.pod_cidr, nodes_of(lab), NODE_PREFIX, "fd00:10::/56"):
        yield lab.problem(("cluster", "ipv6", "pod_cidr"), refusal)


def check_second_addresses(lab: Draft) -> Iterator[Problem]:
    """Addresses of IPv6 are in their networks, and nodes that are made here have one where the cluster does."""
    networks = lab.networks.networks if lab.networks else {}
    for name, network in networks.items():
        if network.ipv6 and (gateway := network.ipv6.gateway):
            path: Path = ("networks", "networks", name, "ipv6", "gateway")
            if gateway not in network.ipv6.cidr:
                yield lab.problem(path, f"{gateway} is outside network {name!r}, {network.ipv6.cidr}")
    for name, machine in lab.machines.items():
        for index, interface in enumerate(machine.interfaces):
            path = ("machines", name, "interfaces", index, "ipv6")
            network = networks.get(interface.network)
            if interface.ipv6 is None or network is None:
                continue
            if network.ipv6 is None:
                message = f"{interface.network!r} has IPv4 alone; write its ipv6 in networks.yaml, or leave it out"
                yield lab.problem(path, message)
            elif interface.ipv6 not in network.ipv6.cidr:
                message = f"{interface.ipv6} is outside network {interface.network!r}, {network.ipv6.cidr}"
                yield lab.problem(path, message)
    yield from _check_nodes(lab)


def _check_nodes(lab: Draft) -> Iterator[Problem]:
    if not lab.cluster or not lab.cluster.ipv6:
        return
    on = lab.cluster.node_network
    network = lab.networks.networks.get(on) if lab.networks else None
    made = {name: each for name, each in lab.machines.items() if each.role != "appliance" and not each.adopt}
    if network and network.ipv6 is None and made:
        message = (
            "the cluster has both families (ipv6 in cluster.yaml), and its nodes IPv4 alone; write for example ipv6: "
            '{cidr: "fd00:20::/64"}'
        )
        yield lab.problem(("networks", "networks", on), message)
        return
    for name, machine in made.items():
        on_it = [(index, each) for index, each in enumerate(machine.interfaces) if each.network == on]
        if on_it and not any(each.address and each.ipv6 for _, each in on_it):
            missing = "ipv6" if any(each.address for _, each in on_it) else "address and ipv6"
            message = (
                f"needs {missing}: the cluster has both families, and a kubelet registers the addresses that it is told"
            )
            yield lab.problem(("machines", name, "interfaces", on_it[0][0]), message)
