"""Services of kind `external`: a host outside of the cluster, reached like a service of it."""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, ClassVar, Literal, final

from pydantic import Field

from config.kubernetes import Hostname, PortName
from config.model import Address
from config.service.common import Named, ServiceBase
from config.service.container import Part
from config.service.port import ContainerPort, PortNumber
from config.service.resources import Gpu, Resources
from config.source import Path


@final
class ExternalService(ServiceBase):
    """A host outside of the cluster, for example a NAS, the page of Proxmox or a printer: pods reach it at a Kubernetes
    Service, and visitors by its routes, with a sign-in like any other."""

    makes_pods: ClassVar = "nobody"
    listens_at: ClassVar = "ports"
    serves_platform: ClassVar = False
    unmounted: ClassVar = "a host outside of the cluster mounts none; remove it"

    kind: Literal["external"]
    address: Address | None = None
    """Its address; left out, `host_name` says where it is."""
    further_addresses: Annotated[tuple[Address, ...], Field(max_length=99)] = ()
    """Addresses of others that answer as well: each request goes to any of them."""
    host_name: Hostname | None = None
    """Its name in DNS (`ExternalName`), where it has no fixed address. The ingress controller must follow such names,
    which Traefik does with the value `providers.kubernetesIngress.allowExternalNameServices: true`."""
    ports: Annotated[dict[PortName, PortNumber], Field(min_length=1)]
    """`5000`, or `{number: 8006, service: 443, speaks: https}`: where the host listens, the port of the Kubernetes
    Service, and the protocol above it. With `speaks: https`, the lab's ingress controller asks it by HTTPS."""
    any_certificate: bool = False
    """The lab's ingress controller takes whatever certificate the host shows, as one that it signed itself; with
    `speaks: https`."""

    @property
    def every_address(self) -> tuple[Address, ...]:
        """All addresses that answer."""
        return (*((self.address,) if self.address else ()), *self.further_addresses)

    def parts(self, name: str) -> tuple[Part, ...]:
        return ()

    def named(self, name: str) -> Iterator[Named]:
        yield from ()

    def sized(self, name: str) -> Iterator[tuple[Path, Resources]]:
        yield from ()

    def gpus(self, name: str) -> Iterator[tuple[Path, Gpu]]:
        yield from ()

    def listens(self, workload: str | None = None) -> tuple[ContainerPort, ...]:
        return tuple(self.ports.values())

    def served(self, name: str) -> Iterator[tuple[Path, ContainerPort]]:
        yield from ((("services", name, "ports", key), port) for key, port in self.ports.items())

    def named_ports(self, name: str, workload: str | None = None) -> Mapping[str, ContainerPort]:
        return self.ports

    def answering(self, name: str) -> str:
        return name

    def mounted(self, name: str) -> Collection[str]:
        return ()

    def stored(self) -> Iterator[tuple[str, int]]:
        yield from ()
