"""Packets of pods that are larger than the network between nodes carries."""

from collections.abc import Iterator
from typing import NamedTuple

from config.lab import Lab
from config.service import HelmService
from plan.model.fields import entries, text, value
from plan.model.findings import Finding, Rule

POD_MTU_TOO_LARGE = Rule(
    "POD-MTU-TOO-LARGE",
    "error",
    title="Pods send packets that do not fit through the network of the nodes",
    meaning=(
        "A pod network wraps packets between nodes, and the wrapping takes room: 50 bytes for VXLAN, 20 for IP in IP, "
        "60 for WireGuard (80 beside Cilium). The interfaces of machines carry 1,500 bytes. With a larger MTU, small "
        "packets pass and full ones are lost: connections are made, and TLS, image pulls and database queries hang."
    ),
    remedy="Leave the MTU out of the values: the pod network finds it by itself. Or write one that leaves room.",
)

CARRIED = 1500
"""Bytes that an interface of a machine carries: Proxmox gives 1,500 to those of which nothing is said."""
_VXLAN, _IP_IN_IP, _WIREGUARD = 50, 20, 60


class _Stated(NamedTuple):
    key: str
    mtu: int
    wrapping: str
    takes: int


def pod_mtu_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each pod network whose stated MTU leaves no room."""
    for name, service in lab.services.items():
        stated = _stated(service) if isinstance(service, HelmService) else None
        if stated and stated.mtu > CARRIED - stated.takes:
            most = CARRIED - stated.takes
            yield POD_MTU_TOO_LARGE.finding(
                ("services", name, "values"),
                f"{stated.key} is {stated.mtu:,}, and {stated.wrapping} of the {CARRIED:,} bytes that the network of "
                f"the nodes carries leaves {most:,}: full packets between nodes are lost",
                f"write {most} or less, or leave {stated.key} out of the values of {name}",
                facts={"mtu": stated.mtu, "most": most},
            )


def _stated(service: HelmService) -> _Stated | None:
    given = service.values
    if service.chart.name == "flannel":
        backend = text(given, "flannel", "backend") or "vxlan"
        takes = {"host-gw": 0, "wireguard": _WIREGUARD, "ipip": _IP_IN_IP}.get(backend, _VXLAN)
        return _of("flannel.mtu", value(given, "flannel", "mtu"), backend, takes)
    if service.chart.name == "tigera-operator":
        pools = entries(given, "installation", "calicoNetwork", "ipPools")
        ways = {text(each, "encapsulation") or "IPIP" for each in pools}
        takes = _VXLAN if any("VXLAN" in each for each in ways) else _IP_IN_IP if "IPIP" in str(ways) else 0
        way = "VXLAN" if takes == _VXLAN else "IP in IP" if takes else "nothing"
        return _of("installation.calicoNetwork.mtu", value(given, "installation", "calicoNetwork", "mtu"), way, takes)
    if service.chart.name == "cilium":  # it takes the wrapping off by itself
        return _of("MTU", value(given, "MTU"), "", 0)
    return None


def _of(key: str, mtu: object, way: str, takes: int) -> _Stated | None:
    if not isinstance(mtu, int) or isinstance(mtu, bool):
        return None
    return _Stated(key, mtu, f"{way}, which takes {takes}," if takes else "a packet", takes)
