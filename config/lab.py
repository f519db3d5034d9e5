"""A whole lab: the owner's input, validated, with the place of each value."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Address

from config.cluster import Cluster
from config.group import Group
from config.image import name_of
from config.machine import Machine
from config.namespaces import namespace_of
from config.network import Networks
from config.node import OutsideNode
from config.objects import StatedObject
from config.service import HelmService, Service
from config.site import Site
from config.source import Path, Place, Places
from config.storage_class import StorageClass
from config.tier import Tier


@dataclass(frozen=True)
class Lab:
    """Everything that is declared about a lab. Mappings are by name, in the order of the files."""

    name: str
    site: Site
    networks: Networks
    machines: Mapping[str, Machine]
    cluster: Cluster
    tiers: Mapping[str, Tier]
    storage_classes: Mapping[str, StorageClass]
    groups: Mapping[str, Group]
    services: Mapping[str, Service]
    outside: Mapping[str, OutsideNode] = field(default_factory=dict[str, OutsideNode])
    """Nodes that are not machines of a Proxmox host."""
    objects: Mapping[str, tuple[StatedObject, ...]] = field(default_factory=dict[str, tuple[StatedObject, ...]])
    """Objects from files of a service, by service."""
    places: Places = field(default_factory=Places, compare=False, repr=False)
    """Where each value is in the files; empty for a lab that was not read from files."""

    @cached_property
    def objects_by_kind(self) -> Mapping[str, tuple[StatedObject, ...]]:
        """The objects of all services from files, by kind."""
        found: dict[str, list[StatedObject]] = {}
        for each in (each for stated in self.objects.values() for each in stated):
            found.setdefault(each.kind, []).append(each)
        return {kind: tuple(stated) for kind, stated in found.items()}

    @cached_property
    def services_by_namespace(self) -> Mapping[str, tuple[str, ...]]:
        """Names of the services in each namespace."""
        found: dict[str, list[str]] = {}
        for name in self.services:
            found.setdefault(namespace_of(self, name), []).append(name)
        return {namespace: tuple(names) for namespace, names in found.items()}

    def charts(self, *names: str) -> Iterator[tuple[str, HelmService]]:
        """The services that install a chart of one of these names, each with its own name."""
        for name, service in self.services.items():
            if isinstance(service, HelmService) and service.chart.name in names:
                yield name, service

    @cached_property
    def programs(self) -> frozenset[str]:
        """The names of all images that services state, without their tags, and of their charts."""
        stated = (container for name, service in self.services.items() for _, container in service.containers_of(name))
        charts = (service.chart.name for service in self.services.values() if isinstance(service, HelmService))
        return frozenset((*(name_of(each.image) for each in stated), *charts))

    @cached_property
    def shared_addresses(self) -> frozenset[IPv4Address]:
        """Addresses of the load balancer that several services or workloads state."""
        stated = Counter(each.address for name, service in self.services.items() for each in service.addresses(name))
        return frozenset(address for address, times in stated.items() if times > 1)

    @cached_property
    def _object_paths(self) -> Mapping[tuple[str, str, str], Path]:
        """Paths of the objects from files, by service, kind and name."""
        return {(name, each.kind, each.name): each.path for name, stated in self.objects.items() for each in stated}

    def written_at(self, service: str, kind: str, name: str) -> Path:
        """The path of an object of a service: of its file, or of the service whose keys make it."""
        return self._object_paths.get((service, kind, name), ("services", service))

    def place(self, path: Path) -> Place | None:
        """Where `path` is in the files, or the nearest thing around it that is."""
        return self.places.find(path)
