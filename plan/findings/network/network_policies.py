"""Network policies of the plan: known connections that they cut, and connections that nobody can know of."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network
from typing import NamedTuple

from config.lab import Lab
from plan.kubernetes.cilium_policy import as_network_policies
from plan.kubernetes.network_policy import Connection, Peer, Refusal, refusal
from plan.model import Manifest, Namespace, Service
from plan.model.fields import mapping
from plan.model.findings import Finding, Rule
from plan.wording import listed, plural
from plan.workloads.connections import KnownConnection, known_connections
from plan.workloads.endpoints import PodTemplate, ServedPort, pod_templates
from plan.workloads.network_policies import NAMESPACE_NAME, denied, is_asked_for

CUTS = Rule(
    "NETWORK-POLICY-CUTS",
    "warning",
    title="A network policy cuts a connection that the lab needs",
    meaning=(
        "A pod that a network policy selects takes, or makes, only the connections that some policy has a rule for. "
        "The lab shows this connection: by a name in settings, a route, an address, or metrics. Where a label is not "
        "known, as of the pods of a chart, it is taken to be the one that a policy asks for."
    ),
    remedy="Add a rule to a policy of that namespace, or another policy that has one.",
)

LEFT_OPEN = Rule(
    "NETWORK-POLICIES-PARTLY-KNOWN",
    "info",
    title="A tier with network policies, and what they rest on",
    meaning=(
        "With `network_policies: true` the pods of a tier take and make only the connections that the lab shows. The "
        "plan cannot know of names that somebody typed into a web page or keeps in a secret, and of requests by a "
        "chart's pods on the network of a node: those connections are cut. Namespaces with charts stay open. "
        "Everything outside of the cluster is reached."
    ),
    remedy=(
        "Name the Service in a setting as SERVICE.NAMESPACE, or write a NetworkPolicy of your own in a file of the "
        "service: `homelab render` shows those that are made."
    ),
)

NOT_ENFORCED = Rule(
    "NETWORK-POLICIES-NOT-ENFORCED",
    "warning",
    title="The pod network does not heed network policies",
    meaning="The API server takes NetworkPolicies in any cluster. With this network plugin nothing enforces them.",
    remedy="Use a plugin that does (Calico, Cilium, kube-router), or take the key away.",
)

_NOT_ENFORCING = frozenset({"flannel"})
_DNS_NAMESPACE = "kube-system"
_ANYWHERE = IPv4Network("0.0.0.0/0")


class _Lab(NamedTuple):
    lab: Lab
    labels: dict[str, dict[str, str]]
    """Of each namespace."""
    services: dict[str, Service]
    pods: tuple[PodTemplate, ...]
    policies: tuple[Manifest, ...]


def network_policy_findings(
    lab: Lab, namespaces: Iterable[Namespace], services: Iterable[Service]
) -> Iterator[Finding]:
    """Findings about the network policies of the plan, whether the program or the lab wrote them."""
    namespaces, services = tuple(namespaces), tuple(services)
    policies = (
        *(each for service in services for each in service.objects if each["kind"] == "NetworkPolicy"),
        *_of_cilium(services),
    )
    if policies:
        labels = {each.name: {NAMESPACE_NAME: each.name} | dict(mapping(each.manifest, "metadata", "labels"))
                  for each in namespaces}  # fmt: skip
        by_name = {each.name: each for each in services}
        planned = _Lab(lab, labels, by_name, tuple(pod_templates(services)), policies)
        known = known_connections(lab, services)
        for each in known:
            yield from _cut(planned, each)
        yield from _unresolved(planned, known)
    if is_asked_for(lab):
        yield from _on_what_is_asked_for(lab, namespaces, services)


def _of_cilium(services: Iterable[Service]) -> Iterator[Manifest]:
    """Policies of Cilium in one namespace. Where one holds in all namespaces nothing is said of any."""
    stated = [(service, each) for service in services for each in service.objects]
    if not any(each["kind"] == "CiliumClusterwideNetworkPolicy" for _, each in stated):
        yield from as_network_policies(
            (service.namespace_of(each), each) for service, each in stated if each["kind"] == "CiliumNetworkPolicy"
        )


def _cut(planned: _Lab, known: KnownConnection) -> Iterator[Finding]:
    clients, servers = _clients(planned, known), _servers(planned, known)
    for port in known.server.ports or (ServedPort(0, "", 0, "TCP"),):
        refused = [
            refusal(planned.policies, Connection(client, server, number, names, port.protocol))
            for server in servers
            for number, names in (_pod_port(port),)
            for client in clients
        ]
        first = refused[0] if refused else None
        if first is not None and all(refused):
            yield _finding(planned, known, first, port)
            return


def _unresolved(planned: _Lab, known: Iterable[KnownConnection]) -> Iterator[Finding]:
    """Policies under which a pod that names a Service cannot ask for its address. With a cache of names on each node
    pods ask another address, which is not known here."""
    if any("nodelocal" in name.replace("-", "") for name in planned.lab.services):
        return
    labels = planned.labels.get(_DNS_NAMESPACE, {NAMESPACE_NAME: _DNS_NAMESPACE})
    server = Peer(_DNS_NAMESPACE, {"k8s-app": "kube-dns"}, labels, planned.lab.cluster.pod_cidr)
    said: set[str] = set()
    for each in known:
        if each.way != "name" or each.client != "service" or each.service in said:
            continue
        asked = [
            refusal(planned.policies, Connection(client, server, 53, frozenset({"dns"}), "UDP"))
            for client in _clients(planned, each)
        ]
        first = asked[0] if asked else None
        if first is not None and first.direction == "Egress" and all(asked):
            said.add(each.service)
            by = first.policies[0]["metadata"]
            yield CUTS.finding(
                ("services", each.service),
                f"{each.service} would not resolve the name {each.server.name}.{each.server.namespace}: network policy "
                f"{by['name']} selects pods of {by['namespace']}, and no policy there lets them ask CoreDNS (port 53)",
                f"add a rule under egress in {by['name']}: to namespace {_DNS_NAMESPACE}, ports 53 UDP and TCP",
                about=f"{each.service} names",
                facts={"client": each.service, "port": 53, "direction": "Egress"},
            )


def _pod_port(port: ServedPort) -> tuple[int, frozenset[str]]:
    if isinstance(port.pod_port, int):
        return port.pod_port, frozenset({port.name})
    return 0, frozenset({port.pod_port})


def _clients(planned: _Lab, known: KnownConnection) -> list[Peer]:
    if known.client == "everybody":
        return [Peer(None, address=_ANYWHERE)]
    nodes = Peer(None, address=planned.lab.networks.networks[planned.lab.cluster.node_network].cidr)
    if known.client == "nodes":
        return [nodes]
    service = planned.services[known.service]
    own = [each for each in planned.pods
           if each.service == known.service and known.workload in ("", each.workload)]  # fmt: skip
    found = [nodes if each.on_host_network else _peer(planned, each.namespace, dict(each.labels)) for each in own]
    return found if found and service.release is None else [_peer(planned, service.namespace, None)]


def _servers(planned: _Lab, known: KnownConnection) -> list[Peer]:
    server = known.server
    own = [each for each in planned.pods
           if each.namespace == server.namespace and server.selector.items() <= each.labels.items()]  # fmt: skip
    if own:
        return [_peer(planned, each.namespace, dict(each.labels)) for each in own if not each.on_host_network]
    return [_peer(planned, server.namespace, dict(server.selector) or None)]


def _peer(planned: _Lab, namespace: str, labels: dict[str, str] | None) -> Peer:
    return Peer(namespace, labels, planned.labels.get(namespace), planned.lab.cluster.pod_cidr)


def _finding(planned: _Lab, known: KnownConnection, refused: Refusal, port: ServedPort) -> Finding:
    by = refused.policies[0]["metadata"]
    client = {"everybody": "everybody", "nodes": "the API server", "service": known.service}[known.client]
    way = "in" if refused.direction == "Ingress" else "out"
    at = f" at port {port.reached}" if port.reached else ""
    return CUTS.finding(
        ("services", known.server.service),
        f"{client} would not reach {known.server.name} of namespace {known.server.namespace}{at}: network policy "
        f"{by['name']} selects pods of {by['namespace']}, and no policy there lets this {way}",
        f"add a rule under {refused.direction.lower()} in {by['name']}, or another policy that has one",
        about=f"{client} {known.server.namespace}/{known.server.name}",
        facts={"client": client, "port": port.reached, "direction": refused.direction},
    )


def _on_what_is_asked_for(lab: Lab, namespaces: Iterable[Namespace], services: Iterable[Service]) -> Iterator[Finding]:
    namespaces, services = tuple(namespaces), tuple(services)
    closed, left_open = denied(lab, namespaces, services)
    known = [each for each in known_connections(lab, services) if each.server.namespace in closed]
    for name, tier in lab.tiers.items():
        if not tier.network_policies:
            continue
        path = ("tiers", name, "network_policies")
        own = {each.name for each in namespaces if each.tier == name}
        mine = [each for each in closed if each in own]
        theirs = [each for each in left_open if each in own]
        let_in = sum(each.server.namespace in mine for each in known)
        others = f"; open because of charts or operators: {listed(theirs)}" if theirs else ""
        yield LEFT_OPEN.finding(
            path,
            f"network policies close {plural(len(mine), 'namespace')} of {name} but for "
            f"{plural(let_in, 'known connection')}{others}",
            "read them in what `homelab render` writes before an `up`",
            facts={"namespaces": tuple(mine), "open": tuple(theirs), "connections": let_in},
        )
        if lab.cluster.network_plugin in _NOT_ENFORCING:
            yield NOT_ENFORCED.finding(
                path,
                f"{name} asks for network policies, and {lab.cluster.network_plugin} does not enforce them",
                "use another network_plugin, or take network_policies away",
                facts={"plugin": lab.cluster.network_plugin},
            )
