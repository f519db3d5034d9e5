"""Names that are answered in different ways: by several name servers, by a wildcard, by a server that asks itself."""

import re
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Address

from config.lab import Lab
from plan.cluster.membership import founder, is_created_node
from plan.findings.settings import Written, settings_of
from plan.model.findings import Finding, Rule
from plan.wording import listed

NAMES_ANSWERED_APART = Rule(
    "NAMES-ANSWERED-APART",
    "info",
    title="Name servers of nodes may answer differently for the lab's own names",
    meaning=(
        "Nodes and CoreDNS ask any of their name servers, and take the first answer. A server of the internet does not "
        "know a name that only the house has, or has the address from outside for it: the request leaves the house and "
        "comes back through the router, if it lets it (hairpin NAT). So the same name works and fails in turn. Whether "
        "all servers answer alike could not be checked."
    ),
    remedy=(
        "Let nodes ask servers of the house alone, and those pass on the rest; or name the Service "
        "(NAME.NAMESPACE.svc) instead of the route."
    ),
)
NAMES_IN_A_CIRCLE = Rule(
    "NAMES-IN-A-CIRCLE",
    ("error", "warning"),
    title="A name server asks CoreDNS, which asks it",
    meaning=(
        "CoreDNS passes on what it does not know to the name servers of its node. Where one of them runs in the "
        "cluster and passes on to CoreDNS, a question goes round until it times out: CoreDNS stops with `Loop "
        "detected`, or each name takes seconds and fails."
    ),
    remedy="Let the name server ask one outside of the cluster: the router, or one of the internet.",
)
SEARCHED_BY_WILDCARD = Rule(
    "SEARCHED-BY-WILDCARD",
    "warning",
    title="Every name of the internet exists below the lab's domain",
    meaning=(
        "Pods look for a name with fewer dots than `ndots` in the search domains first, and the lab's domain is one of "
        "them. Where a name server answers for every name below that domain, github.com is found as "
        "github.com.DOMAIN: requests to the internet end at the ingress controller, with its certificate."
    ),
    remedy="Write records for the hosts that there are instead of the wildcard, or give nodes another search domain.",
)

DOMAIN_OF_THE_CLUSTER = Rule(
    "DOMAIN-OF-THE-CLUSTER",
    ("error", "warning"),
    title="The lab's domain is the domain of Services",
    meaning=(
        "CoreDNS answers for every name below cluster.local itself, and asks nobody else: a host of the lab that is "
        "named so does not exist for any pod."
    ),
    remedy="Use a domain that you own, or home.arpa.",
)

_CLUSTER_DOMAIN = "cluster.local"
_WILDCARD = r"(?:address=/|local=/|\*\.|[\"']?domain[\"']?:\s*[\"']?\*\.){domain}(?![\w.-])"
"""How dnsmasq, AdGuard Home, Blocky and Technitium write that all names below a domain exist."""


def name_server_findings(lab: Lab) -> Iterator[Finding]:
    """All findings about name servers."""
    servers = lab.networks.networks[lab.cluster.node_network].nameservers
    for name, service in lab.services.items():
        if any(each.address in servers for each in service.addresses(name)):
            settings = [*settings_of(name, service)]
            yield from _circle(lab, name, settings)
            yield from _wildcard(lab, name, settings)
    if any(each.is_global for each in servers):
        yield from _apart(lab, servers, {name: [*settings_of(name, each)] for name, each in lab.services.items()})
    if f".{lab.site.domain}".endswith(f".{_CLUSTER_DOMAIN}"):
        yield DOMAIN_OF_THE_CLUSTER.finding(
            ("site", "domain"),
            f"{lab.site.domain} is below {_CLUSTER_DOMAIN}, for which CoreDNS answers alone: no pod finds a host of it",
            "write another domain, for example home.arpa",
            severity="error" if founder(lab) else "warning",
        )


def _circle(lab: Lab, name: str, settings: Sequence[Written]) -> Iterator[Finding]:
    core_dns = str(lab.cluster.service_cidr[10])
    word = re.compile(rf"(?<![\w.]){re.escape(core_dns)}(?![\w.]*\d)|kube-dns\.kube-system")
    for each in settings:
        if word.search(each.text):
            yield NAMES_IN_A_CIRCLE.finding(
                each.path,
                f"{name} is a name server of the nodes and asks CoreDNS ({core_dns}), which asks the name servers of "
                "its node: questions go round in a circle",
                "write a name server outside of the cluster there, for example the router",
                severity="error" if founder(lab) else "warning",
                facts={"core_dns": core_dns},
            )
            return


def _wildcard(lab: Lab, name: str, settings: Sequence[Written]) -> Iterator[Finding]:
    """Nodes that are created have the lab's domain as their search domain, and pods have those of their node."""
    domain = lab.site.domain
    pattern = re.compile(_WILDCARD.replace("{domain}", re.escape(domain)))
    found = [each for each in settings if pattern.search(each.text)]
    if found and any(is_created_node(each) for each in lab.machines.values()):
        yield SEARCHED_BY_WILDCARD.finding(
            found[0].path,
            f"{name} answers for every name below {domain}, which is a search domain of nodes and pods: a name of the "
            f"internet with one dot, as github.com, is found as github.com.{domain}",
            f"write a record for each host of {domain} instead",
            facts={"domain": domain},
        )


def _apart(lab: Lab, servers: Sequence[IPv4Address], settings: Mapping[str, Sequence[Written]]) -> Iterator[Finding]:
    public = [str(each) for each in servers if each.is_global]
    own = [str(each) for each in servers if not each.is_global]
    used = [*dict.fromkeys(_used(lab, settings))]
    if not used:
        return
    name, host = used[0]
    names = listed([f"{each} ({user})" for user, each in used])
    if own:
        said = f"nodes ask {listed(own)} and {listed(public)} in turn, and the latter may not know {names}"
    else:
        said = f"nodes ask {listed(public)} alone, which may not know {names}, or has the router's address for it"
    yield NAMES_ANSWERED_APART.finding(
        ("networks", "networks", lab.cluster.node_network, "nameservers"),
        f"{said}: whether they answer alike could not be checked",
        f"let nodes ask a server of the house alone, or write the Service instead of {host} for {name}",
        facts={"public": tuple(public), "own": tuple(own), "names": tuple(each for _, each in used)},
    )


def _used(lab: Lab, settings: Mapping[str, Sequence[Written]]) -> Iterator[tuple[str, str]]:
    """Services, and the routes of others and file servers of the lab's domain that they name."""
    domain = lab.site.domain
    routes = {
        host: name
        for name, service in lab.services.items()
        for each in service.expose
        for host in each.host_names(domain)
    }
    for name, written in settings.items():
        for each in written:
            for host, server in routes.items():
                if server != name and f"//{host}" in each.text:
                    yield name, host
    for name, service in lab.services.items():
        shares = [*getattr(service, "shares", {}).values(), *(each.share for each in service.volumes.values())]
        for share in shares:
            if share is not None and str(share.server).endswith(f".{domain}"):
                yield name, str(share.server)
