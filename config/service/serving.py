"""Settings of the Kubernetes Service of a workload."""

from ipaddress import ip_network
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from config.kubernetes import LabelKey
from config.model import Model, shown

Family = Literal["IPv4", "IPv6"]


def _range(text: str) -> str:
    try:
        if "/" in text:
            ip_network(text)
            return text
        example = f"{ip_network(text)}"
    except ValueError as error:
        if "host bits" in str(error):
            raise ValueError(f"{shown(text)} has host bits set; the range is {ip_network(text, False)}") from None
        raise ValueError(f"{shown(text)} is not a range of addresses; write for example 10.0.0.0/8") from None
    raise ValueError(f"{shown(text)} has no prefix length; write {example} for this address alone")


SourceRange = Annotated[str, AfterValidator(_range)]
"""Addresses in CIDR notation, of either family, as they are written."""


class ServiceOptions(Model):
    """How requests reach the pods of a workload. A key that is left out is by convention, or as the cluster has it."""

    external_traffic: Literal["Local", "Cluster"] | None = None
    """Of an address of the load balancer or a port of the nodes: `Local` leads to pods of the node that got the
    request, which see from where it comes; `Cluster` to any. Left out, an address that one Service has is Local, and
    Cluster where Cilium announces it in layer 2."""
    internal_traffic: Literal["Local", "Cluster"] | None = None
    """Of requests from within the cluster: `Local` leads to pods of the same node alone."""
    load_balancer_class: LabelKey | None = None
    """The load balancer that is meant, where the cluster has several, for example tailscale. Without `load_balancer` it
    chooses the address."""
    ip_families: Literal["SingleStack", "PreferDualStack", "RequireDualStack"] | None = None
    """Whether the Service has an address of each family."""
    source_ranges: Annotated[tuple[SourceRange, ...], Field(max_length=100)] = ()
    """Of an address of the load balancer: who may ask there, as `[10.0.0.0/8]`; left out, everybody. kube-proxy
    enforces it, and not each plugin that takes its place."""
    node_ports: bool | None = None
    """Of an address of the load balancer: whether a port of every node leads to the same pods as well. Left out, only
    ports with `node` have one."""
    distribution: Literal["PreferClose", "PreferSameZone", "PreferSameNode"] | None = None
    """Of requests from within the cluster: pods that are near go first (`trafficDistribution`); left out, any
    answers."""
    families: Annotated[tuple[Family, ...], Field(max_length=2)] = ()
    """The families, the first one first; left out, as the cluster has them."""
