"""Plays MetalLB: a Service of type LoadBalancer gets the address that it asks for, and the engine goes on."""

from collections.abc import Iterator
from contextlib import contextmanager

from rehearsal.control_plane import Api
from rehearsal.control_plane.playing import played

ADDRESS = "metallb.io/loadBalancerIPs"


@contextmanager
def load_balancers(api: Api, free: str) -> Iterator[None]:
    """While this lasts. `free` is the address of those that ask for none."""
    with played("load balancers", lambda: give_addresses(api, free), 0.5):
        yield


def give_addresses(api: Api, free: str) -> None:
    """Give each Service that waits for one its address. Raises Refused."""
    for service in api.list("v1", "Service"):
        has_one = service.get("status", {}).get("loadBalancer", {}).get("ingress")
        if service["spec"].get("type") == "LoadBalancer" and not has_one:
            address = service["metadata"].get("annotations", {}).get(ADDRESS, free)
            named = {"apiVersion": "v1", "kind": "Service", **service}
            api.patch(named, {"status": {"loadBalancer": {"ingress": [{"ip": address}]}}}, part="status")
