"""A service in its lab: what everything that is built for it has to know."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from config.lab import Lab
from config.namespaces import namespace_of
from config.service import PostgresService, Service
from config.service.container import Container
from config.service.resources import Gpu
from config.source import Path
from config.tier import Tier
from plan.model import Node
from plan.model.metadata import exception_labels, service_labels
from plan.model.resources import MEMORY
from plan.tiers.conventions import gpu_resources
from plan.tiers.pod_security import has_own_tmp


@dataclass(frozen=True)
class ServiceContext:
    """A service, its name, its lab and the nodes that it can run on."""

    lab: Lab
    nodes: tuple[Node, ...]
    name: str
    service: Service

    @property
    def path(self) -> Path:
        """Path of the service in the lab."""
        return ("services", self.name)

    @cached_property
    def tier(self) -> Tier:
        """The row of its tier."""
        return self.lab.tiers[self.service.tier]

    @cached_property
    def namespace(self) -> str:
        """The namespace it lives in."""
        return namespace_of(self.lab, self.name)

    @property
    def exceptions(self) -> Collection[str]:
        """Conventions that its containers depart from."""
        return self.service.exceptions

    def has_own_tmp(self, container: Container) -> bool:
        """Whether one of its containers gets scratch space at `/tmp` by convention."""
        return has_own_tmp(container, self.tier, self.exceptions)

    def labels(self, workload: str | None = None) -> dict[str, str]:
        """Labels of its objects, or of those of one workload."""
        return service_labels(self.name, self.service.tier, workload) | exception_labels(self.service.exceptions)

    @property
    def stays_as_it_is(self) -> bool:
        """Whether its main workload existed before and stays as it is: then its claims, routes and Secrets do too."""
        if isinstance(self.service, PostgresService):
            return self.service.cluster is not None
        return any(part.is_main and part.workload.adopt.as_it_is for part in self.service.parts(self.name))

    def own_labels(self) -> dict[str, str]:
        """Labels of its claims and routes; none where they stay as they are."""
        return {} if self.stays_as_it_is else self.labels()

    @property
    def smallest_node_memory(self) -> int:
        """Memory in bytes of the smallest worker: there the kernel's OOM scores are the most forgiving."""
        workers = [node for node in self.nodes if node.role == "worker"] or list(self.nodes)
        return min(node.capacity[MEMORY] for node in workers)

    def extended_resources(self, gpu: Gpu | None) -> dict[str, int]:
        """GPU slices and video memory, where a GPU is used and shared."""
        sharing = self.lab.cluster.platform.gpu
        return gpu_resources(gpu, sharing.video_memory_resource) if sharing else {}

    @cached_property
    def has_limit_range(self) -> bool:
        """Whether its namespace gets the LimitRange of its tier."""
        lab, engine = self.lab, self.lab.cluster.platform.policy_engine
        beside = lab.services_by_namespace[self.namespace]
        return (
            engine is not None
            and engine not in beside
            and not any("no-limit-range" in lab.services[name].exceptions for name in beside)
        )

    def claim(self, volume: str) -> str:
        """Name of the PersistentVolumeClaim of one of its volumes."""
        return self.service.volumes[volume].claim or f"{self.name}-{volume}"

    @property
    def secret(self) -> str:
        """The Secret that External Secrets makes for it."""
        return self.service.secret(self.name)


def endpoint(lab: Lab, name: str) -> tuple[str, int]:
    """Host name and port at which a service is reached from inside the cluster."""
    service = lab.services[name]
    host = f"{service.answering(name)}.{namespace_of(lab, name)}.svc.cluster.local"
    return host, service.listens()[0].reached
