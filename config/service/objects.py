"""Services of kind `objects`: Kubernetes objects as they stand in files."""

from collections.abc import Collection, Iterator
from typing import ClassVar, Literal, final

from config.model import Name, Text
from config.service.common import Endpoint, Named, ServiceBase
from config.service.container import Gpu, Part, Resources
from config.service.helm import FootprintWorkload, containers_in
from config.service.port import ContainerPort
from config.source import Path


@final
class ObjectsService(ServiceBase):
    """Objects of any kind, each exactly as it stands in its file."""

    makes_pods: ClassVar = "owner"
    listens_at: ClassVar = "endpoint"
    unmounted: ClassVar = "no workload of the footprint mounts it; write its claim into a file of objects"

    kind: Literal["objects"]
    footprint: dict[Name, FootprintWorkload] = {}
    """Workloads that an operator makes of these objects, by name. Without it such pods are not counted."""
    endpoint: Endpoint | None = None
    provides: tuple[Text, ...] = ()
    """API groups whose kinds are there with it, besides those of CustomResourceDefinitions in the files."""

    def parts(self, name: str) -> tuple[Part, ...]:
        return ()

    def named(self, name: str) -> Iterator[Named]:
        for key, workload in self.footprint.items():
            yield Named(("services", name, "footprint", key), key, workload.runs_as)

    def sized(self, name: str) -> Iterator[tuple[Path, Resources]]:
        yield from containers_in(name, self.footprint)

    def gpus(self, name: str) -> Iterator[tuple[Path, Gpu]]:
        for path, container in containers_in(name, self.footprint):
            if container.gpu:
                yield (*path, "gpu"), container.gpu

    def listens(self, workload: str | None = None) -> tuple[ContainerPort, ...]:
        return (ContainerPort(self.endpoint.port, "TCP"),) if self.endpoint else ()

    def answering(self, name: str) -> str:
        assert self.endpoint is not None, "checked when the lab is loaded"
        return self.endpoint.service

    def mounted(self, name: str) -> Collection[str]:
        return {volume for workload in self.footprint.values() for volume in workload.volumes}

    def stored(self) -> Iterator[tuple[str, int]]:
        for volume in self.volumes.values():
            if volume.storage_class:
                yield volume.storage_class, volume.size

    def installs(self) -> tuple[str, ...]:
        return self.provides
