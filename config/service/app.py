"""Services of kind `app` and `gpu`: workloads that we write ourselves."""

from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping
from typing import ClassVar, Literal, final

from config.kubernetes import HostPath
from config.model import Name
from config.service.common import Named, Permission, Scratch, SizedService
from config.service.container import Gpu, GpuWorkload, Part, Resources, Workload
from config.service.port import ContainerPort
from config.source import Path


class OwnWorkloads(SizedService, Workload):
    """A service whose workloads are all written in the lab: a main one, and further ones next to it."""

    makes_pods: ClassVar = "program"
    listens_at: ClassVar = "ports"
    unmounted: ClassVar = "no container mounts it; name it under mounts of one, or remove it"

    scratch: dict[Name, Scratch] = {}
    host_paths: dict[Name, HostPath] = {}
    """Folders of the node that containers mount, by name; needs the exception `host-access`."""
    permissions: tuple[Permission, ...] = ()
    """Permissions of its pods at the API server; without any they get no token."""

    @property
    @abstractmethod
    def further(self) -> Mapping[str, Workload]:
        """The workloads next to the main one."""

    def parts(self, name: str) -> tuple[Part, ...]:
        further = (
            Part(("services", name, "workloads", key), workload.adopt.name or f"{name}-{key}", workload)
            for key, workload in self.further.items()
        )
        return (Part(("services", name), self.adopt.name or name, self), *further)

    def named(self, name: str) -> Iterator[Named]:
        for path, workload_name, workload in self.parts(name):
            yield Named(path, workload_name, workload.runs_as)

    def sized(self, name: str) -> Iterator[tuple[Path, Resources]]:
        yield from self.containers_of(name)

    def gpus(self, name: str) -> Iterator[tuple[Path, Gpu]]:
        for path, _, workload in self.parts(name):
            if workload.gpu_share:
                yield (*path, "gpu"), workload.gpu_share

    def listens(self, workload: str | None = None) -> tuple[ContainerPort, ...]:
        found = self.further.get(workload) if workload else self
        return tuple(found.ports.values()) if found else ()

    def published_ports(self) -> tuple[str, ...]:
        return self.publish

    def published(self) -> tuple[ContainerPort, ...]:
        return tuple(self.ports[name] for name in self.published_ports() if name in self.ports)

    def answering(self, name: str) -> str:
        return self.adopt.service or self.adopt.name or name

    def mountable(self) -> Mapping[str, Collection[str]]:
        return {"volumes": self.volumes, "scratch": self.scratch, "host_paths": self.host_paths}

    def mounted(self, name: str) -> Collection[str]:
        return {volume for _, container in self.containers_of(name) for volume in container.mounts}

    def stored(self) -> Iterator[tuple[str, int]]:
        """Each replica of a statefulset has its own."""
        replicas = {
            volume: workload.replicas
            for workload in (self, *self.further.values())
            if workload.runs_as == "statefulset"
            for container in workload.containers
            for volume in container.mounts
        }
        for key, volume in self.volumes.items():
            if volume.storage_class:
                yield volume.storage_class, volume.size * replicas.get(key, 1)

    def is_off(self) -> bool:
        return self.replicas == 0


@final
class AppService(OwnWorkloads):
    """Workloads that are written in the lab."""

    kind: Literal["app"]
    workloads: dict[Name, Workload] = {}
    """Further workloads; each is named `<service>-<key>`."""

    @property
    def further(self) -> Mapping[str, Workload]:
        return self.workloads


@final
class GpuService(OwnWorkloads, GpuWorkload):
    """Workloads that are written in the lab, of which at least one uses a GPU."""

    serves_platform: ClassVar = False
    for_gpus: ClassVar = True

    kind: Literal["gpu"]
    workloads: dict[Name, GpuWorkload] = {}
    """Further workloads; each is named `<service>-<key>`."""

    @property
    def further(self) -> Mapping[str, Workload]:
        return self.workloads
