"""Network policies under Cilium that name nodes by their addresses."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, ip_network

from config.lab import Lab
from plan.model import Manifest, Namespace, Service
from plan.model.fields import entries, text, values
from plan.model.findings import Finding, Rule
from plan.wording import listed
from plan.workloads.network_policies import denied

NODES_NOT_MATCHED = Rule(
    "NODES-NOT-MATCHED",
    "warning",
    title="Cilium does not match nodes by the addresses that a network policy names",
    meaning=(
        "Cilium compares a range of addresses with what is outside of the cluster alone. A rule for the network of the "
        "nodes lets no node in or out, and one for everything outside does not lead to the API server: pods that ask "
        "it wait until they time out, and webhooks are not reached. `policyCIDRMatchMode: nodes` has them mean nodes."
    ),
    remedy="Write `policyCIDRMatchMode: nodes` in Cilium's values.",
)


def matched_node_findings(lab: Lab, namespaces: Iterable[Namespace], services: Iterable[Service]) -> Iterator[Finding]:
    """A finding where Cilium is not told to match nodes, and policies of the plan name them."""
    found = [(name, each) for name, each in lab.charts("cilium") if not each.as_found]
    if not found or lab.cluster.network_plugin != "cilium":
        return
    (name, cilium), *_ = found
    stated = "policyCIDRMatchMode"
    if "nodes" in (text(cilium.values, stated), *values(cilium.values, stated)):
        return
    services = tuple(services)
    closed, _ = denied(lab, namespaces, services)
    nodes = lab.networks.networks[lab.cluster.node_network].cidr
    named = [
        service.namespace_of(each)
        for service in services
        for each in service.objects
        if each["kind"] == "NetworkPolicy" and any(_is_within(block, nodes) for block in _blocks(each))
    ]
    if places := list(dict.fromkeys((*closed, *named))):
        yield NODES_NOT_MATCHED.finding(
            ("services", name, "values"),
            f"network policies of {listed(places)} name nodes by their addresses, and {name} does not match nodes by "
            "them: nodes do not reach those pods, nor those pods the API server, as the policies say",
            f"write policyCIDRMatchMode: nodes in the values of {name}",
            facts={"namespaces": tuple(places)},
        )


def _blocks(policy: Manifest) -> Iterator[str]:
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for rule in entries(policy, "spec", direction):
            yield from (text(peer, "ipBlock", "cidr") for peer in entries(rule, peers))


def _is_within(block: str, nodes: IPv4Network) -> bool:
    """Whether a range is of nodes alone. One that holds much more may be meant for the internet."""
    try:
        named = ip_network(block, strict=False)
    except ValueError:
        return False
    return isinstance(named, IPv4Network) and named.subnet_of(nodes)
