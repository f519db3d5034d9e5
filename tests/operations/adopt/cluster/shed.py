"""The cluster of `tests/dumps/shed`."""

from pathlib import Path

from observation import read_dump
from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.services import FoundService, find_services
from operations.adopt.cluster.world import World, read_world
from plan.model import Manifest

SHED = Path("tests/dumps/shed")
SHORT: Manifest = {
    "apiVersion": "cert-manager.io/v1",
    "kind": "Certificate",
    "metadata": {"name": "pages", "namespace": "tools"},
    "spec": {
        "secretName": "pages",
        "duration": "24h",
        "renewBefore": "360h",
        "dnsNames": ["pages.shed.example"],
        "issuerRef": {"name": "public", "kind": "ClusterIssuer"},
    },
}
"""A certificate beside it: cert-manager refuses to renew it before it begins."""


def objects() -> list[Manifest]:
    """Everything in the dump."""
    return [each for found in read_dump(SHED).resources.values() for each in found]


def world() -> World:
    """The cluster, read anew."""
    return read_world(objects())


def service(name: str) -> FoundService:
    """One of its services."""
    return next(each for each in find_services(world()).services if each.name == name)


def live(kind: str, namespace: str, name: str) -> Manifest:
    """One of its objects."""
    return world().manifests[Key(kind, namespace, name)]
