"""Addresses that Cilium gives to Services and nobody announces in the network; those of MetalLB are in `metallb`."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from config.lab import Lab
from plan.model import Service
from plan.model.fields import mapping, text, value
from plan.model.findings import Finding, Rule
from plan.wording import listed

ADDRESS_NOT_ANNOUNCED = Rule(
    "ADDRESS-NOT-ANNOUNCED",
    "warning",
    title="Nobody answers for the addresses of the load balancer",
    meaning=(
        "Cilium gives a Service an address of a CiliumLoadBalancerIPPool, and says in the network where it is only "
        "with l2announcements and a CiliumL2AnnouncementPolicy, or with bgpControlPlane and a CiliumBGPClusterConfig. "
        "Announcing in layer 2 needs kubeProxyReplacement as well, and does not go with externalTrafficPolicy: Local. "
        "Where one of them is missing the Service has an "
        "address that no machine reaches, or none, and nothing fails. MetalLB announces a pool by an L2Advertisement "
        "or a BGPAdvertisement that names it, from nodes that its nodeSelectors match and that are not excluded from "
        "load balancers, as kubeadm excludes control planes."
    ),
    remedy=(
        "Switch one of the two on in the values of Cilium, and write its objects into files of a service. For MetalLB: "
        "name the pool in an advertisement, and match nodes that may announce."
    ),
)

_POOL = "CiliumLoadBalancerIPPool"
_BY_WAY: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "l2announcements": (("CiliumL2AnnouncementPolicy",),),
    "bgpControlPlane": (("CiliumBGPClusterConfig", "CiliumBGPPeeringPolicy"),),
}
"""By the switch in the values, the kinds of which it needs one (Cilium 1.18: L2 Announcements, BGP Control Plane)."""


def announcement_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding where Cilium is the load balancer and its addresses are not announced."""
    asking = [name for name, service in lab.services.items() if any(service.addresses(name))]
    found = next(lab.charts("cilium"), None)
    if lab.cluster.load_balancer != "cilium" or not asking or found is None or found[1].as_found:
        return
    name, cilium = found
    planned = [*services]
    kinds = {each["kind"] for service in planned for each in service.objects}
    if value(cilium.values, "l2announcements", "enabled") is True and "CiliumL2AnnouncementPolicy" in kinds:
        yield from _local(lab, planned)
    if missing := _missing(cilium.values, kinds):
        said, fix = missing
        yield ADDRESS_NOT_ANNOUNCED.finding(
            ("services", name, "values"),
            f"{listed(asking)} {'asks' if len(asking) == 1 else 'ask'} Cilium for an address, and {said}",
            fix,
            facts={"services": tuple(asking)},
        )


def _local(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """Services that take requests at nodes with a pod of theirs alone, which who announces them does not regard."""
    for service in services:
        for each in service.objects:
            spec = mapping(each, "spec")
            is_local = (
                each["kind"] == "Service"
                and text(spec, "externalTrafficPolicy") == "Local"
                and text(spec, "type") == "LoadBalancer"
            )
            if is_local and text(spec, "loadBalancerClass") in ("", "io.cilium/l2-announcer"):
                name = each["metadata"]["name"]
                yield ADDRESS_NOT_ANNOUNCED.finding(
                    lab.written_at(service.name, "Service", name),
                    f"Service {name} has externalTrafficPolicy: Local, and Cilium announces its address in layer 2 "
                    "from any node: one without a pod of it drops every request",
                    f"write externalTrafficPolicy: Cluster for {name}, or announce by BGP",
                    about=f"Local {name}",
                )


def _missing(values: Mapping[str, Any], kinds: set[str]) -> tuple[str, str] | None:
    ways = [way for way in _BY_WAY if value(values, way, "enabled") is True]
    if not ways:
        return (
            "nothing in its values announces addresses: nobody in the network reaches them",
            "write l2announcements.enabled and kubeProxyReplacement: true in its values, with objects "
            + " and ".join(("CiliumL2AnnouncementPolicy", _POOL)),
        )
    if _POOL not in kinds:
        return (
            f"the lab has no {_POOL}: it gives none",
            f"write a {_POOL} with the range of load_balancer_pool into a file of a service",
        )
    way = ways[0]
    needed = _BY_WAY[way][0]
    if not kinds.intersection(needed):
        return (
            f"the lab has no {needed[0]}, without which {way} announces nothing",
            f"write a {needed[0]} into a file of a service",
        )
    if ways == ["l2announcements"] and value(values, "kubeProxyReplacement") not in (True, "true", "strict"):
        return (
            "announcing in layer 2 needs kubeProxyReplacement, which its values do not switch on: nobody answers",
            "write kubeProxyReplacement: true in the values of Cilium",
        )
    return None
