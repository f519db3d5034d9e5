"""The domain and the Gateways of a cluster's routes, for the files of a lab."""

from collections import Counter
from typing import Any

from operations.adopt.cluster.services import as_name
from operations.adopt.cluster.world import World
from operations.adopt.cluster.yaml_text import Flow
from plan.model.fields import entries, text, values

_ROUTES = ("HTTPRoute", "GRPCRoute", "TLSRoute")


def domain_of(world: World) -> str:
    """The domain below which most routes are."""
    hosts: Counter[str] = Counter()
    for key, manifest in world.manifests.items():
        rules = entries(manifest, "spec", "rules") if key.kind == "Ingress" else ()
        routed = values(manifest, "spec", "hostnames") if key.kind in _ROUTES else ()
        for host in (*(text(rule, "host") for rule in rules), *map(str, routed)):
            _, dot, domain = host.partition(".")
            hosts[domain] += 1 if dot and "." in domain else 0
    (domain, count), *_ = hosts.most_common(1) or [("", 0)]
    return domain if count else "home.arpa"


def gateways_of(world: World) -> dict[str, Any]:
    """The Gateways that routes name, each with the listener that they attach to. Who reaches them is not known."""
    found: dict[str, Any] = {}
    for key, manifest in world.manifests.items():
        parents = entries(manifest, "spec", "parentRefs") if key.kind in ("HTTPRoute", "GRPCRoute") else ()
        for each in parents:
            name, listener = text(each, "name"), text(each, "sectionName")
            place = text(each, "namespace") or key.namespace
            gateway = Flow(name=name, namespace=place, **({"listener": listener} if listener else {}))
            called = as_name("-".join(filter(None, (name, listener))))
            while found.setdefault(called, gateway) != gateway:
                called = f"{place}-{called}"
    return found
