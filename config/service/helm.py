"""Services of kind `helm`: a chart, with the footprint of what it will run declared."""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, final

from pydantic import Field

from config.kubernetes import LabelKey, LabelValue, SecretKey
from config.model import Model, Name, Text, text_like
from config.service.common import Endpoint, Named, ServiceBase
from config.service.container import Gpu, Part, Resources
from config.service.port import ContainerPort, PortNumber
from config.service.secret import SecretVariable
from config.source import Path


class Chart(Model):
    """A Helm chart at a pinned version."""

    name: Text
    repository: Annotated[str, text_like(r"^(https|oci)://", "the URL of a chart repository, https:// or oci://")]
    version: Annotated[str, text_like(r"^v?\d+\.\d+\.\d+([-+].+)?$", "a full chart version, for example 1.2.3")]


class FootprintContainer(Resources):
    """A container that the chart runs."""

    values: Text | None = None
    """Where its resources stand in the chart's values, for example `server.resources`. The planner sets them
    there. Left out, the chart offers no such place and the figures are only counted."""
    gpu: Gpu | None = None


class FootprintWorkload(Model):
    """A controller that the chart creates."""

    runs_as: Literal["deployment", "statefulset", "daemonset", "cronjob", "job"] = "deployment"
    replicas: Annotated[int, Field(ge=0, le=100)] = 1
    containers: Annotated[dict[Name, FootprintContainer], Field(min_length=1)]
    init: dict[Name, FootprintContainer] = {}
    volumes: tuple[Name, ...] = ()
    """Volumes of the service that its pods mount."""
    host_ports: tuple[PortNumber, ...] = ()
    """Ports of the node that each of its pods takes, for example 443 or 53/udp: two such pods never share a node."""
    node_selector: dict[LabelKey, LabelValue] = {}
    every_node: bool = False
    """A daemonset that tolerates every taint, so that it runs on the control plane and the GPU node too."""


def containers_in(
    service: str, footprint: Mapping[str, FootprintWorkload]
) -> Iterator[tuple[Path, FootprintContainer]]:
    """The containers of a service's footprint, with where each stands."""
    for key, workload in footprint.items():
        for group, found in (("containers", workload.containers), ("init", workload.init)):
            for name, container in found.items():
                yield ("services", service, "footprint", key, group, name), container


@final
class HelmService(ServiceBase):
    """A Helm release."""

    makes_pods: ClassVar = "chart"
    listens_at: ClassVar = "endpoint"
    unmounted: ClassVar = "no workload of the footprint mounts it; name it under volumes of one, or remove it"

    kind: Literal["helm"]
    chart: Chart
    values: dict[str, Any] = {}
    """Values of the chart, besides the resources of the footprint."""
    footprint: Annotated[dict[Name, FootprintWorkload], Field(min_length=1)]
    """What the chart will run, by the name of the workload."""
    endpoint: Endpoint | None = None
    provides: tuple[Text, ...] = ()
    """API groups whose kinds the chart installs, for example `traefik.io`."""
    secrets: dict[SecretKey, SecretVariable] = {}
    """Keys of the Secret named like the service that the chart refers to."""

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
        """The chart claims the volumes of a statefulset, one for each replica."""
        replicas = {
            volume: workload.replicas
            for workload in self.footprint.values()
            if workload.runs_as == "statefulset"
            for volume in workload.volumes
        }
        for key, volume in self.volumes.items():
            if volume.storage_class:
                yield volume.storage_class, volume.size * replicas.get(key, 1)

    def installs(self) -> tuple[str, ...]:
        return self.provides

    def secret(self, name: str) -> str:
        return name
