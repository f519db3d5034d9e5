"""Settings of the Kubernetes Service of a workload."""

from typing import Annotated, Literal

from pydantic import Field

from config.kubernetes import LabelKey
from config.model import Model

Family = Literal["IPv4", "IPv6"]


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
    families: Annotated[tuple[Family, ...], Field(max_length=2)] = ()
    """The families, the first one first; left out, as the cluster has them."""
