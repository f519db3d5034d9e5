"""Services of kind `app` and `gpu`: workloads that we write ourselves."""

from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping
from typing import ClassVar, Literal, final

from config.model import Name
from config.service.common import Named, Permission, SizedService
from config.service.container import GpuWorkload, Part, Workload
from config.service.folder import HostFolder, InlineCsi, KeyFolder, Projection
from config.service.port import ContainerPort
from config.service.published import OwnAddress, addresses_of
from config.service.resources import Gpu, Resources
from config.service.volume import MountedClaim, Scratch, Share
from config.source import Path


class OwnWorkloads(SizedService, Workload):
    """A service whose workloads are all written in the lab: a main one, and further ones next to it."""

    makes_pods: ClassVar = "program"
    listens_at: ClassVar = "ports"
    unmounted: ClassVar = "no container mounts it; name it under mounts of one, or remove it"

    scratch: dict[Name, Scratch] = {}
    """Space that is empty at the start of a pod and gone with it, by name."""
    shares: dict[Name, Share] = {}
    """Folders of NFS servers that containers mount without a claim, as `{media: {server: 10.0.20.2, path: /media}}`."""
    claims: dict[Name, MountedClaim] = {}
    """Claims that something else makes, as `{media: jellyfin-media}`, and volumes of services in the same namespace, as
    `{media: jellyfin/media}` or `{media: {claim: jellyfin/media, read_only: true}}`."""
    config_maps: dict[Name, KeyFolder] = {}
    """ConfigMaps that something else makes, as `{settings: frigate-config}`: a folder, or with `sub_path` a file; with
    more as `{settings: {name: frigate-config, items: {config.yml: config/frigate.yml}, mode: 0440}}`."""
    secret_volumes: dict[Name, KeyFolder] = {}
    """The same for Secrets, as `{certificate: frigate-tls}`."""
    projections: dict[Name, Projection] = {}
    """Folders with files of several Secrets, ConfigMaps, fields of the pod and tokens, as
    `{all: {sources: [{secret: frigate-tls}, {fields: {labels: metadata.labels}}]}}`."""
    inline_csi: dict[Name, InlineCsi] = {}
    """Volumes that a CSI driver makes with each pod, without a claim, as
    `{secrets: {driver: secrets-store.csi.k8s.io, attributes: {secretProviderClass: vault}, read_only: true}}`."""
    host_paths: dict[Name, HostFolder] = {}
    """Folders of the node that containers mount, by name, as `{dev: /dev/dri}` or
    `{dev: {path: /dev/ttyUSB0, type: CharDevice}}`; needs the exception `host-access`."""
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
        return tuple(found.reached_ports.values()) if found else ()

    def addresses(self, name: str) -> Iterator[OwnAddress]:
        for path, _, workload in self.parts(name):
            yield from addresses_of(path, workload.load_balancer, workload.published)
            for key, service in workload.further_services.items():
                yield from addresses_of((*path, "further_services", key), service.load_balancer, service.published)

    def answering(self, name: str) -> str:
        return self.adopt.service or self.adopt.name or name

    def mountable(self) -> Mapping[str, Collection[str]]:
        return {
            "volumes": self.volumes,
            "scratch": self.scratch,
            "shares": self.shares,
            "claims": self.claims,
            "config_maps": self.config_maps,
            "secret_volumes": self.secret_volumes,
            "projections": self.projections,
            "inline_csi": self.inline_csi,
            "host_paths": self.host_paths,
        }

    def mounted(self, name: str) -> Collection[str]:
        return {volume for _, container in self.containers_of(name) for volume in container.mounts}

    def volumes_of_replicas(self) -> Mapping[str, int]:
        return {
            volume: workload.replicas
            for workload in (self, *self.further.values())
            if workload.runs_as == "statefulset"
            for container in workload.containers
            for volume in container.mounts
        }

    def stored(self) -> Iterator[tuple[str, int]]:
        yield from super().stored()
        for name, scratch in self.scratch.items():
            if scratch.storage_class and scratch.size:
                using = [each for each in (self, *self.further.values()) if name in each.mounted_names]
                yield scratch.storage_class, scratch.size * sum(max(each.replicas, 1) for each in using)

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
