"""Services without an external address, and addresses that are not announced."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from observation.model import Observation
from observation.objects import Reference, annotations_of, created, deleted, name_of, reference
from operations.doctor.ages import length
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import is_young
from plan.model import Manifest
from plan.model.fields import entries, text, values
from plan.wording import listed

_L2 = "l2advertisements.metallb.io"


def address_findings(observed: Observation) -> Iterator[Finding]:
    """A finding for each Service that waits for an external address."""
    for service in observed.of("Service", ""):
        if text(service, "spec", "type") == "LoadBalancer" and not deleted(service):
            yield from _address(observed, service)


def _address(observed: Observation, service: Manifest) -> Iterator[Finding]:
    if entries(service, "status", "loadBalancer", "ingress") or is_young(observed, created(service)):
        return
    since = created(service)
    said = [each for each in observed.events_of(service) if each.type == "Warning"]
    age = f" for {length(observed.now - since)}" if since and not said else ""
    wanted = text(service, "spec", "loadBalancerIP") or next(
        (str(each) for key, each in annotations_of(service).items() if key.endswith(("/loadBalancerIPs", "/ipam-ips"))),
        "",
    )
    pools = list(observed.of("IPAddressPool"))
    taken = _taken(observed)
    evidence = [Evidence(reference(service), f"type LoadBalancer, no address{age}")]
    evidence += [Evidence(reference(service), f"event {each.reason}: {each.message}") for each in said[-1:]]
    notes: list[str] = []
    full = bool(pools)
    for pool in pools:
        addresses = [str(each) for each in values(pool, "spec", "addresses")]
        size, used = sum(_size(each) for each in addresses), sum(any(_holds(r, a) for r in addresses) for a in taken)
        full = full and used >= size > 0
        evidence.append(Evidence(reference(pool), f"{', '.join(addresses)}: {used} of {size} addresses are taken"))
        notes.append(f"{reference(pool)} has {used} of {size} addresses taken ({', '.join(addresses)})")
    code, fix = "LOAD-BALANCER-PENDING", "see whether a load balancer (MetalLB, kube-vip) runs, and what it says"
    why = f": {said[-1].message}" if said else ""
    if wanted and wanted in taken:
        code, why = "LOAD-BALANCER-ADDRESS-TAKEN", f": the address {wanted} that it asks for belongs to {taken[wanted]}"
        fix = f"ask for another address, or share it: metallb.io/allow-shared-ip in both {taken[wanted]} and this one"
        evidence.append(Evidence(taken[wanted], f"has {wanted}"))
    elif wanted and pools and not any(_holds(str(r), wanted) for p in pools for r in values(p, "spec", "addresses")):
        code, why = "LOAD-BALANCER-ADDRESS-OUTSIDE", f": the address {wanted} that it asks for is in no pool"
        fix = "ask for an address of a pool, or widen the pool"
    elif full:
        code, why = "LOAD-BALANCER-POOL-FULL", f": {'; '.join(notes)}"
        fix = f"widen {reference(pools[0])}, or give back an address: make a Service ClusterIP that needs none"
    yield Finding(
        code,
        "error",
        reference(service),
        f"It is of type LoadBalancer and has no address{age}{why}",
        fix,
        tuple(evidence),
        covers=frozenset((reference(service),)),
        upstream=frozenset(
            reference(x)
            for each in observed.of("Deployment")
            if "metallb" in name_of(each) or "kube-vip" in name_of(each)
            for x in (each, *observed.pods_of(each))
        ),
    )


def announcement_findings(observed: Observation) -> Iterator[Finding]:
    """Pools of MetalLB whose addresses are not announced."""
    ways = [*observed.of("L2Advertisement"), *observed.of("BGPAdvertisement")]
    unread = any(gap.subject == _L2 and gap.why != "absent" for gap in observed.gaps)
    if not ways and (unread or not observed.get("CustomResourceDefinition", _L2)):
        return
    for pool in observed.of("IPAddressPool"):
        named = [[str(each) for each in values(way, "spec", "ipAddressPools")] for way in ways]
        selected = any(entries(way, "spec", "ipAddressPoolSelectors") for way in ways)
        used = [one for address, one in _taken(observed).items() if _in_pool(pool, address)]
        if used and not selected and not any(not names or name_of(pool) in names for names in named):
            yield Finding(
                "ADDRESSES-NOT-ANNOUNCED",
                "error",
                reference(pool),
                f"Its addresses are not announced: no L2Advertisement or BGPAdvertisement names it, so "
                f"{listed([str(each) for each in used])} cannot be reached from outside",
                f"create an L2Advertisement with ipAddressPools: [{name_of(pool)}]",
                tuple(
                    Evidence(reference(way), f"announces {', '.join(n) or 'all'}")
                    for way, n in zip(ways, named, strict=True)
                ),
                tuple(Evidence(each, "has an address of it") for each in used),
                covers=frozenset(used),
            )


def _in_pool(pool: Manifest, address: str) -> bool:
    return any(_holds(str(each), address) for each in values(pool, "spec", "addresses"))


def _taken(observed: Observation) -> dict[str, Reference]:
    return {
        text(each, "ip"): reference(service)
        for service in observed.of("Service", "")
        for each in entries(service, "status", "loadBalancer", "ingress")
        if text(each, "ip")
    }


def _size(addresses: str) -> int:
    try:
        if "-" in addresses:
            first, _, last = addresses.partition("-")
            return int(ip_address(last.strip())) - int(ip_address(first.strip())) + 1
        return ip_network(addresses.strip(), strict=False).num_addresses
    except ValueError:
        return 0


def _holds(addresses: str, address: str) -> bool:
    try:
        if "-" in addresses:
            first, _, last = addresses.partition("-")
            return int(ip_address(first.strip())) <= int(ip_address(address)) <= int(ip_address(last.strip()))
        return ip_address(address) in ip_network(addresses.strip(), strict=False)
    except ValueError:
        return False
