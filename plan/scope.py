"""A service in its lab: what everything that is built for it has to know."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from config.lab import Lab
from config.service import HelmService, MysqlService, PostgresService, Service
from config.source import Path
from config.tier import Tier
from plan.metadata import exception_labels, namespace_of, service_labels
from plan.model import Node
from plan.resources import MEMORY


@dataclass(frozen=True)
class Scope:
    """A service, its name, its lab and the nodes that it can run on."""

    lab: Lab
    nodes: tuple[Node, ...]
    name: str
    service: Service

    @property
    def path(self) -> Path:
        """Where the service stands in the lab."""
        return ("services", self.name)

    @cached_property
    def tier(self) -> Tier:
        """The row of its tier."""
        return self.lab.tiers[self.service.tier]

    @cached_property
    def namespace(self) -> str:
        """The namespace it lives in."""
        return namespace_of(self.name, self.service)

    @property
    def exceptions(self) -> Collection[str]:
        """Conventions that it departs from."""
        return self.service.exceptions

    def labels(self, workload: str | None = None) -> dict[str, str]:
        """Labels of its objects, or of those of one workload."""
        return service_labels(self.name, self.service.tier, workload) | exception_labels(self.exceptions)

    @property
    def smallest_node_memory(self) -> int:
        """Memory in bytes of the smallest worker: there the kernel's OOM scores are the most forgiving."""
        workers = [node for node in self.nodes if node.role == "worker"] or list(self.nodes)
        return min(node.capacity[MEMORY] for node in workers)

    @property
    def secret(self) -> str:
        """The Secret that External Secrets makes for it."""
        return self.name if isinstance(self.service, HelmService) else f"{self.name}-secrets"


def endpoint(lab: Lab, name: str) -> tuple[str, int]:
    """Host name and port at which a service is reached from inside the cluster."""
    service = lab.services[name]
    domain = f"{namespace_of(name, service)}.svc.cluster.local"
    if isinstance(service, HelmService):
        assert service.endpoint is not None, "checked when the lab is loaded"
        return f"{service.endpoint.service}.{domain}", service.endpoint.port
    if isinstance(service, PostgresService):
        return f"{name}-rw.{domain}", 5432
    if isinstance(service, MysqlService):
        return f"{name}.{domain}", 3306
    return f"{name}.{domain}", next(iter(service.ports.values())).number
