"""Services at an address of the load balancer, in the words of its vendor."""

from collections.abc import Mapping
from ipaddress import IPv4Address
from typing import Any, NamedTuple

from config.cluster import LoadBalancer
from config.lab import Lab
from plan.model.fields import value


class _Vendor(NamedTuple):
    """Annotations of a vendor; None where it has none."""

    address: str | None
    sharing: str | None = None


_VENDORS: Mapping[LoadBalancer, _Vendor] = {
    "metallb": _Vendor("metallb.io/loadBalancerIPs", "metallb.io/allow-shared-ip"),
    "cilium": _Vendor("lbipam.cilium.io/ips", "lbipam.cilium.io/sharing-key"),
    "kube-vip": _Vendor("kube-vip.io/loadbalancerIPs"),
    "other": _Vendor(None),
}


def address_annotations(lab: Lab, address: IPv4Address) -> dict[str, str]:
    """Annotations that ask for an address, and for sharing one that several Services state."""
    vendor = _VENDORS[lab.cluster.load_balancer]
    asked = {vendor.address: str(address)} if vendor.address else {}
    shared = {vendor.sharing: str(address)} if vendor.sharing and address in lab.shared_addresses else {}
    return asked | shared


def address_fields(lab: Lab, address: IPv4Address) -> dict[str, Any]:
    """Fields of the Service. An address is shared only by Services that every node answers for (`Cluster`): then they
    do not see from where a request comes. So it is where nodes without a pod announce it as well."""
    asked = {} if _VENDORS[lab.cluster.load_balancer].address else {"loadBalancerIP": str(address)}
    by_any = address in lab.shared_addresses or _any_node_announces(lab)
    return {**asked, "externalTrafficPolicy": "Cluster" if by_any else "Local"}


def _any_node_announces(lab: Lab) -> bool:
    """Whether Cilium announces in layer 2, which goes with `Cluster` alone (Cilium, L2 Announcements, Limitations)."""
    return lab.cluster.load_balancer == "cilium" and any(
        value(cilium.values, "l2announcements", "enabled") is True for _, cilium in lab.charts("cilium")
    )
